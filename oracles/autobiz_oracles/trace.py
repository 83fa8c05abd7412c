"""Judge the account that a run left behind: whole, in order, under one id."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Protocol

from .evidence import looked_at
from .oracle import Finding, oracle
from .verdict import OracleType

STARTED = "started"
ENDED = "ended"


class TraceRow(Protocol):
    """One row of a persisted trace; rows of one run are numbered from 1, and `text` is what was stored."""

    @property
    def number(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def correlation_id(self) -> str: ...
    @property
    def text(self) -> str: ...


@oracle(OracleType.TRACE)
def complete(rows: Sequence[TraceRow] | None, *, kinds: Collection[str] = ()) -> Finding:
    """Rows are numbered from 1 without gap or repeat, from `started` to `ended`, with each of these kinds."""
    found = sorted(looked_at(rows, "the trace"), key=lambda row: row.number)
    counted = Counter(row.number for row in found)
    complaints = [f"row {number} is missing" for number in range(1, len(found) + 1) if not counted[number]]
    complaints += [f"row {number} is there {times} times" for number, times in counted.items() if times > 1]
    ends = [row.kind for row in found]
    if ends[:1] != [STARTED] or ends.count(STARTED) != 1:
        complaints.append(f"begins with {ends[0] if ends else 'nothing'} and not once with {STARTED}")
    if ends[-1:] != [ENDED] or ends.count(ENDED) != 1:
        complaints.append(f"ends with {ends[-1] if ends else 'nothing'} and not once with {ENDED}")
    complaints += [f"no row of kind {kind}" for kind in sorted(set(kinds) - set(ends))]
    return Finding(
        holds=not complaints,
        reason="; ".join(complaints) or f"{len(found)} rows",
        observed=", ".join(f"{row.number} {row.kind}" for row in found) or "no rows",
        expected=", ".join((STARTED, *kinds, ENDED)),
        diff="\n".join(complaints),
    )


@oracle(OracleType.TRACE)
def correlated(rows: Sequence[TraceRow] | None, *, correlation_id: str | None = None) -> Finding:
    """All rows carry one id, which is this one if it is known, and is not empty."""
    found = looked_at(rows, "the trace")
    counted = Counter(row.correlation_id for row in found)
    wanted = correlation_id or next(iter(counted), "")
    strays = [repr(one) for one in counted if one != wanted or not one]
    holds = bool(found) and not strays
    return Finding(
        holds=holds,
        reason=f"{len(found)} rows under {wanted}"
        if holds
        else f"{len(counted)} ids in {len(found)} rows, {len(strays)} of them wrong",
        observed=", ".join(f"{one!r} x{times}" for one, times in counted.items()) or "no rows",
        expected=wanted or "one id",
        diff="\n".join(strays),
    )
