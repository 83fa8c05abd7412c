"""The guards of a governed call: pure functions from what is asked and what is known to a ruling."""

from .approval import approval
from .bounds import ASKED_ONCE, charge
from .fence import fence
from .loop import command_digest, history_length, loop
from .permission import permission
from .resolve import resolve
from .schema import schema
from .tenancy import tenancy

__all__ = [
    "ASKED_ONCE",
    "approval",
    "charge",
    "command_digest",
    "fence",
    "history_length",
    "loop",
    "permission",
    "resolve",
    "schema",
    "tenancy",
]
