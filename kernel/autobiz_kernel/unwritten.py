"""What a run has done and not written down yet."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from .ledger import SettleAnswer, SettleKind, Settlement

if TYPE_CHECKING:
    import asyncio

Heard: TypeAlias = Callable[[SettleAnswer], None]


@dataclass(frozen=True, slots=True)
class Carried:
    """One settlement, and who hears what the books say to it."""

    settlement: Settlement
    heard: Heard


@dataclass(slots=True)
class Unwritten:
    """All of one run, in its order; while some of it is under way, nothing else of the run may go."""

    is_open: bool = False
    is_lost: bool = False
    kept: list[Carried] = field(default_factory=list)
    under_way: "asyncio.Future[None] | None" = None

    @property
    def has_effects(self) -> bool:
        no_effect = (SettleKind.NOTE, SettleKind.OBSERVED)
        return any(each.settlement.kind not in no_effect for each in self.kept)
