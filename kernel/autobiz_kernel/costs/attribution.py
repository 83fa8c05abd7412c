"""Tell who caused which cost: every charge is counted once for each question asked of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from .micros import MICROS_MAX, CostError


class Dimension(StrEnum):
    """By what costs can be told apart."""

    TENANT = "tenant"
    WORKFLOW = "workflow"
    TOOL = "tool"
    RUN = "run"
    ITEM = "item"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One cost, with everything that it is attributed to."""

    tenant: UUID
    workflow: str
    tool: str
    run: UUID
    item: str
    units: int
    micros: int
    currency: str
    at: datetime

    def __post_init__(self) -> None:
        absent = [name for name in ("workflow", "tool", "item", "currency") if not getattr(self, name)]
        if absent:
            raise CostError(f"charge: {', '.join(absent)} is empty; a cost that is nobody's cannot be told")
        if self.units < 0 or not 0 <= self.micros <= MICROS_MAX:
            raise CostError(
                f"charge of {self.tool}: {self.units} units and {self.micros} micros; not below 0"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """What one tenant, workflow, tool or combination of them has cost."""

    key: tuple[str, ...]
    currency: str
    micros: int
    charges: int


def attribute(charges: Iterable[Charge], by: Sequence[Dimension]) -> tuple[Attribution, ...]:
    """Sum the charges by the dimensions, in the order of their names; currencies are never mixed."""
    sums: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for charge in charges:
        key = tuple(str(getattr(charge, dimension.value)) for dimension in by)
        total = sums.setdefault((charge.currency, key), [0, 0])
        total[0] += charge.micros
        total[1] += 1
    return tuple(
        Attribution(key=key, currency=currency, micros=micros, charges=count)
        for (currency, key), (micros, count) in sorted(sums.items())
    )
