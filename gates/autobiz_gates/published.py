"""The JSON Schemas that ship with the package, and how they are renewed when a shape has changed."""

from pathlib import Path
from typing import Final

from .entry import ledger_schema
from .schema import criteria_file_schema, gate_file_schema

SCHEMAS: Final = {
    "criteria-file.schema.json": criteria_file_schema,
    "gate-file.schema.json": gate_file_schema,
    "ledger.schema.json": ledger_schema,
}


def schema_text(name: str) -> str:
    """Return a schema as it is to be published."""
    # The front door imports this module at every start, and hardly anybody needs these two.
    import json

    return json.dumps(SCHEMAS[name](), indent=2) + "\n"


def published_schema_text(name: str) -> str:
    """Return the schema file that this installation carries."""
    from importlib.resources import files

    return files(__package__).joinpath("schemas", name).read_text(encoding="utf-8")


def write_schemas(folder: Path) -> None:
    """Write every schema file anew."""
    for name in SCHEMAS:
        (folder / name).write_text(schema_text(name), encoding="utf-8")
