"""The books in plain Python: those in PostgreSQL must agree with them step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from autobiz_kernel.canonical import canonical
from autobiz_kernel.chains import Head, next_row
from autobiz_kernel.claims import Claim, ClaimOutcome, ClaimStatus, may_run_anew, may_take_over, standing
from autobiz_kernel.errors import StoreError
from autobiz_kernel.receipt import Receipt, receipt_from

from .port import (
    CALLS,
    UNSETTLED,
    ClaimAnswer,
    ClaimAsk,
    Ridden,
    RunRecord,
    SettleAnswer,
    SettleKind,
    Settlement,
    SettleOutcome,
    StateVersion,
    TraceRow,
    fenced,
)
from .riding import ridden_apart

_STATUS = {
    SettleKind.DONE: ClaimStatus.DONE,
    SettleKind.REFUSED: ClaimStatus.REFUSED,
    SettleKind.DOUBT: ClaimStatus.DOUBT,
    SettleKind.RELEASED: ClaimStatus.RELEASED,
    SettleKind.OBSERVED: ClaimStatus.RELEASED,
}


@dataclass(slots=True)
class _Book:
    """What one run has left."""

    run: RunRecord
    receipts: list[bytes] = field(default_factory=list)
    traces: list[TraceRow] = field(default_factory=list)
    versions: list[StateVersion] = field(default_factory=list)
    # The acts that were granted to it, some of which are another run's by now.
    keys: set[bytes] = field(default_factory=set)


@dataclass(slots=True)
class _Act:
    claim: Claim
    receipt: bytes | None = None
    refusal: bytes | None = None
    # How many of its holders have begun it and are in no account yet, and what that costs each.
    begun: int = 1
    cost_micros: int = 0


class MemoryLedger:
    """Books that end with the process; no call is interrupted by another one, as nothing here waits."""

    def __init__(self) -> None:
        self._books: dict[tuple[UUID, UUID], _Book] = {}
        self._acts: dict[tuple[UUID, bytes], _Act] = {}

    @property
    def has_company(self) -> bool:
        return False

    async def begin(self, run: RunRecord) -> None:
        if (run.tenant, run.run_id) in self._books:
            raise StoreError(f"run {run.run_id}: begun before; ids are never used twice")
        self._books[run.tenant, run.run_id] = _Book(run)

    async def take_run(self, tenant: UUID, run_id: UUID, *, now: datetime) -> RunRecord | None:
        _ = now  # nothing here says when a run was last touched
        book = self._books.get((tenant, run_id))
        if book is None:
            return None
        book.run = replace(book.run, epoch=book.run.epoch + 1)
        self._charge_begun(book)
        return book.run

    async def load_run(self, tenant: UUID, run_id: UUID) -> RunRecord | None:
        book = self._books.get((tenant, run_id))
        return None if book is None else book.run

    async def claim(self, ask: ClaimAsk) -> ClaimAnswer:
        book = self._books.get((ask.tenant, ask.run_id))
        if book is None or book.run.epoch != ask.run_epoch or book.run.termination_reason is not None:
            return fenced(ask.now)
        act = self._acts.get((ask.tenant, ask.key))
        if act is None or may_run_anew(act.claim, now=ask.now):
            claim = _granted(ask, after=None if act is None else act.claim)
            begun = 1 if act is None else act.begun + 1
            act = _Act(claim, begun=begun, cost_micros=ask.cost_micros)
            self._acts[ask.tenant, ask.key] = act
            book.keys.add(ask.key)
            return _answer(ClaimOutcome.CLAIMED, act)
        outcome = standing(act.claim, fingerprint=ask.fingerprint, now=ask.now)
        if outcome is ClaimOutcome.UNCERTAIN and may_take_over(
            act.claim, heir=ask.heir, epoch=ask.epoch, now=ask.now
        ):
            act.claim = replace(
                act.claim,
                status=ClaimStatus.CLAIMED,
                epoch=act.claim.epoch + 1,
                run_id=ask.run_id,
                lease_until=ask.now + ask.lease,
            )
            act.begun, act.cost_micros = act.begun + 1, ask.cost_micros
            book.keys.add(ask.key)
            outcome = ClaimOutcome.CLAIMED
        return _answer(outcome, act)

    async def look_up(self, ask: ClaimAsk) -> ClaimAnswer | None:
        act = self._acts.get((ask.tenant, ask.key))
        if act is None or may_run_anew(act.claim, now=ask.now):
            return None
        return _answer(standing(act.claim, fingerprint=ask.fingerprint, now=ask.now), act)

    async def settle(self, settlement: Settlement) -> SettleAnswer:
        book = self._books.get((settlement.tenant, settlement.run_id))
        if book is None or book.run.epoch != settlement.run_epoch:
            return SettleAnswer(outcome=SettleOutcome.FENCED)
        outcome = self._settle_claim(book, settlement)
        change, run = settlement.state, book.run
        is_conflict = change is not None and change.expected != run.state_version
        if change is not None and outcome is SettleOutcome.SETTLED and not is_conflict:
            run = replace(run, state_version=run.state_version + 1, state=change.state)
            book.versions.append(
                StateVersion(
                    version=run.state_version,
                    path=settlement.trace.path,
                    patch=change.patch,
                    state_hash=change.state_hash,
                )
            )
        told = _told(settlement.trace.outcome, outcome, is_conflict=is_conflict)
        book.traces.append(
            replace(
                settlement.trace,
                outcome=told,
                epoch=settlement.run_epoch,
                tokens=settlement.spent.tokens,
                cost_micros=settlement.spent.cost_micros,
            )
        )
        book.run = replace(
            run,
            spent=run.spent + settlement.spent,
            trace_seq=run.trace_seq + 1,
            termination_reason=run.termination_reason or settlement.ending,
        )
        if is_conflict and outcome is SettleOutcome.SETTLED:
            outcome = SettleOutcome.STATE_CONFLICT
        return SettleAnswer(
            outcome=outcome,
            receipt_seq=book.run.receipt_seq,
            head_hash=book.run.head_hash,
            state_version=book.run.state_version,
        )

    async def ride(self, settlements: Sequence[Settlement], ask: ClaimAsk | None) -> Ridden:
        return await ridden_apart(self, settlements, ask)

    async def receipts_of(self, tenant: UUID, run_id: UUID) -> tuple[Receipt, ...]:
        book = self._books.get((tenant, run_id))
        return () if book is None else tuple(receipt_from(body) for body in book.receipts)

    async def traces_of(self, tenant: UUID, run_id: UUID) -> tuple[TraceRow, ...]:
        book = self._books.get((tenant, run_id))
        return () if book is None else tuple(book.traces)

    async def versions_of(self, tenant: UUID, run_id: UUID) -> tuple[StateVersion, ...]:
        book = self._books.get((tenant, run_id))
        return () if book is None else tuple(book.versions)

    def _charge_begun(self, book: _Book) -> None:
        """Charge the run with what its former holders have begun and can settle no longer."""
        run = book.run
        mine = [
            act
            for act in (self._acts[run.tenant, key] for key in book.keys)
            if act.claim.run_id == run.run_id and act.begun
        ]
        if not mine:
            return
        calls = sum(act.begun for act in mine)
        micros = sum(act.begun * act.cost_micros for act in mine)
        for act in mine:
            act.begun = 0
        book.traces.append(
            TraceRow(
                path="", tool="", command=b"", guard="", outcome=UNSETTLED,
                attrs=canonical({CALLS: calls}, name="attrs"), epoch=run.epoch, cost_micros=micros,
            )
        )  # fmt: skip
        book.run = replace(
            run,
            spent=run.spent.plus(steps=calls, tool_calls=calls, cost_micros=micros),
            trace_seq=run.trace_seq + 1,
        )

    def _settle_claim(self, book: _Book, settlement: Settlement) -> SettleOutcome:
        if settlement.kind is SettleKind.NOTE:
            return SettleOutcome.SETTLED
        act = self._acts.get((settlement.tenant, settlement.key))
        if act is not None:
            act.begun = max(0, act.begun - 1)
        if (
            act is None
            or act.claim.epoch != settlement.epoch
            or act.claim.status not in (ClaimStatus.CLAIMED, ClaimStatus.DOUBT)
        ):
            return SettleOutcome.LEASE_LOST
        act.claim = replace(act.claim, status=_STATUS[settlement.kind])
        act.refusal = settlement.refusal
        if settlement.receipt is not None:
            act.receipt = settlement.receipt.body()
            book.receipts.append(act.receipt)
            run = book.run
            where = {"tenant": run.tenant, "run": run.run_id}
            head = Head(**where, length=run.receipt_seq, hash=run.head_hash) if run.receipt_seq else None
            row = next_row(head, **where, body=act.receipt)
            book.run = replace(run, receipt_seq=row.seq, head_hash=row.hash)
        return SettleOutcome.SETTLED


def _granted(ask: ClaimAsk, *, after: Claim | None) -> Claim:
    return Claim(
        key=ask.key,
        fingerprint=ask.fingerprint,
        status=ClaimStatus.CLAIMED,
        epoch=1 if after is None else after.epoch + 1,
        generation=1 if after is None else after.generation + after.status.is_settled,
        run_id=ask.run_id,
        first_seen_at=ask.now,
        expires_at=ask.now + ask.window,
        lease_until=ask.now + ask.lease,
    )


def _answer(outcome: ClaimOutcome, act: _Act) -> ClaimAnswer:
    is_replay = outcome is ClaimOutcome.REPLAY
    return ClaimAnswer(
        outcome=outcome,
        epoch=act.claim.epoch,
        generation=act.claim.generation,
        first_seen_at=act.claim.first_seen_at,
        expires_at=act.claim.expires_at,
        lease_until=act.claim.lease_until,
        receipt=act.receipt if is_replay else None,
        refusal=act.refusal if is_replay else None,
    )


def _told(outcome: str, settled: SettleOutcome, *, is_conflict: bool) -> str:
    if settled is SettleOutcome.LEASE_LOST:
        return "LEASE_LOST"
    return "STATE_CONFLICT" if is_conflict else outcome
