"""The JSON Schemas of gate files and criteria files, derived from the keys that their readers know."""

from typing import Any

from .criteria import FIELDS
from .fields import object_schema
from .gatefile import NAME_PATTERN
from .kinds.registry import KINDS


def gate_file_schema() -> dict[str, Any]:
    """Return the schema of a gate file, from the same declarations that read it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "AutoBiz gate file",
        "description": "Gates that decide whether a deploy is allowed; every one of them must be open.",
        "type": "object",
        "properties": {
            "gate": _gates(),
        },
        "required": ["gate"],
        "additionalProperties": False,
    }


def criteria_file_schema() -> dict[str, Any]:
    """Return the schema of a criteria file: the same gates, and criteria that name them."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "AutoBiz criteria file",
        "description": "Criteria, each of which holds when all of the gates that it names are open.",
        "type": "object",
        "properties": {
            "criterion": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": f"^{NAME_PATTERN}$"},
                "additionalProperties": object_schema(FIELDS),
            },
            "gate": _gates(),
        },
        "required": ["criterion", "gate"],
        "additionalProperties": False,
    }


def _gates() -> dict[str, Any]:
    kinds = []
    for kind in KINDS.values():
        table = object_schema(kind.fields)
        name = {"description": "The kind of gate.", "const": kind.name}
        table["properties"] = {"kind": name, **table["properties"]}
        table["required"] = ["kind", *table["required"]]
        kinds.append({"title": f"kind {kind.name}", "description": kind.doc, **table, **kind.rules})
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": f"^{NAME_PATTERN}$"},
        "additionalProperties": {"oneOf": kinds},
    }
