"""The guards of a governed call: pure functions from what is asked and what is known to a ruling."""

from .approval import approval
from .bounds import ASKED_ONCE, charge
from .fence import fence
from .loop import loop
from .permission import permission
from .resolve import resolve
from .schema import schema
from .tenancy import tenancy

__all__ = [
    "ASKED_ONCE",
    "approval",
    "charge",
    "fence",
    "loop",
    "permission",
    "resolve",
    "schema",
    "tenancy",
]
