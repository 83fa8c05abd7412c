"""Judge what a run cost, and whom it was charged to."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from .evidence import looked_at, measured
from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import OracleType


class Charge(Protocol):
    """One amount of money that a run has cost, and who bears it."""

    @property
    def tenant(self) -> str: ...
    @property
    def workflow(self) -> str: ...
    @property
    def usd(self) -> Decimal | float: ...


@oracle(OracleType.COST)
def cost_between(
    charges: Sequence[Charge] | None, low_usd: Decimal | float, high_usd: Decimal | float
) -> Finding:
    """All charges together lie between two sums, both included; no charges cost nothing."""
    total = _total(charges)
    low, high = measured(low_usd, "the lower end"), measured(high_usd, "the upper end")
    if low > high:
        raise MissingEvidenceError(f"no sum lies between {low} and {high}")
    return Finding(
        holds=low <= total <= high,
        reason=f"cost {total} USD, {'within' if low <= total <= high else 'outside'} {low}..{high}",
        observed=f"{total} USD",
        expected=f"{low}..{high} USD",
        is_hollow=not charges,
    )


@oracle(OracleType.COST)
def attributed_to(charges: Sequence[Charge] | None, tenant: str, workflow: str) -> Finding:
    """There is a charge, and every one is borne by this tenant and this workflow."""
    found = looked_at(charges, "the charges")
    strays = [one for one in found if (one.tenant, one.workflow) != (tenant, workflow)]
    return Finding(
        holds=bool(found) and not strays,
        reason=f"{len(strays)} of {len(found)} charges are borne by others or by nobody"
        if strays
        else f"{len(found) or 'no'} charges",
        observed=", ".join(sorted({f"{one.tenant or 'nobody'}/{one.workflow or 'none'}" for one in found})),
        expected=f"{tenant}/{workflow}",
        diff="\n".join(f"{one.usd} USD: {one.tenant or 'nobody'}/{one.workflow or 'none'}" for one in strays),
    )


@oracle(OracleType.COST)
def adds_up(charges: Sequence[Charge] | None, total_usd: Decimal | float | None) -> Finding:
    """The total that is told is the sum of the charges, to the last digit, and none is negative."""
    told, total = measured(total_usd, "the total"), _total(charges)
    negative = [one for one in looked_at(charges, "the charges") if measured(one.usd, "a charge") < 0]
    return Finding(
        holds=told == total and not negative,
        reason=f"{len(negative)} negative charges" if negative else f"told {told}, charged {total} USD",
        observed=f"{told} USD",
        expected=f"{total} USD",
        is_hollow=not charges,
    )


def _total(charges: Sequence[Charge] | None) -> Decimal:
    return sum((measured(one.usd, "a charge") for one in looked_at(charges, "the charges")), Decimal(0))
