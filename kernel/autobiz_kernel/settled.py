"""What is told to whoever watches, once a call is written down; watchers count, and change nothing."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from .budget import Spent
from .ledger import SettleAnswer, Settlement


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement as it was asked for, what the books said, and what the run has used by now."""

    settlement: Settlement
    answer: SettleAnswer
    used: Spent


OnSettled: TypeAlias = Callable[[Settled], None]


def unwatched(settled: Settled) -> None:
    """Tell nobody."""
