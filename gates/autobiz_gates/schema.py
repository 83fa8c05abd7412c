"""The JSON Schema of a gate file, derived from the keys that the reader knows."""

from pathlib import Path
from typing import Any, Final

from .fields import object_schema
from .gatefile import NAME_PATTERN
from .kinds import KINDS

SCHEMA_FILE: Final = "gate-file.schema.json"


def gate_file_schema() -> dict[str, Any]:
    """Return the schema of a gate file, from the same declarations that read it."""
    kinds = []
    for kind in KINDS.values():
        table = object_schema(kind.fields)
        name = {"description": "The kind of gate.", "const": kind.name}
        table["properties"] = {"kind": name, **table["properties"]}
        table["required"] = ["kind", *table["required"]]
        kinds.append({"title": f"kind {kind.name}", "description": kind.doc, **table})
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


def schema_text() -> str:
    """Return the schema as it is published."""
    import json

    return json.dumps(gate_file_schema(), indent=2) + "\n"


def published_schema_text() -> str:
    """Return the schema file that this installation carries."""
    # Reading a gate file imports this module too, and needs neither of the two imports.
    from importlib.resources import files

    return files(__package__).joinpath("schemas", SCHEMA_FILE).read_text(encoding="utf-8")


def write_schema(folder: Path) -> Path:
    """Write the schema file anew; to be run when a key has changed."""
    target = folder / SCHEMA_FILE
    target.write_text(schema_text(), encoding="utf-8")
    return target
