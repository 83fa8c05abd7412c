"""Check a value against a JSON Schema, in the part of the language that tools are declared in.

A keyword that is not known here is told as evidence that is missing: a schema that was read in half would let
through what its other half forbids.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from .differences import differences
from .oracle import MissingEvidenceError

Schema: TypeAlias = Mapping[str, object] | bool

_ANNOTATIONS = frozenset(
    {"$comment", "$defs", "$id", "$schema", "default", "deprecated", "description", "examples", "format"}
    | {"readOnly", "title", "writeOnly"}
)
_OF_NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_OF_SIZES = frozenset({"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"})
_OF_PARTS = frozenset({"properties", "required", "additionalProperties", "items", "uniqueItems", "pattern"})
_OF_CHOICES = frozenset({"type", "enum", "const", "anyOf", "allOf", "oneOf", "not", "$ref"})
_KNOWN = _ANNOTATIONS | _OF_NUMBERS | _OF_SIZES | _OF_PARTS | _OF_CHOICES

_SIZED: dict[str, tuple[type, ...]] = {"Length": (str,), "Items": (list, tuple), "Properties": (Mapping,)}


def violations(value: object, schema: Schema) -> list[str]:
    """Everything in which a value departs from a schema, each with the place where."""
    return list(_check(value, schema, "", schema))


def _check(value: object, schema: Schema, at: str, root: Schema) -> Iterator[str]:
    if isinstance(schema, bool):
        if not schema:
            yield f"{at or '/'}: nothing is allowed here"
        return
    unknown = sorted(schema.keys() - _KNOWN)
    if unknown:
        raise MissingEvidenceError(f"the schema uses {', '.join(unknown)}, which cannot be checked")
    if "$ref" in schema:
        yield from _check(value, _resolved(str(schema["$ref"]), root), at, root)
    yield from _check_choice(value, schema, at, root)
    yield from _check_size(value, schema, at)
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _check_number(value, schema, at)
    if isinstance(value, str) and "pattern" in schema and not re.search(str(schema["pattern"]), value):
        yield f"{at or '/'}: does not match {schema['pattern']}"
    if isinstance(value, Mapping):
        yield from _check_members(value, schema, at, root)
    if isinstance(value, list | tuple):
        yield from _check_items(value, schema, at, root)


def _check_choice(value: object, schema: Mapping[str, object], at: str, root: Schema) -> Iterator[str]:
    here = at or "/"
    if "type" in schema:
        wanted = schema["type"]
        names = [wanted] if isinstance(wanted, str) else _list(wanted)
        if not any(_is_of_type(value, str(name)) for name in names):
            yield f"{here}: is {_type_of(value)} and not {' or '.join(map(str, names))}"
    if "enum" in schema and all(differences(value, one) for one in _list(schema["enum"])):
        yield f"{here}: is none of {schema['enum']}"
    if "const" in schema and differences(value, schema["const"]):
        yield f"{here}: is not {schema['const']!r}"
    for part in _list(schema.get("allOf", [])):
        yield from _check(value, _schema(part), at, root)
    if "anyOf" in schema and not _matching(value, schema["anyOf"], at, root):
        yield f"{here}: matches none of anyOf"
    if "oneOf" in schema and (count := _matching(value, schema["oneOf"], at, root)) != 1:
        yield f"{here}: matches {count} of oneOf and not one"
    if "not" in schema and not list(_check(value, _schema(schema["not"]), at, root)):
        yield f"{here}: matches what it must not"


def _check_size(value: object, schema: Mapping[str, object], at: str) -> Iterator[str]:
    for keyword in schema.keys() & _OF_SIZES:
        end, kind = keyword[:3], keyword[3:]
        if isinstance(value, _SIZED[kind]) and isinstance(value, Mapping | str | list | tuple):
            size, limit = len(value), _number(schema[keyword])
            if (size < limit) if end == "min" else (size > limit):
                yield f"{at or '/'}: {kind.lower()} {size}, {end} {limit}"


def _check_number(value: float, schema: Mapping[str, object], at: str) -> Iterator[str]:
    limits = {name: _number(schema[name]) for name in schema.keys() & _OF_NUMBERS}
    broken: dict[str, Callable[[float], bool]] = {
        "minimum": lambda limit: not value >= limit,
        "maximum": lambda limit: not value <= limit,
        "exclusiveMinimum": lambda limit: not value > limit,
        "exclusiveMaximum": lambda limit: not value < limit,
        "multipleOf": lambda limit: value % limit != 0,
    }
    yield from (
        f"{at or '/'}: is {value}, {name} {limits[name]}" for name in limits if broken[name](limits[name])
    )


def _check_members(
    value: Mapping[object, object], schema: Mapping[str, object], at: str, root: Schema
) -> Iterator[str]:
    declared = schema.get("properties", {})
    if not isinstance(declared, Mapping):
        raise MissingEvidenceError("the schema's properties are no object")
    for name in _list(schema.get("required", [])):
        if name not in value:
            yield f"{at}/{name}: is required and absent"
    rest = _schema(schema.get("additionalProperties", True))
    for name, member in value.items():
        place = f"{at}/{name}"
        if name in declared:
            yield from _check(member, _schema(declared[name]), place, root)
        elif rest is False:
            yield f"{place}: is an unknown field"
        else:
            yield from _check(member, rest, place, root)


def _check_items(
    value: Sequence[object], schema: Mapping[str, object], at: str, root: Schema
) -> Iterator[str]:
    every = _schema(schema.get("items", True))
    for number, item in enumerate(value):
        yield from _check(item, every, f"{at}/{number}", root)
    if schema.get("uniqueItems") and any(
        not differences(one, other) for number, one in enumerate(value) for other in value[:number]
    ):
        yield f"{at or '/'}: holds an item twice"


def _matching(value: object, schemas: object, at: str, root: Schema) -> int:
    return sum(not list(_check(value, _schema(each), at, root)) for each in _list(schemas))


def _resolved(reference: str, root: Schema) -> Schema:
    found: object = root
    if not reference.startswith("#"):
        raise MissingEvidenceError(f"the schema refers to {reference}, which is not in it")
    for part in reference[1:].strip("/").split("/") if len(reference) > 1 else []:
        name = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, Mapping) or name not in found:
            raise MissingEvidenceError(f"the schema refers to {reference}, which is not in it")
        found = found[name]
    return _schema(found)


def _is_of_type(value: object, name: str) -> bool:
    match name:
        case "integer":
            return isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "null" | "boolean" | "string" | "array" | "object":
            return _type_of(value) == name
    raise MissingEvidenceError(f"the schema names a type {name!r}, which is none")


def _type_of(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case list() | tuple():
            return "array"
        case Mapping():
            return "object"
    raise MissingEvidenceError(f"{type(value).__name__} is no JSON value")


def _schema(value: object) -> Schema:
    if isinstance(value, Mapping | bool):
        return value
    raise MissingEvidenceError(f"{value!r} is no schema")


def _list(value: object) -> list[object]:
    if isinstance(value, list | tuple):
        return list(value)
    raise MissingEvidenceError(f"the schema holds {value!r} where a list belongs")


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise MissingEvidenceError(f"the schema holds {value!r} where a number belongs")
