"""Read a gate file: all its gates, or all its mistakes with file, line and what to write instead."""

import re
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final, NamedTuple

from .fields import Complaints, KeyPath, choice, either, near, read_fields, shown
from .gate import Gate
from .kinds.kind import Kind
from .kinds.registry import KINDS

FILE_BYTES_MAX: Final = 1_000_000
NO_GATE: Final = "no gate: nothing would be decided"
NAME_PATTERN: Final = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
_POSITION = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
_TWICE = re.compile(r"Cannot declare \((?:'tool', 'autobiz', )?'gate', '(.*)'\) twice")


class Problem(NamedTuple):
    """One mistake in a gate file; the line is None where the file as a whole is at fault."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


class GateFileError(ValueError):
    """A gate file cannot be read. `problems` holds every mistake that was found, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFile:
    """The gates of one file, and the hash of its bytes that evidence is bound to."""

    path: str
    sha256: str
    gates: tuple[Gate, ...]


def read_gate_file(path: str | PathLike[str]) -> GateFile:
    """Read `[gate.NAME]` tables, or `[tool.autobiz.gate.NAME]` where the file is a pyproject.toml."""
    name = fspath(path)
    content = _bytes_of(name)
    text = _text_of(name, content)
    table = _toml_of(name, text)
    root: KeyPath = ("tool", "autobiz", "gate") if Path(name).name == "pyproject.toml" else ("gate",)
    found: list[tuple[KeyPath, str]] = []
    gates = _gates_of(table, root, found)
    if found:
        # Only a file with a mistake in it pays for finding lines.
        from .toml_lines import lines_of_keys

        lines = lines_of_keys(text)
        problems = [Problem(name, _line_of(at, lines), message) for at, message in found]
        raise GateFileError(tuple(sorted(problems, key=lambda problem: problem.line or 0)))
    return GateFile(path=name, sha256=sha256(content).hexdigest(), gates=tuple(gates))


def _gates_of(table: dict[str, Any], root: KeyPath, found: list[tuple[KeyPath, str]]) -> list[Gate]:
    if root == ("gate",):
        found.extend(
            ((key,), f"unknown key {key!r}; gates are tables named [gate.NAME].{near(key, ['gate'])}")
            for key in table
            if key != "gate"
        )
    tables: Any = table
    for step, key in enumerate(root, start=1):
        tables = tables.get(key, {})
        if not isinstance(tables, dict):
            home = ".".join(map(str, root))
            words = f"{'.'.join(map(str, root[:step]))} must hold tables named [{home}.NAME]"
            found.append((root[:step], f"{words}, not {shown(tables)}"))
            return []
    if not tables and not found:
        found.append(((), NO_GATE))
    gates = []
    for name, one in tables.items():
        complaints = Complaints(name)
        gate = _gate_of(name, one, complaints)
        found.extend(((*root, name, *at), words) for at, words in complaints.found)
        if gate is not None:
            gates.append(gate)
    return gates


def _gate_of(name: str, table: Any, complaints: Complaints) -> Gate | None:
    if not re.fullmatch(NAME_PATTERN, name):
        complaints.say((), "a gate's name has 1 to 64 letters, digits, dots, dashes or underscores")
    if not isinstance(table, dict):
        complaints.say((), f"must be a table of keys, not {shown(table)}")
        return None
    kind_field = choice("kind", f"one of {', '.join(KINDS)}", tuple(KINDS), required=True)
    kind_name = read_fields((kind_field,), {k: v for k, v in table.items() if k == "kind"}, (), complaints)
    kind = KINDS.get(kind_name.get("kind") or "")
    if kind is None:
        # Without a kind the keys cannot be told right from wrong, except those that no kind knows.
        known = {one.name for each in KINDS.values() for one in each.fields}
        for key in table:
            if key != "kind" and key not in known:
                complaints.say_of_table((), key, f"unknown key {key!r}.{near(key, known, else_all=True)}")
        return None
    keys = {k: v for k, v in table.items() if k != "kind"}
    values = read_fields(kind.fields, keys, (), complaints, _elsewhere(kind, keys))
    gate: Gate | None = kind.build(name, values, complaints)
    return gate


def _elsewhere(kind: Kind[Any], keys: dict[str, Any]) -> dict[str, str]:
    """Say of each key that only other kinds know which kinds those are."""
    others = {key: [k.name for k in KINDS.values() if key in {one.name for one in k.fields}] for key in keys}
    return {
        key: f"is a key of kind {either(names)}, not of kind {kind.name!r}"
        for key, names in others.items()
        if names
    }


def _bytes_of(name: str) -> bytes:
    path = Path(name)
    try:
        if path.is_dir():
            raise _whole_file(name, "is a directory; name the file in it, such as gate.toml")
        if not path.exists():
            raise _whole_file(name, "no such file; create it with at least one [gate.NAME] table")
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
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        position = _POSITION.search(words)
        line = int(position[1]) if position and position[1] else text.count("\n") + 1
        twice = _TWICE.search(words)
        if twice:
            words = f"gate {twice[1]!r} is declared twice; rename one of the two"
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
