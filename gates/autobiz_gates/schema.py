"""The JSON Schema of a gate file, derived from the keys that the reader knows."""

from typing import Any

from .fields import object_schema
from .gatefile import NAME_PATTERN
from .kinds.registry import KINDS


def gate_file_schema() -> dict[str, Any]:
    """Return the schema of a gate file, from the same declarations that read it."""
    kinds = []
    for kind in KINDS.values():
        table = object_schema(kind.fields)
        name = {"description": "The kind of gate.", "const": kind.name}
        table["properties"] = {"kind": name, **table["properties"]}
        table["required"] = ["kind", *table["required"]]
        kinds.append({"title": f"kind {kind.name}", "description": kind.doc, **table, **kind.rules})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "AutoBiz gate file",
        "description": "Gates that decide whether a deploy is allowed; every one of them must be open.",
        "type": "object",
        "properties": {
            "gate": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": f"^{NAME_PATTERN}$"},
                "additionalProperties": {"oneOf": kinds},
            }
        },
        "required": ["gate"],
        "additionalProperties": False,
    }
