"""Replay a run from what was written down: the same moves, judged by the same law, and nothing is called.

The transcript of a run is its beginning, its traces, its receipts and its patches. A patch holds the one
reading of the clock that its move depended on; what chance decided follows from the run's id. All else is
computed anew and compared with what was kept, at every version, so the first step that differs has a name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson

from autobiz_kernel.bill import LEASE_LOST, Bill, unsettled
from autobiz_kernel.budget import Spent
from autobiz_kernel.business import Compiled, policy_of
from autobiz_kernel.claims import ClaimOutcome
from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.contract import Json
from autobiz_kernel.costs import PriceTable
from autobiz_kernel.errors import ReplayError, RunError
from autobiz_kernel.history import History, as_asked
from autobiz_kernel.judging import Denied, judge
from autobiz_kernel.keys import external_key, internal_key
from autobiz_kernel.ledger import Ledger, RunRecord, StateVersion, TraceRow
from autobiz_kernel.principal import Principal
from autobiz_kernel.receipt import Receipt
from autobiz_kernel.ruling import Policy, RulingKind
from autobiz_kernel.run import Run
from autobiz_kernel.state import change, state_hash

from .committing import BEGUN, event_of, first_state, seed_of
from .interpreter import moved
from .patching import patch_between
from .queue import Queue, Start
from .wanting import asked_of, wanted
from .words import Answered, CallWanted, Event

_ANSWERED = frozenset({ClaimOutcome.CLAIMED.value, ClaimOutcome.REPLAY.value})
# What depended on the moment is believed.
_BELIEVED = frozenset({ErrorCode.BOUND_WALL.value, ErrorCode.RUN_ENDED.value})
_LOST = frozenset({LEASE_LOST, ErrorCode.STATE_CONFLICT.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """All that a run has left."""

    start: Start
    record: RunRecord
    traces: tuple[TraceRow, ...]
    receipts: tuple[Receipt, ...]
    versions: tuple[StateVersion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedRun:
    """What a replay has come to; it would have raised if anything had differed."""

    moves: int
    calls: int
    receipts: int
    state_hash: bytes


async def transcript_of(ledger: Ledger, queue: Queue, tenant: UUID, run_id: UUID) -> Transcript:
    """Read all that a run has left."""
    start = await queue.start_of(tenant, run_id)
    record = await ledger.load_run(tenant, run_id)
    if start is None or record is None:
        raise RunError(f"run {run_id}: not there for this tenant; look its id up with `autobiz runs`")
    return Transcript(
        start=start,
        record=record,
        traces=await ledger.traces_of(tenant, run_id),
        receipts=await ledger.receipts_of(tenant, run_id),
        versions=await ledger.versions_of(tenant, run_id),
    )


def replay_transcript(
    compiled: Compiled, transcript: Transcript, *, prefix: str = "", prices: PriceTable | None = None
) -> ReplayedRun:
    """Replay, or raise with the first step that differs."""
    if transcript.record.config_hash != compiled.sha256:
        raise RunError(
            f"run {transcript.record.run_id}: began under {transcript.record.config_hash.hex()}; "
            "replay it under that one"
        )
    player = _Player(compiled, transcript, prefix, prices)
    for number, trace in enumerate(transcript.traces, start=1):
        try:
            player.play(trace)
        except ReplayError as error:
            raise ReplayError(f"step {number} of {len(transcript.traces)}: {error}") from error
    return player.end()


class _Player:
    def __init__(
        self, compiled: Compiled, transcript: Transcript, prefix: str, prices: PriceTable | None
    ) -> None:
        record = transcript.record
        tenants = {tenant.id: tenant.prefix for tenant in compiled.file.tenants}
        self._compiled, self._transcript = compiled, transcript
        self._policy: Policy = policy_of(compiled, record.workflow, prices=prices)
        self._receipts = {receipt.path: receipt for receipt in transcript.receipts}
        self._seed = seed_of(record.run_id)
        fresh = replace(
            record, spent=Spent(), termination_reason=None, state=b"{}", state_version=0, receipt_seq=0
        )
        self._run = Run(
            fresh,
            principal=Principal(name=record.principal, tenant=record.tenant),
            prefix=prefix or tenants.get(record.tenant, record.tenant.hex),
            bounds=self._policy.bounds,
        )
        self._history = History(transcript.traces)
        results = {path: receipt.result for path, receipt in self._receipts.items()}
        self._bill = Bill(self._policy, transcript.traces, results, began_at=record.began_at)
        self._hash = state_hash(b"{}")
        self._calls = self._seen_receipts = 0

    def play(self, trace: TraceRow) -> None:
        if trace.tool:
            self._call(trace)
        elif trace.path == "":
            # The word with which the run has ended, or what a dead worker's calls have cost: nothing moves.
            self._run.spent += unsettled(trace)
        elif trace.outcome == BEGUN:
            state = first_state(self._compiled, self._transcript.start, now_ms=self._clock(0))
            self._keep(trace.path, state)
        else:
            self._move(event_of(trace.outcome, trace.path, orjson.loads(trace.attrs)))

    def end(self) -> ReplayedRun:
        kept, told = self._transcript.record, self._run
        if told.state_version != kept.state_version or self._hash != state_hash(kept.state):
            raise ReplayError(
                f"the replay ends at version {told.state_version} and {self._hash.hex()}, the run at version "
                f"{kept.state_version} and {state_hash(kept.state).hex()}"
            )
        if told.spent != kept.spent:
            raise ReplayError(f"the replay has used {told.spent}, the run {kept.spent}")
        if self._seen_receipts != len(self._transcript.receipts):
            lost = sorted(self._receipts)
            raise ReplayError(f"receipts of {', '.join(lost)} belong to no call of this run")
        return ReplayedRun(
            moves=told.state_version,
            calls=self._calls,
            receipts=self._seen_receipts,
            state_hash=self._hash,
        )

    def _call(self, trace: TraceRow) -> None:
        asked = next(
            (each for each in self._calls_wanted() if each.path == trace.path),
            None,
        )
        if asked is None:
            raise ReplayError(f"path {trace.path}: {trace.tool} was called here, and now nothing is")
        told = f"{asked.tool}.{asked.operation}@{asked.version}"
        if told != trace.tool:
            raise ReplayError(f"path {trace.path}: {trace.tool} was called here, and now {told} is")
        self._calls += 1
        self._judge(asked, trace)
        if trace.outcome in _LOST or trace.outcome not in _ANSWERED:
            return
        result = self._result(asked, trace)
        self._move(Answered(path=trace.path, result=result))

    def _calls_wanted(self) -> Iterable[CallWanted]:
        return (each for each in wanted(self._compiled, self._run.state) if isinstance(each, CallWanted))

    def _judge(self, asked: CallWanted, trace: TraceRow) -> None:
        run = self._run
        most = self._policy.bounds.loops.history_max
        view = as_asked(run.view(run.record.began_at), trace, self._history, most=most)
        _, judged = judge(self._bill.as_used(view, trace), asked_of(asked), self._policy)
        if isinstance(judged, Denied):
            code = "" if judged.ruling.code is None else judged.ruling.code.value
            if code != trace.outcome and trace.outcome not in _BELIEVED:
                raise ReplayError(f"path {trace.path}: the guards said {trace.outcome}, and now {code}")
            run.spent += self._bill.charge(trace, judged.contract)
            return
        if trace.guard:
            is_same = trace.guard == "approval" and judged.hold.kind is RulingKind.ASK
            if not is_same and trace.outcome not in _BELIEVED:
                raise ReplayError(f"path {trace.path}: the guards said {trace.outcome}, and now nothing")
        elif judged.command.digest != trace.command:
            raise ReplayError(f"path {trace.path}: {trace.tool} was called with other arguments")
        run.spent += self._bill.charge(trace, judged.contract)

    def _result(self, asked: CallWanted, trace: TraceRow) -> Json:
        receipt = self._receipts.get(trace.path)
        if receipt is not None and trace.outcome == ClaimOutcome.CLAIMED.value:
            self._check_receipt(asked, receipt)
            self._seen_receipts += 1
            return receipt.result
        if trace.result is None:
            raise ReplayError(f"path {trace.path}: its result was not kept")
        result: Json = orjson.loads(trace.result)
        return result

    def _check_receipt(self, asked: CallWanted, receipt: Receipt) -> None:
        contract = self._compiled.contracts[asked.tool, asked.operation, asked.version]
        key = internal_key(
            tenant=self._run.tenant,
            tool=contract.name,
            operation=contract.operation,
            identity=contract.identity_of(asked.arguments),
        )
        told = (key, external_key(key, generation=receipt.generation), contract.version)
        if told != (receipt.key, receipt.external_key, receipt.version):
            raise ReplayError(
                f"path {asked.path}: the receipt is of another act than the one that is asked for"
            )

    def _move(self, event: Event) -> None:
        now_ms = self._clock(self._run.state_version)
        state = moved(self._compiled, self._run.state, event, now_ms=now_ms, seed=self._seed)
        self._keep(event.path, state)

    def _clock(self, version: int) -> int:
        """Return what the clock said when a version was made."""
        versions = self._transcript.versions
        if version >= len(versions):
            raise ReplayError(f"version {version + 1} of the state was never kept")
        patch: dict[str, Any] = orjson.loads(versions[version].patch)
        return int(patch.get("clock", self._run.state.get("clock", 0)))

    def _keep(self, path: str, state: dict[str, Any]) -> None:
        run = self._run
        kept = self._transcript.versions[run.state_version]
        run.state, fitted = change(run.state, run.state_version, patch_between(run.state, state))
        if fitted.state_hash != kept.state_hash or fitted.patch != kept.patch:
            words = _difference(orjson.loads(fitted.patch), orjson.loads(kept.patch))
            raise ReplayError(f"path {path}: version {kept.version} of the state differs at {words}")
        run.state_version += 1
        self._hash = fitted.state_hash


def _difference(told: Json, kept: Json, where: str = "") -> str:
    """Name the first member in which two patches differ."""
    for name in sorted({*told, *kept}):
        place = f"{where}/{name}"
        one, other = told.get(name), kept.get(name)
        if one != other or (name in told) != (name in kept):
            if isinstance(one, dict) and isinstance(other, dict):
                return _difference(one, other, place)
            return place
    return where or "its hash"
