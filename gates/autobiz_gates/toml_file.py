"""A TOML file that people wrote: its table, or every mistake with file, line and what to write instead."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final, NamedTuple

from .fields import KeyPath

FILE_BYTES_MAX: Final = 262_144
KEY_PARTS_MAX: Final = 32
_POSITION = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
_KEY_PART: Final = r"""[ \t]*(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*"""
# tomllib walks down every key from the top again for each of its parts, and for each key below a header.
_DEEP_KEY = re.compile(
    rf"(?:^[ \t]*\[{{0,2}}|[{{,]){_KEY_PART}(?:\.{_KEY_PART}){{{KEY_PARTS_MAX}}}", re.MULTILINE
)
_TWICE = re.compile(r"Cannot declare \((?:'tool', 'autobiz', )?'(gate|criterion)', '(.*)'\) twice")


class Problem(NamedTuple):
    """One mistake in a gate file; the line is None where the file as a whole is at fault."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


class GateFileError(ValueError):
    """A gate file, or the quarantine beside it, cannot be read.

    `problems` holds every mistake that was found, in the order of the file.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """What a file holds, and the hash of its bytes that evidence is bound to."""

    name: str
    text: str
    sha256: str
    table: dict[str, Any]

    def raise_if_any(self, found: Iterable[tuple[KeyPath, str]]) -> None:
        """Raise all mistakes at once, each with the line of the key that it is about."""
        complaints = list(found)
        if complaints:
            raise mistakes(self.name, self.text, complaints)


def read_toml(
    path: str | PathLike[str], *, holds: str = "at least one [gate.NAME] table", such_as: str = "gate.toml"
) -> TomlFile:
    """Read a file that `holds` something and is named `such_as` this one, or raise GateFileError."""
    name = fspath(path)
    content = _bytes_of(name, holds, such_as)
    text = _text_of(name, content)
    return TomlFile(name=name, text=text, sha256=sha256(content).hexdigest(), table=_toml_of(name, text))


def mistakes(name: str, text: str, found: Iterable[tuple[KeyPath, str]]) -> GateFileError:
    """Return the error that tells all mistakes, each given with the path of its key, by their lines."""
    # Only a file with a mistake in it pays for finding lines.
    from .toml_lines import lines_of_keys

    lines = lines_of_keys(text)
    problems = [Problem(name, _line_of(at, lines), message) for at, message in found]
    return GateFileError(tuple(sorted(problems, key=lambda problem: problem.line or 0)))


def _bytes_of(name: str, holds: str, such_as: str) -> bytes:
    path = Path(name)
    try:
        if path.is_dir():
            raise _whole_file(name, f"is a directory; name the file in it, such as {such_as}")
        if not path.exists():
            raise _whole_file(name, f"no such file; create it with {holds}")
        if not path.is_file():
            raise _whole_file(name, "is not a regular file")
        if path.stat().st_size > FILE_BYTES_MAX:
            raise _whole_file(name, f"is larger than {FILE_BYTES_MAX} bytes, which no gate file needs")
        return path.read_bytes()
    except OSError as error:
        raise _whole_file(name, f"cannot be read: {error.strerror or error}") from error


def _text_of(name: str, content: bytes) -> str:
    if content.startswith(b"\xef\xbb\xbf"):
        words = "begins with a byte order mark, which TOML forbids; save it as UTF-8 without one"
        raise GateFileError((Problem(name, 1, words),))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        words = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise GateFileError((Problem(name, line, words),)) from error


def _toml_of(name: str, text: str) -> dict[str, Any]:
    deep = _DEEP_KEY.search(text)
    if deep:
        line = text.count("\n", 0, deep.start()) + 1
        raise GateFileError((Problem(name, line, f"a key of more than {KEY_PARTS_MAX} parts"),))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        position = _POSITION.search(words)
        line = int(position[1]) if position and position[1] else text.count("\n") + 1
        twice = _TWICE.search(words)
        if twice:
            words = f"{twice[1]} {twice[2]!r} is declared twice; rename one of the two"
        else:
            words = f"not valid TOML: {_POSITION.sub('', words).strip()}"
        raise GateFileError((Problem(name, line, words),)) from error
    except ValueError as error:
        raise _whole_file(name, f"not valid TOML: {error}") from error
    except RecursionError as error:
        raise _whole_file(name, "nests too deeply to be read") from error


def _whole_file(name: str, words: str) -> GateFileError:
    return GateFileError((Problem(name, None, words),))


def _line_of(at: KeyPath, lines: dict[KeyPath, int]) -> int:
    """Return the line of the key, or of the nearest table around it."""
    for length in range(len(at), 0, -1):
        if at[:length] in lines:
            return lines[at[:length]]
    return 1
