"""The immutable proof of one effect, linking both keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from .canonical import JsonValue, canonical
from .contract import EffectClass, Json

RECEIPT_SCHEMA: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was done, under which keys, and what came of it; arguments and result as they may be kept."""

    tenant: UUID
    run_id: UUID
    path: str
    tool: str
    operation: str
    version: str
    effect_class: EffectClass
    key: bytes
    external_key: str
    generation: int
    arguments: Json
    result: Json
    provider_ref: str | None
    approval_id: UUID | None
    claimed_at: datetime
    settled_at: datetime

    def body(self) -> bytes:
        """Return the canonical text that is hashed and kept."""
        return canonical(self._members(), name="receipt")

    def _members(self) -> dict[str, JsonValue]:
        return {
            "schema": RECEIPT_SCHEMA,
            "tenant": str(self.tenant),
            "run_id": str(self.run_id),
            "path": self.path,
            "tool": self.tool,
            "operation": self.operation,
            "version": self.version,
            "effect_class": self.effect_class.value,
            "key": self.key.hex(),
            "external_key": self.external_key,
            "generation": self.generation,
            "arguments": self.arguments,
            "result": self.result,
            "provider_ref": self.provider_ref,
            "approval_id": None if self.approval_id is None else str(self.approval_id),
            "claimed_at": self.claimed_at.isoformat(),
            "settled_at": self.settled_at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancialReceipt(Receipt):
    """A receipt for moved money: how much, in the currency's smallest unit, and of which currency."""

    amount_minor: int
    currency: str

    def _members(self) -> dict[str, JsonValue]:
        # Named in full, because a dataclass with slots is another class than the one `super()` remembers.
        return Receipt._members(self) | {  # noqa: SLF001  # its own, inherited
            "amount_minor": self.amount_minor,
            "currency": self.currency,
        }


def receipt_from(body: bytes | str) -> Receipt:
    """Read a receipt from its kept text."""
    read: dict[str, Any] = orjson.loads(body)
    shared: dict[str, Any] = {
        **{
            name: read[name]
            for name in ("path", "tool", "operation", "version", "external_key", "generation")
        },
        **{name: read[name] for name in ("arguments", "result", "provider_ref")},
        "tenant": UUID(read["tenant"]),
        "run_id": UUID(read["run_id"]),
        "effect_class": EffectClass(read["effect_class"]),
        "key": bytes.fromhex(read["key"]),
        "approval_id": None if read["approval_id"] is None else UUID(read["approval_id"]),
        "claimed_at": datetime.fromisoformat(read["claimed_at"]),
        "settled_at": datetime.fromisoformat(read["settled_at"]),
    }
    if "amount_minor" in read:
        return FinancialReceipt(amount_minor=read["amount_minor"], currency=read["currency"], **shared)
    return Receipt(**shared)
