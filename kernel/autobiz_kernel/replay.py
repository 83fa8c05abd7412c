"""Run a workflow again on what was written down: the same law, no tool, the same state at the end."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import UUID

import orjson

from .bill import LEASE_LOST, Bill
from .budget import Spent
from .call import PatchOf
from .canonical import canonical
from .claims import ClaimOutcome
from .codes import ErrorCode
from .contract import Json
from .errors import ReplayError, RunError
from .history import History, as_asked
from .judging import Denied, judge
from .ledger import Ledger, TraceRow
from .principal import Principal
from .reply import Reply
from .ruling import Asked, Policy
from .run import Run
from .state import change, state_hash

if TYPE_CHECKING:
    from datetime import datetime

# What depended on the moment cannot be judged anew, and is believed.
_BELIEVED: Final = frozenset({ErrorCode.BOUND_WALL, ErrorCode.RUN_ENDED, ErrorCode.APPROVAL_REQUIRED})
CallFunction: TypeAlias = Callable[..., Awaitable[Reply]]
Workflow: TypeAlias = Callable[[CallFunction], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay has come to; `is_same` says that its state is the one that was kept."""

    calls: int
    state_hash: bytes
    spent: Spent
    is_same: bool


class Replay:
    """Answers every call from the record, at its path, and refuses a call that the record does not hold."""

    def __init__(
        self, run: Run, policy: Policy, traces: tuple[TraceRow, ...], results: Mapping[str, Json]
    ) -> None:
        self.run, self._policy, self._results = run, policy, results
        self._history = History(traces)
        self.bill = Bill(policy, traces, results, began_at=run.record.began_at)
        self._traces: dict[str, list[TraceRow]] = {}
        for trace in traces:
            # A settlement that came too late was followed by the answer that the caller was given.
            if trace.path and trace.outcome != LEASE_LOST:
                self._traces.setdefault(trace.path, []).append(trace)
        self.calls = 0

    async def call(self, asked: Asked, *, patch_of: PatchOf | None = None) -> Reply:
        """Judge the call anew, and tell what was told then."""
        kept = self._traces.get(asked.path, [])
        if not kept:
            raise ReplayError(
                f"path {asked.path}: nothing was asked for here; the workflow has gained a step"
            )
        trace = kept.pop(0)
        told = f"{asked.tool}.{asked.operation}@{asked.version}"
        if trace.tool != told:
            raise ReplayError(f"path {asked.path}: {trace.tool} was asked for here, and now {told}")
        self.calls += 1
        began: datetime = self.run.record.began_at
        most = self._policy.bounds.loops.history_max
        view = as_asked(self.run.view(began), trace, self._history, most=most)
        _, judged = judge(self.bill.as_used(view, trace), asked, self._policy)
        if isinstance(judged, Denied):
            reply = self._denied(trace, asked, judged)
        elif trace.guard:
            reply = self._denied(trace, asked, None)
        elif judged.command.digest != trace.command:
            raise ReplayError(f"path {asked.path}: {told} was asked for with other arguments")
        else:
            reply = self._told(trace, asked, patch_of)
        self.run.spent += self.bill.charge(trace, judged.contract)
        return reply

    def unasked(self) -> tuple[str, ...]:
        """Name the paths that were asked for then, and not in this replay."""
        return tuple(path for path, rows in self._traces.items() if rows)

    def _denied(self, trace: TraceRow, asked: Asked, judged: Denied | None) -> Reply:
        now = None if judged is None or judged.ruling.code is None else judged.ruling.code.value
        if now != trace.outcome and trace.outcome not in _BELIEVED:
            raise ReplayError(
                f"path {asked.path}: the guards said {trace.outcome}, and now {now or 'nothing'}"
            )
        return Reply(outcome=ErrorCode(trace.outcome))

    def _told(self, trace: TraceRow, asked: Asked, patch_of: PatchOf | None) -> Reply:
        outcomes = {each.value for each in ClaimOutcome}
        if trace.outcome not in outcomes and trace.outcome not in ErrorCode.__members__:
            raise ReplayError(
                f"path {asked.path}: the tool raised {trace.outcome}, which no record can repeat"
            )
        outcome = ClaimOutcome(trace.outcome) if trace.outcome in outcomes else ErrorCode(trace.outcome)
        result = orjson.loads(trace.result) if trace.result is not None else self._results.get(asked.path)
        if (
            result is not None
            and patch_of is not None
            and outcome in (ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY)
        ):
            self.run.state, _ = change(self.run.state, self.run.state_version, patch_of(result))
            self.run.state_version += 1
        return Reply(outcome=outcome, result=result)


async def replay(
    ledger: Ledger,
    policy: Policy,
    workflow: Workflow,
    *,
    tenant: UUID,
    run_id: UUID,
    principal: Principal,
    prefix: str = "",
) -> Replayed:
    """Run a workflow on the record of one of its runs; no tool is even known here."""
    record = await ledger.load_run(tenant, run_id)
    if record is None:
        raise RunError(f"run {run_id}: not there for this tenant; look its id up with `autobiz runs`")
    if record.config_hash != policy.config_hash:
        raise RunError(f"run {run_id}: began under another configuration; replay it under that one")
    receipts = await ledger.receipts_of(tenant, run_id)
    traces = await ledger.traces_of(tenant, run_id)
    fresh = replace(
        record,
        spent=Spent(),
        termination_reason=None,
        state=b"{}",
        state_version=0,
        receipt_seq=0,
        trace_seq=0,
    )
    begun = Run(fresh, principal=principal, prefix=prefix or tenant.hex, bounds=policy.bounds)
    player = Replay(begun, policy, traces, {receipt.path: receipt.result for receipt in receipts})
    await workflow(player.call)
    unasked = player.unasked()
    if unasked:
        raise ReplayError(f"path {unasked[0]}: asked for then and not now; the workflow has lost a step")
    spent = begun.spent + player.bill.apart
    if spent != record.spent:
        raise ReplayError(
            f"every call was charged as it is now, which makes {spent}, and the run has used {record.spent}"
        )
    told = state_hash(canonical(begun.state, name="state"))
    kept = state_hash(record.state)
    return Replayed(calls=player.calls, state_hash=told, spent=spent, is_same=told == kept)
