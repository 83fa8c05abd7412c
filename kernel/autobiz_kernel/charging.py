"""Say what a call costs its run: asked when it is settled, and again when it is replayed."""

from typing import Any, Final

from .budget import Spent
from .contract import Json, ToolContract
from .costs import Price
from .guards import ASKED_ONCE

TOKENS: Final = "tokens"
USAGE: Final = "usage"
OUT: Final = "output"


def charge_of(contract: ToolContract, price: Price | None, result: Json | None) -> Spent:
    """Return the cost of a call in which a tool ran: its own, and that of the tokens its result tells of."""
    used = _whole(result, TOKENS)
    out = _whole((result or {}).get(USAGE), OUT)
    micros = contract.cost_micros + (price.cost(used, out=out) if price else 0)
    return ASKED_ONCE.plus(tokens=used, cost_micros=micros)


def _whole(told: Any, name: str) -> int:
    value = told.get(name) if isinstance(told, dict) else None
    return value if type(value) is int and value > 0 else 0
