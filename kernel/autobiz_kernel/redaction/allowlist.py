"""Keep of a value what its schema names, and nothing else."""

from collections.abc import Mapping
from typing import Any

from autobiz_kernel.canonical import JsonValue


def allowed(value: Mapping[str, JsonValue], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object without the members that the schema does not name."""
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return dict(value) if schema.get("additionalProperties") is not False else {}
    return {name: _allowed(member, properties[name]) for name, member in value.items() if name in properties}


def _allowed(value: JsonValue, schema: Any) -> JsonValue:
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, Mapping):
        return allowed(value, schema)
    if isinstance(value, list | tuple):
        return [_allowed(member, schema.get("items")) for member in value]
    return value
