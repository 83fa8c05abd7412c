"""The JSON Schemas of what is kept in the books, made from the very types that are kept."""

from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints
from uuid import UUID

from msgspec import Struct

from .contract import EffectClass
from .json_schema import DRAFT
from .ledger import RunRecord, StateVersion, TraceRow
from .receipt import RECEIPT_SCHEMA, FinancialReceipt

_HASH: Final = {"type": "string", "pattern": "^[0-9a-f]*$", "description": "bytes, in hex"}
_PLAIN: Final[dict[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bytes: _HASH,
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    NoneType: {"type": "null"},
}
_FINANCIAL_ONLY: Final = ("amount_minor", "currency")


def receipt_schema() -> dict[str, Any]:
    """Describe the text of a receipt, as it is hashed."""
    made = _object(FinancialReceipt, "A receipt")
    made["properties"] = {"schema": {"const": RECEIPT_SCHEMA}} | made["properties"]
    shared = [name for name in made["required"] if name not in _FINANCIAL_ONLY]
    money = {"required": list(_FINANCIAL_ONLY)}
    is_financial = {"properties": {"effect_class": {"const": EffectClass.FINANCIAL.value}}}
    return made | {"required": ["schema", *shared], "if": is_financial, "then": money}


def business_schema() -> dict[str, Any]:
    """Describe the file of a business, for editors."""
    from .business import BusinessFile

    return {"$schema": DRAFT} | BusinessFile.model_json_schema(by_alias=True)


SCHEMAS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "business.schema.json": business_schema,
    "receipt.schema.json": receipt_schema,
    "run.schema.json": lambda: _object(RunRecord, "A run"),
    "state-version.schema.json": lambda: _object(StateVersion, "One version of a run's state"),
    "trace.schema.json": lambda: _object(TraceRow, "One ruling of a run"),
}


def schema_text(name: str) -> str:
    """Return a schema as it is to be published."""
    import json

    return json.dumps(SCHEMAS[name](), indent=2) + "\n"


def published_schema_text(name: str) -> str:
    """Return the schema file that this installation carries."""
    from importlib.resources import files

    return files(__package__).joinpath("schemas", name).read_text(encoding="utf-8")


def write_schemas(folder: Path) -> None:
    """Write every schema file anew."""
    folder.mkdir(exist_ok=True)
    for name in SCHEMAS:
        (folder / name).write_text(schema_text(name), encoding="utf-8")


def _object(kind: type, title: str) -> dict[str, Any]:
    hints = get_type_hints(kind)
    names = list(hints)
    return {
        "$schema": DRAFT,
        "title": title,
        "type": "object",
        "properties": {name: _shape(hints[name]) for name in names},
        "required": names,
        "additionalProperties": False,
    }


def _shape(hint: Any) -> dict[str, Any]:
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    if get_origin(hint) is UnionType:
        return {"anyOf": [_shape(each) for each in get_args(hint)]}
    if isinstance(hint, type) and hasattr(hint, "__members__"):
        return {"enum": [member.value for member in hint]}  # type: ignore[attr-defined]  # it is an enum
    if isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, Struct)):
        inner = _object(hint, hint.__name__)
        return {name: inner[name] for name in ("type", "properties", "required", "additionalProperties")}
    return {"type": "object"}
