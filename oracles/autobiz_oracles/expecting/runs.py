"""Expectations of runs: how they ended, what they left behind, what they cost and how long they took."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from autobiz_oracles.bounds import BoundedRun, ended_by, within_bounds
from autobiz_oracles.cost import Charge, adds_up, attributed_to, cost_between
from autobiz_oracles.security import leaks_nothing
from autobiz_oracles.timing import Timed, at_least_ms, in_order, within_ms
from autobiz_oracles.trace import TraceRow, complete, correlated
from autobiz_oracles.verdict import OracleType

from .chain import Chain

__tracebackhide__ = True


class ExpectBounds(Chain):
    """Of a run and its caps."""

    __slots__ = ("_run",)

    def __init__(self, run: BoundedRun | None, where: str) -> None:
        super().__init__(OracleType.BOUNDS, where)
        self._run = run

    def respected(self) -> "ExpectBounds":
        return self._settle(within_bounds(self._run))

    def ended_by(self, reason: str) -> "ExpectBounds":
        return self._settle(ended_by(self._run, reason))


class ExpectTrace(Chain):
    """Of the account that a run left behind."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Sequence[TraceRow] | None, where: str) -> None:
        super().__init__(OracleType.TRACE, where)
        self._rows = rows

    def complete(self, *kinds: str) -> "ExpectTrace":
        return self._settle(complete(self._rows, kinds=kinds))

    def correlated(self, correlation_id: str | None = None) -> "ExpectTrace":
        return self._settle(correlated(self._rows, correlation_id=correlation_id))

    def without_secrets(
        self, *, allowed: Collection[str] = (), secrets: Collection[str] = ()
    ) -> "ExpectTrace":
        """No row holds a secret or personal data; `allowed` are values that the trial planted."""
        rows = None if self._rows is None else {f"row {row.number}": row.text for row in self._rows}
        return self._settle(leaks_nothing(rows, allowed=allowed, secrets=secrets))


class ExpectCost(Chain):
    """Of what a run cost."""

    __slots__ = ("_charges",)

    def __init__(self, charges: Sequence[Charge] | None, where: str) -> None:
        super().__init__(OracleType.COST, where)
        self._charges = charges

    def between(self, low_usd: Decimal | float, high_usd: Decimal | float) -> "ExpectCost":
        return self._settle(cost_between(self._charges, low_usd, high_usd))

    def attributed_to(self, tenant: str, workflow: str) -> "ExpectCost":
        return self._settle(attributed_to(self._charges, tenant, workflow))

    def adding_up_to(self, total_usd: Decimal | float | None) -> "ExpectCost":
        return self._settle(adds_up(self._charges, total_usd))


class ExpectTiming(Chain):
    """Of what took time on the trial's own clock."""

    __slots__ = ("_runs",)

    def __init__(self, runs: tuple[Timed | None, ...], where: str) -> None:
        super().__init__(OracleType.TIMING, where)
        self._runs = runs

    def within_ms(self, limit_ms: float) -> "ExpectTiming":
        """Each of them took at most so long."""
        for run in self._runs:
            self._settle(within_ms(run, limit_ms))
        return self

    def at_least_ms(self, limit_ms: float) -> "ExpectTiming":
        """Each of them took at least so long."""
        for run in self._runs:
            self._settle(at_least_ms(run, limit_ms))
        return self

    def in_order(self) -> "ExpectTiming":
        return self._settle(in_order(self._runs))
