"""What the pipeline asks of its books; whoever keeps them answers the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

import msgspec

from autobiz_kernel.budget import Spent
from autobiz_kernel.chains import NO_ROWS
from autobiz_kernel.claims import LEASE, WINDOW, ClaimOutcome, Heir
from autobiz_kernel.codes import TerminationReason
from autobiz_kernel.receipt import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run as the books hold it."""

    tenant: UUID
    run_id: UUID
    workflow: str
    correlation_id: str
    config_hash: bytes
    principal: str
    began_at: datetime
    epoch: int = 1
    termination_reason: TerminationReason | None = None
    spent: Spent = field(default_factory=Spent)
    receipt_seq: int = 0
    trace_seq: int = 0
    head_hash: bytes = NO_ROWS
    state_version: int = 0
    state: bytes = b"{}"


class ClaimAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A request for the right to cause one effect."""

    tenant: UUID
    key: bytes
    fingerprint: bytes
    tool: str
    run_id: UUID
    run_epoch: int
    now: datetime
    lease: timedelta = LEASE
    window: timedelta = WINDOW
    heir: Heir = Heir.NOBODY
    epoch: int = 0
    # What the call costs for certain: it is charged even if nobody lives to settle it.
    cost_micros: int = 0


class ClaimAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the books say to a request, with the receipt or the refusal once there is one."""

    outcome: ClaimOutcome
    epoch: int
    generation: int
    first_seen_at: datetime
    expires_at: datetime
    lease_until: datetime
    receipt: bytes | None = None
    refusal: bytes | None = None


def fenced(now: datetime) -> ClaimAnswer:
    """Say to a worker whose run is another's, or over, that it may begin nothing any more."""
    return ClaimAnswer(
        outcome=ClaimOutcome.FENCED,
        epoch=0,
        generation=1,
        first_seen_at=now,
        expires_at=now,
        lease_until=now,
    )


# What a run's former holders have begun and never settled, in a trace of whoever takes the run over.
UNSETTLED: Final = "UNSETTLED"
CALLS: Final = "calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRow:
    """What is remembered of one call, allowed or not; all of it may be kept."""

    path: str
    tool: str
    command: bytes
    guard: str
    outcome: str
    attrs: bytes = b"{}"
    result: bytes | None = None
    took_us: int = 0
    # Who held the run, as the books write it, and the how manieth call of theirs it was.
    epoch: int = 0
    step: int = 0
    # What was charged for it, as the books write it.
    tokens: int = 0
    cost_micros: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """A patch that fits exactly one version of the state."""

    expected: int
    state: bytes
    patch: bytes
    state_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StateVersion:
    """One patch as the books hold it."""

    version: int
    path: str
    patch: bytes
    state_hash: bytes


class SettleKind(StrEnum):
    """What became of a claim."""

    DONE = "done"
    REFUSED = "refused"
    DOUBT = "doubt"  # nobody knows
    RELEASED = "released"  # it did not happen
    OBSERVED = "observed"  # it was a look that costs something, and has changed nothing
    NOTE = "note"  # there was no claim


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """All that one call leaves behind, in one commit."""

    kind: SettleKind
    tenant: UUID
    run_id: UUID
    run_epoch: int
    now: datetime
    trace: TraceRow
    spent: Spent = msgspec.field(default_factory=Spent)
    key: bytes = b""
    epoch: int = 0
    receipt: Receipt | None = None
    refusal: bytes | None = None
    state: StateChange | None = None
    ending: TerminationReason | None = None


class SettleOutcome(StrEnum):
    """Whether the books took a settlement."""

    SETTLED = "settled"
    FENCED = "fenced"  # the run belongs to another worker: nothing was written
    LEASE_LOST = "lease_lost"  # the claim belongs to another holder: only the trace was written
    STATE_CONFLICT = "state_conflict"  # the patch fits an older state: everything else was written


class SettleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the books say to a settlement."""

    outcome: SettleOutcome
    receipt_seq: int = 0
    head_hash: bytes = NO_ROWS
    state_version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ridden:
    """What the books say to settlements and to the claim that they rode with; none to those never reached."""

    settled: tuple[SettleAnswer, ...]
    claim: ClaimAnswer | None = None

    @property
    def is_taken(self) -> bool:
        return all(each.outcome is SettleOutcome.SETTLED for each in self.settled)


class Ledger(Protocol):
    """The books."""

    @property
    def has_company(self) -> bool:
        """Whether others ask something just now, so that a commit is shared anyway."""
        ...

    async def begin(self, run: RunRecord) -> None: ...

    async def take_run(self, tenant: UUID, run_id: UUID, *, now: datetime) -> RunRecord | None:
        """Become the run's only worker: whoever was it before is fenced.

        Each claim that was granted to the run and is in no account yet costs one step, one call and its
        `cost_micros`, once and in the same commit. A claim that another run has taken over is on that one's
        account.
        """
        ...

    async def load_run(self, tenant: UUID, run_id: UUID) -> RunRecord | None: ...

    async def claim(self, ask: ClaimAsk) -> ClaimAnswer: ...

    async def look_up(self, ask: ClaimAsk) -> ClaimAnswer | None:
        """Say what `claim` would, unless it would grant; then say None, and change nothing in either case."""
        ...

    async def settle(self, settlement: Settlement) -> SettleAnswer: ...

    async def ride(self, settlements: Sequence[Settlement], ask: ClaimAsk | None) -> Ridden:
        """Settle what one run has carried along, in its order, and then claim: all in one commit.

        After the first settlement that is not taken nothing more is written, and nothing is granted.
        """
        ...

    async def receipts_of(self, tenant: UUID, run_id: UUID) -> tuple[Receipt, ...]: ...

    async def traces_of(self, tenant: UUID, run_id: UUID) -> tuple[TraceRow, ...]: ...

    async def versions_of(self, tenant: UUID, run_id: UUID) -> tuple[StateVersion, ...]: ...
