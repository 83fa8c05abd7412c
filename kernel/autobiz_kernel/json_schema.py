"""Compile a JSON Schema to a check that fetches nothing, never backtracks and lets no unknown field in."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, Protocol, cast

import jsonschema_rs

from .canonical import JsonValue
from .errors import CallError

COMPLAINTS_MAX = 8
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SUBSCHEMAS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_FORM = frozenset({"type", "properties", "$ref", "enum", "const", "oneOf", "anyOf", "allOf"})
_SINGLE = ("items", "contains", "not", "if", "then", "else", "additionalProperties", "propertyNames")


class Validator(Protocol):
    """A compiled schema."""

    def is_valid(self, instance: Any) -> bool: ...

    def iter_errors(self, instance: Any) -> Iterator[Any]: ...


def compile_schema(schema: Mapping[str, JsonValue], *, name: str) -> Validator:
    """Compile, or raise with everything that is wrong with the schema itself."""
    complaints = [f"{name}: {words}" for words in _complaints(schema, where="$")]
    if schema.get("type") != "object":
        complaints.append(f"{name}: $: a tool takes and gives an object; set type to 'object'")
    if complaints:
        raise CallError("; ".join(complaints))
    try:
        made = jsonschema_rs.Draft202012Validator(
            dict(schema),
            validate_formats=True,
            pattern_options=jsonschema_rs.RegexOptions(),
            retriever=_refuse_to_fetch,
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise CallError(f"{name}: not a JSON Schema: {str(error).splitlines()[0]}") from error
    return cast("Validator", made)


def complaints_of(validator: Validator, instance: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Say what is wrong, by place and broken rule; never with the value, which may be secret."""
    found: list[str] = []
    for error in validator.iter_errors(instance):
        where = "/".join(str(part) for part in error.instance_path) or "the object itself"
        rule = "/".join(str(part) for part in error.schema_path)
        found.append(f"{where} breaks {rule}")
        if len(found) == COMPLAINTS_MAX:
            break
    return tuple(found)


def _refuse_to_fetch(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not part of this schema, and nothing is fetched; put it under $defs")


def _complaints(schema: object, *, where: str) -> Iterator[str]:
    if not isinstance(schema, Mapping):
        return
    reference = schema.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        yield f"{where}: $ref {reference!r} leads outside; put what it names under $defs"
    if "object" in _types(schema) and schema.get("additionalProperties") is not False:
        yield f"{where}: lets unknown fields in; set additionalProperties to false"
    yield from _formless_parts(schema, where=where)
    for keyword in _SUBSCHEMAS:
        members = schema.get(keyword)
        if isinstance(members, Mapping):
            for member, inner in members.items():
                yield from _complaints(inner, where=f"{where}.{member}")
    for keyword in _LISTS:
        for index, inner in enumerate(schema.get(keyword) or ()):
            yield from _complaints(inner, where=f"{where}.{keyword}[{index}]")
    for keyword in _SINGLE:
        yield from _complaints(schema.get(keyword), where=f"{where}.{keyword}")


def _formless_parts(schema: Mapping[str, Any], *, where: str) -> Iterator[str]:
    members = schema.get("properties")
    for member, inner in members.items() if isinstance(members, Mapping) else ():
        yield from _formless(inner, where=f"{where}.properties.{member}")
    if "items" in schema:
        yield from _formless(schema["items"], where=f"{where}.items")
    elif "array" in _types(schema) and "prefixItems" not in schema:
        yield f"{where}: does not say what is in the list; give its items"


def _formless(schema: object, *, where: str) -> Iterator[str]:
    """What may be anything may be an object of which nobody named a member, and everything would be kept."""
    if schema is True or (isinstance(schema, Mapping) and not _FORM.intersection(schema)):
        yield f"{where}: may be anything; say its type"


def _types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    kind = schema.get("type", "object" if "properties" in schema else ())
    return (kind,) if isinstance(kind, str) else tuple(kind)
