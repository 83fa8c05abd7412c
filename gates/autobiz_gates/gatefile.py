"""Read a gate file: all its gates, or all its mistakes with file, line and what to write instead."""

import re
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final

from .fields import HINTS_MAX, Complaints, KeyPath, choice, either, near, read_fields, shown, too_many
from .gate import Gate
from .kinds.kind import Kind
from .kinds.registry import KINDS
from .toml_file import read_toml

NO_GATE: Final = "no gate: nothing would be decided"
NAME_PATTERN: Final = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFile:
    """The gates of one file, and the hash of its bytes that evidence is bound to."""

    path: str
    sha256: str
    gates: tuple[Gate, ...]


def read_gate_file(path: str | PathLike[str]) -> GateFile:
    """Read `[gate.NAME]` tables, or `[tool.autobiz.gate.NAME]` where the file is a pyproject.toml."""
    file = read_toml(path)
    root: KeyPath = ("tool", "autobiz", "gate") if Path(file.name).name == "pyproject.toml" else ("gate",)
    found: list[tuple[KeyPath, str]] = []
    if root == ("gate",):
        found.extend(
            ((key,), f"unknown key {key!r}; gates are tables named [gate.NAME].{near(key, ['gate'])}")
            for key in file.table
            if key != "gate"
        )
    gates = gates_of(file.table, root, found)
    file.raise_if_any(found)
    return GateFile(path=file.name, sha256=file.sha256, gates=gates)


def gates_of(table: dict[str, Any], root: KeyPath, found: list[tuple[KeyPath, str]]) -> tuple[Gate, ...]:
    """Build every gate of the tables at `root`, and add what is wrong with them to `found`."""
    tables: Any = table
    for step, key in enumerate(root, start=1):
        tables = tables.get(key, {})
        if not isinstance(tables, dict):
            home = ".".join(map(str, root))
            words = f"{'.'.join(map(str, root[:step]))} must hold tables named [{home}.NAME]"
            found.append((root[:step], f"{words}, not {shown(tables)}"))
            return ()
    if not tables and not found:
        found.append(((), NO_GATE))
    many = too_many(tables, "gate")
    if many:
        found.append((root, many))
        return ()
    gates = []
    for name, one in tables.items():
        complaints = Complaints(name)
        gate = _gate_of(name, one, complaints)
        found.extend(((*root, name, *at), words) for at, words in complaints.found)
        if gate is not None:
            gates.append(gate)
    return tuple(gates)


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
                hint = near(key, known, else_all=True) if len(complaints.found) < HINTS_MAX else ""
                complaints.say_of_table((), key, f"unknown key {key!r}.{hint}")
        return None
    keys = {k: v for k, v in table.items() if k != "kind"}
    values = read_fields(kind.fields, keys, (), complaints, _elsewhere(kind, keys))
    gate: Gate | None = kind.build(name, values, complaints)
    return gate


def _elsewhere(kind: Kind[Any], keys: dict[str, Any]) -> dict[str, str]:
    """Say of each key that only other kinds know which kinds those are."""
    strange = keys.keys() - {one.name for one in kind.fields}
    known = {other.name: {one.name for one in other.fields} for other in KINDS.values()} if strange else {}
    others = {key: [name for name, names in known.items() if key in names] for key in keys if key in strange}
    return {
        key: f"is a key of kind {either(names)}, not of kind {kind.name!r}"
        for key, names in others.items()
        if names
    }
