"""Compare what a receipt's columns say with its text, because only the text is hashed."""

from typing import Any, TypeAlias
from uuid import UUID

import orjson

# tool, effect_class, key, external_key, provider_ref, amount_minor, currency
Columns: TypeAlias = tuple[str, str, bytes, str, str | None, int | None, str | None]


def differing_columns(body: str, columns: Columns, run: UUID) -> tuple[str, ...]:
    """Name the columns that say other than the text; of a text that is none, the chain tells."""
    tool, effect_class, key, external_key, provider_ref, amount, currency = columns
    try:
        read: dict[str, Any] = orjson.loads(body)
        pairs = (
            ("run_id", str(run), read["run_id"]),
            ("tool", tool, f"{read['tool']}.{read['operation']}@{read['version']}"),
            ("effect_class", effect_class, read["effect_class"]),
            ("key", key.hex(), read["key"]),
            ("external_key", external_key, read["external_key"]),
            ("provider_ref", provider_ref, read["provider_ref"]),
            ("amount_minor", amount, read.get("amount_minor")),
            ("currency", currency, read.get("currency")),
        )
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(name for name, column, text in pairs if column != text)
