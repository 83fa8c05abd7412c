"""The registry of a project: its requirements, test ids, oracle types and workflows, written by people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os import PathLike
from typing import Any, Final, TypeVar

from autobiz_gates.fields import Complaints, Field, KeyPath, near, read_fields, shown, text, texts
from autobiz_gates.toml_file import read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What must hold, and the test ids that show it."""

    name: str
    says: str
    task: str = ""
    tests: tuple[str, ...] = ()
    awaits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestEntry:
    """A test id: what it shows, the types of oracle that judge it, and the workflows it goes through."""

    name: str
    says: str
    oracles: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowEntry:
    """A workflow by its id."""

    name: str
    says: str
    priority: str = ""
    awaits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Every id that a test may carry; one that is not here is a slip of the pen."""

    path: str
    requirements: tuple[Requirement, ...] = ()
    tests: tuple[TestEntry, ...] = ()
    oracle_types: tuple[str, ...] = ()
    workflows: tuple[WorkflowEntry, ...] = ()


_SAYS: Final = text("says", "One sentence: what it means.", required=True)
_AWAITS: Final = text(
    "awaits", "What must be built before any test can show it; until then it is told as that."
)
REQUIREMENT_FIELDS: Final = (
    _SAYS,
    _AWAITS,
    text("task", "The tasks that build it."),
    texts("tests", "The test ids that show it."),
)
TEST_FIELDS: Final = (
    _SAYS,
    texts("oracles", "The types of oracle that judge it."),
    texts("workflows", "The workflows that it goes through."),
)
WORKFLOW_FIELDS: Final = (_SAYS, _AWAITS, text("priority", "Its priority."))
_TABLES: Final = ("requirement", "test", "workflow")
_KEYS: Final = (*_TABLES, "oracle_types")
_HOLDS: Final = "[requirement.ID], [test.ID] and [workflow.ID] tables"


def read_registry(path: str | PathLike[str]) -> Registry:
    """Read the file, or raise GateFileError with every mistake and its line."""
    file = read_toml(path, holds=_HOLDS, such_as="registry.toml")
    found: list[tuple[KeyPath, str]] = [
        ((key,), f"unknown key {key!r}; a registry holds oracle_types and {_HOLDS}.{near(key, _KEYS)}")
        for key in file.table
        if key not in _KEYS
    ]
    read = {
        noun: _entries(file.table.get(noun, {}), noun, fields, found)
        for noun, fields in zip(_TABLES, (REQUIREMENT_FIELDS, TEST_FIELDS, WORKFLOW_FIELDS), strict=True)
    }
    types = _oracle_types(file.table, found)
    found += _unknown(read["requirement"], "requirement", "tests", read["test"], "test")
    found += _unknown(read["test"], "test", "oracles", types, "oracle type")
    found += _unknown(read["test"], "test", "workflows", read["workflow"], "workflow")
    if not found and not any(read.values()):
        found.append(((), f"an empty registry traces nothing; write {_HOLDS}"))
    file.raise_if_any(found)
    return Registry(
        path=file.name,
        requirements=_built(read["requirement"], Requirement),
        tests=_built(read["test"], TestEntry),
        workflows=_built(read["workflow"], WorkflowEntry),
        oracle_types=types,
    )


_Entries = dict[str, dict[str, Any]]
T = TypeVar("T")


def _built(entries: _Entries, build: Callable[..., T]) -> tuple[T, ...]:
    return tuple(build(name=name, **values) for name, values in entries.items())


def _entries(tables: Any, noun: str, fields: tuple[Field, ...], found: list[tuple[KeyPath, str]]) -> _Entries:
    if not isinstance(tables, dict):
        found.append(((noun,), f"{noun} must hold tables named [{noun}.ID], not {shown(tables)}"))
        return {}
    entries = {}
    for name, table in tables.items():
        complaints = Complaints(name, noun=noun)
        entries[name] = read_fields(fields, table, (), complaints)
        found.extend(((noun, name, *at), words) for at, words in complaints.found)
    return entries


def _oracle_types(table: dict[str, Any], found: list[tuple[KeyPath, str]]) -> tuple[str, ...]:
    if "oracle_types" not in table:
        return ()
    complaints = Complaints("oracle_types", noun="key")
    field = texts("oracle_types", "The types of oracle that this project uses.")
    types: tuple[str, ...] = field.read(table["oracle_types"], (), complaints)
    found.extend((("oracle_types", *at), words) for at, words in complaints.found)
    return types


def _unknown(
    entries: _Entries, noun: str, key: str, known: Iterable[str], what: str
) -> list[tuple[KeyPath, str]]:
    names = tuple(known)
    return [
        (
            (noun, name, key),
            f"{noun} {name!r}: {key} names {one!r}, which is no {what} here.{near(one, names)}",
        )
        for name, values in entries.items()
        for one in values.get(key) or ()
        if one not in names
    ]
