"""Keys of a gate's table: each declared once, read with all its complaints, published as JSON Schema.

Declared by hand because reading a gate file is paid at every start: building pydantic models takes several
times the whole time allowed for it (gates/README.md has the figures).
"""

from collections.abc import Callable, Iterable, Mapping, Sized
from dataclasses import dataclass, field
from datetime import date, datetime
from sys import float_info
from typing import Any, Final

from .marks import MarkExpression, MarkExpressionError

KeyPath = tuple[str | int, ...]

# So many tables of one sort a file may hold, and so many unknown keys of a table get a suggestion.
TABLES_MAX: Final = 1000
HINTS_MAX: Final = 20


@dataclass(slots=True)
class Complaints:
    """What is wrong with one table, each complaint with the path of the key it is about."""

    name: str
    noun: str = "gate"
    found: list[tuple[KeyPath, str]] = field(default_factory=list)

    def say(self, at: KeyPath, words: str) -> None:
        """Complain about the key at this path, which begins the sentence."""
        subject = f"{spoken(at)} " if at else ""
        self.found.append((at, f"{self.noun} {self.name!r}: {subject}{words}"))

    def say_of_table(self, at: KeyPath, key: str, words: str) -> None:
        """Complain about a key that is unknown to the table at this path, or wanting there."""
        inside = f"{spoken(at)}: " if at else ""
        self.found.append(((*at, key), f"{self.noun} {self.name!r}: {inside}{words}"))


Reader = Callable[[Any, KeyPath, Complaints], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One key: what it means, how its value is read, and the same as JSON Schema."""

    name: str
    doc: str
    read: Reader
    schema: Mapping[str, Any]
    required: bool = False


def spoken(path: KeyPath) -> str:
    """Return a path as people write it: waivers[0].case."""
    words = ""
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else step
    return words


def either(options: Iterable[object]) -> str:
    """Return options as people list them: 'a', 'b' or 'c'."""
    words = [repr(option) for option in options]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def near(word: str, known: Iterable[str], *, else_all: bool = False) -> str:
    """Return a suggestion for a word that nobody knows, or all known words if asked, or nothing."""
    # Only a file with a mistake in it pays for this import.
    from difflib import get_close_matches

    choices = list(known)
    by_lower = {choice.lower(): choice for choice in choices}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f" Did you mean {by_lower[close[0]]!r}?"
    return f" Known here: {', '.join(sorted(choices))}." if else_all else ""


def read_fields(
    fields: tuple[Field, ...],
    table: Any,
    at: KeyPath,
    complaints: Complaints,
    elsewhere: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the values of a table's known keys; everything else becomes a complaint.

    `elsewhere` says of a key that would be right in another place where that is.
    """
    if not isinstance(table, dict):
        complaints.say(at, f"must be a table of keys, not {shown(table)}")
        return {}
    known = {one.name: one for one in fields}
    values = {}
    for key, value in table.items():
        if key in known:
            values[key] = known[key].read(value, (*at, key), complaints)
        elif elsewhere and key in elsewhere:
            complaints.say_of_table(at, key, f"{key!r} {elsewhere[key]}")
        else:
            hint = near(key, known, else_all=True) if len(complaints.found) < HINTS_MAX else ""
            complaints.say_of_table(at, key, f"unknown key {key!r}.{hint}")
    for one in fields:
        if one.required and one.name not in table:
            complaints.say_of_table(at, one.name, f"{one.name!r} is missing: {one.doc}")
    return values


def object_schema(fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return the JSON Schema of a table with these keys."""
    return {
        "type": "object",
        "properties": {one.name: {"description": one.doc, **one.schema} for one in fields},
        "required": [one.name for one in fields if one.required],
        "additionalProperties": False,
    }


def shown(value: object) -> str:
    """Return a TOML value for a complaint, with the name of its type."""
    if isinstance(value, int) and abs(value) >= 10**30:
        # Python refuses to spell out very long numbers.
        return "a whole number of more than 30 digits"
    for kind, name in _TYPE_NAMES:
        if isinstance(value, kind):
            text = str(value).lower() if kind is bool else repr(value) if kind is str else str(value)
            return f"{text if len(text) <= 40 else text[:37] + '...'} ({name})"
    return repr(value)


_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "a boolean"),
    (int, "a whole number"),
    (float, "a number"),
    (str, "a string"),
    (datetime, "a date with time"),
    (date, "a date"),
    (list, "an array"),
    (dict, "a table"),
)


def too_many(tables: Sized, noun: str) -> str | None:
    """Return the complaint about a file with more tables of one sort than anybody reads, or nothing."""
    if len(tables) <= TABLES_MAX:
        return None
    return f"holds {len(tables)} tables of sort {noun!r}, {TABLES_MAX} at most are read; split the file"


def flag(name: str, doc: str) -> Field:
    def read(value: Any, at: KeyPath, complaints: Complaints) -> bool | None:
        if isinstance(value, bool):
            return value
        complaints.say(at, f"must be true or false, not {shown(value)}")
        return None

    return Field(name=name, doc=doc, read=read, schema={"type": "boolean"})


def whole(name: str, doc: str, *, least: int, most: int, required: bool = False) -> Field:
    def read(value: Any, at: KeyPath, complaints: Complaints) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        complaints.say(at, f"must be a whole number from {least} to {most}, not {shown(value)}")
        return None

    schema = {"type": "integer", "minimum": least, "maximum": most}
    return Field(name=name, doc=doc, read=read, schema=schema, required=required)


def number(
    name: str, doc: str, *, above: float, most: float | None = None, below: float | None = None,
    required: bool = False,
) -> Field:  # fmt: skip
    """A real number in (above, most] or (above, below)."""
    limit = f"({above:g}, {most:g}]" if most is not None else f"({above:g}, {below:g})"

    def read(value: Any, at: KeyPath, complaints: Complaints) -> float | None:
        if isinstance(value, int | float) and not isinstance(value, bool) and above < value:
            under = value <= most if most is not None else below is None or value < below
            if under:
                return float(value)
        complaints.say(at, f"must be a number in {limit}, not {shown(value)}")
        return None

    upper = {"maximum": most} if most is not None else {"exclusiveMaximum": below}
    schema = {"type": "number", "exclusiveMinimum": above, **upper}
    return Field(name=name, doc=doc, read=read, schema=schema, required=required)


def real(name: str, doc: str) -> Field:
    """Any number; TOML's nan and inf are none to compare with."""

    def read(value: Any, at: KeyPath, complaints: Complaints) -> float | None:
        # Python compares whole numbers of any length, and only short ones become real.
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= float_info.max:
            return float(value)
        complaints.say(at, f"must be a number, not {shown(value)}")
        return None

    return Field(name=name, doc=doc, read=read, schema={"type": "number"})


def choice(name: str, doc: str, options: tuple[str | int, ...], *, required: bool = False) -> Field:
    def read(value: Any, at: KeyPath, complaints: Complaints) -> str | int | None:
        for option in options:
            if type(value) is type(option) and value == option:
                return option
        hint = near(value, [str(option) for option in options]) if isinstance(value, str) else ""
        complaints.say(at, f"must be {either(options)}, not {shown(value)}{'.' + hint if hint else ''}")
        return None

    return Field(name=name, doc=doc, read=read, schema={"enum": list(options)}, required=required)


def text(name: str, doc: str, *, required: bool = False, nul: bool = False) -> Field:
    """A string; only where it names no file may it hold a NUL, at which the system would end the name."""

    def read(value: Any, at: KeyPath, complaints: Complaints) -> str | None:
        if isinstance(value, str) and value.strip() and (nul or "\0" not in value):
            return value
        complaints.say(at, f"must be a string that says something, not {shown(value)}")
        return None

    return Field(
        name=name, doc=doc, read=read, schema={"type": "string", "pattern": r"\S"}, required=required
    )


def texts(name: str, doc: str, *, options: tuple[str, ...] = (), required: bool = False) -> Field:
    """One string or an array of them; always read as a tuple."""

    def read(value: Any, at: KeyPath, complaints: Complaints) -> tuple[str, ...]:
        items = value if isinstance(value, list) else [value]
        if not items:
            hint = "" if required else "; leave the key out to select by other keys alone"
            complaints.say(at, f"must name at least one value{hint}")
        for item in items:
            if not isinstance(item, str) or not item.strip() or "\0" in item:
                complaints.say(at, f"must be a string or an array of strings, not {shown(value)}")
                return ()
            if options and item not in options:
                complaints.say(at, f"must be one of {', '.join(options)}, not {item!r}.{near(item, options)}")
        return tuple(items)

    item_schema = {"enum": list(options)} if options else {"type": "string", "pattern": r"\S"}
    schema = {"oneOf": [item_schema, {"type": "array", "items": item_schema, "minItems": 1}]}
    return Field(name=name, doc=doc, read=read, schema=schema, required=required)


def mark_expression(name: str, doc: str) -> Field:
    def read(value: Any, at: KeyPath, complaints: Complaints) -> MarkExpression | None:
        if not isinstance(value, str):
            complaints.say(at, f"must be an expression over mark names in a string, not {shown(value)}")
            return None
        try:
            return MarkExpression.parse(value)
        except MarkExpressionError as error:
            complaints.say(at, f"cannot be read: {error}")
            return None

    return Field(name=name, doc=doc, read=read, schema={"type": "string", "pattern": r"\S"})


def day(name: str, doc: str, *, required: bool = False) -> Field:
    def read(value: Any, at: KeyPath, complaints: Complaints) -> date | None:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        complaints.say(at, f"must be a date without quotes, as in 2030-12-31, not {shown(value)}")
        return None

    return Field(
        name=name, doc=doc, read=read, schema={"type": "string", "format": "date"}, required=required
    )


def tables(name: str, doc: str, fields: tuple[Field, ...], build: Callable[..., Any]) -> Field:
    """An array of tables, each built from its values once it has no complaints."""

    def read(value: Any, at: KeyPath, complaints: Complaints) -> tuple[Any, ...]:
        if not isinstance(value, list):
            complaints.say(at, f"must be an array of tables, not {shown(value)}")
            return ()
        built = []
        for place, item in enumerate(value):
            before = len(complaints.found)
            values = read_fields(fields, item, (*at, place), complaints)
            if len(complaints.found) == before:
                built.append(build(**values))
        return tuple(built)

    return Field(name=name, doc=doc, read=read, schema={"type": "array", "items": object_schema(fields)})
