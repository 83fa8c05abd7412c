"""Charge a run's calls anew, as a replay comes to them, and compare with what its traces say was charged."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

import orjson
from msgspec import structs

from .budget import CAP_MAX, Spent
from .charging import charge_of
from .claims import ClaimOutcome
from .codes import ErrorCode
from .contract import Json, ToolContract
from .errors import ReplayError
from .guards import ASKED_ONCE
from .ledger import CALLS, UNSETTLED, TraceRow
from .ruling import Policy, RunView

if TYPE_CHECKING:
    from .costs import Price

LEASE_LOST: Final = "LEASE_LOST"
# No tool ran: somebody else's answer was told, or none.
_TOLD: Final = frozenset(each.value for each in ClaimOutcome if each is not ClaimOutcome.CLAIMED)
# Either a tool ran, or its answer of an earlier time was told again: a trace does not say which.
_EITHER: Final = frozenset({ErrorCode.REFUSED.value, ErrorCode.STATE_CONFLICT.value})
_DEARER: Final = frozenset({ErrorCode.BOUND_TOKENS.value, ErrorCode.BOUND_COST.value})


class Bill:
    """What the calls of one run were charged."""

    def __init__(
        self, policy: Policy, traces: Iterable[TraceRow], results: Mapping[str, Json], *, began_at: datetime
    ) -> None:
        self._policy, self._results, self._began_at = policy, results, began_at
        self._traces = tuple(traces)
        self._late = {(row.epoch, row.step) for row in self._traces if row.outcome == LEASE_LOST}
        # What each holder found used when it took the run.
        self._found: dict[int, Spent] = {}
        used = Spent()
        for row in self._traces:
            if row.outcome == UNSETTLED or row.epoch not in self._found:
                self._found[row.epoch] = used = used + unsettled(row)
            used += self._paid(row)

    def charge(self, trace: TraceRow, contract: ToolContract | None) -> Spent:
        """Return what the call costs, which is what was charged for it, or raise."""
        told = self._paid(trace)
        expected = [told] if trace.outcome == LEASE_LOST else self._expected(trace, contract)
        if all((one.tokens, one.cost_micros) != (told.tokens, told.cost_micros) for one in expected):
            raise ReplayError(
                f"path {trace.path}: {_words(told)} were charged here, and now it is {_words(expected[0])}"
            )
        return told

    def as_used(self, view: RunView, trace: TraceRow) -> RunView:
        """Return what the guards knew of tokens and cost when this call was asked for.

        Branches end in another order than they ask, so it lies between what its holder had found and what
        may have been used or set aside by then; a call is judged by that end of it that speaks for the books.
        """
        used = self._most(trace) if trace.outcome in _DEARER else self._found.get(trace.epoch, Spent())
        spent = structs.replace(view.spent, tokens=used.tokens, cost_micros=used.cost_micros)
        return structs.replace(view, spent=spent, set_aside_micros=0)

    @property
    def apart(self) -> Spent:
        """What was charged beside the calls that a workflow was answered: for deaths and late settlements."""
        late = (self._paid(row) for row in self._traces if row.outcome == LEASE_LOST)
        return sum((*map(unsettled, self._traces), *late), Spent())

    def _paid(self, row: TraceRow) -> Spent:
        if not row.tool:
            return Spent()
        # What is told after a late settlement was paid for with that.
        is_second = row.outcome != LEASE_LOST and not row.guard and (row.epoch, row.step) in self._late
        return (Spent() if is_second else ASKED_ONCE).plus(tokens=row.tokens, cost_micros=row.cost_micros)

    def _expected(self, trace: TraceRow, contract: ToolContract | None) -> list[Spent]:
        if contract is None or trace.guard or trace.outcome in _TOLD:
            return [ASKED_ONCE]
        result = self._results.get(trace.path) if trace.result is None else orjson.loads(trace.result)
        if trace.outcome not in (ClaimOutcome.CLAIMED.value, *_EITHER):
            # A tool that raised, or whose answer was worth nothing, has told of no tokens.
            result = None
        prices = self._policy.prices
        # Of its day: which of the prices since the run began that was, no trace says.
        each: tuple[Price | None, ...] = (None,)
        if prices is not None and contract.priced_as:
            each = prices.since(contract.priced_as, self._began_at)
        full = [charge_of(contract, price, result) for price in each]
        return [*full, ASKED_ONCE] if trace.outcome in _EITHER else full

    def _most(self, trace: TraceRow) -> Spent:
        """Return the most that can have been used or set aside when this call was asked for."""
        found, used = self._found.get(trace.epoch, Spent()), Spent()
        earlier: set[int] = set()
        is_before = True
        for row in self._traces:
            is_before = is_before and row is not trace
            if row.epoch == trace.epoch and row.tool and row is not trace:
                if is_before or row.step < trace.step:
                    used += self._paid(row)
                if row.step < trace.step:
                    earlier.add(row.step)
        if len(earlier) < trace.step - 1 - found.steps:
            # A call that was under way has died with its worker, and what it had set aside with it.
            return Spent(tokens=CAP_MAX, cost_micros=CAP_MAX)
        return found + used


def unsettled(row: TraceRow) -> Spent:
    """Return what a run was charged for its former holders' deaths, if that is what the trace tells."""
    if row.outcome != UNSETTLED:
        return Spent()
    calls = int(orjson.loads(row.attrs)[CALLS])
    return Spent(steps=calls, tool_calls=calls, cost_micros=row.cost_micros)


def _words(spent: Spent) -> str:
    return f"{spent.tokens} tokens and {spent.cost_micros} micros"
