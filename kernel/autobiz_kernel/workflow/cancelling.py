"""Call a run off: the wish is kept for good, and whoever works on the run takes it in at its next move."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import orjson

from autobiz_kernel.approvals import Approvals, voided
from autobiz_kernel.canonical import canonical
from autobiz_kernel.carrying import write
from autobiz_kernel.claims import ClaimOutcome
from autobiz_kernel.errors import RunError
from autobiz_kernel.keys import fingerprint, internal_key
from autobiz_kernel.ledger import ClaimAnswer, ClaimAsk, Ledger
from autobiz_kernel.run import Run

from .calling import Caller
from .committing import LostError
from .frames import ROOT, State, living
from .queue import Queue, Signal
from .wanting import effects_ahead
from .words import CallWanted, Cancelled

# No event that a business may expect has a colon in its name.
CANCEL: Final = "run:cancel"
# How long a run that is being worked on may go on before it is looked whether somebody has called it off.
LOOK: Final = timedelta(seconds=1)
REASON_MAX: Final = 500
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class CallOff(StrEnum):
    """What is answered to somebody who calls a run off."""

    ASKED = "asked"  # the run ends as soon as whoever works on it has undone what was done
    ASKED_BEFORE = "asked_before"  # somebody has, and the first word counts
    OVER = "over"  # it has ended before, and stays as it has ended


async def cancel_run(
    ledger: Ledger, queue: Queue, tenant: UUID, run_id: UUID, *, who: str, reason: str, at: datetime
) -> CallOff:
    """Keep that somebody calls a run off, and wake it; the first to say so is on record."""
    if not who.strip() or not reason.strip():
        raise RunError(f"run {run_id}: who calls it off, and why, is kept for good; say both")
    if await queue.start_of(tenant, run_id) is None:
        raise RunError(f"run {run_id}: not there for this tenant; look its id up with `autobiz runs`")
    record = await ledger.load_run(tenant, run_id)
    if record is not None and record.termination_reason is not None:
        return CallOff.OVER
    said = canonical({"who": who[:REASON_MAX], "reason": reason[:REASON_MAX]}, name="cancel")
    signal = Signal(
        tenant=tenant, signal_id=f"{CANCEL}:{run_id}", event=CANCEL, key=str(run_id), payload=said, at=at
    )
    is_new = await queue.signal(signal)
    # Who said it first may have died before this line, so that whoever says it again wakes the run too.
    await queue.wake(tenant, run_id, now=at)
    return CallOff.ASKED if is_new else CallOff.ASKED_BEFORE


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks whether the run that is being worked on was called off, and not more often than needed."""

    caller: Caller
    due_at: datetime

    async def look(self) -> Signal | None:
        run, now = self.caller.mover.run, self.caller.kernel.clock.now()
        if now < self.due_at or "cancelled" in run.state:
            return None
        self.due_at = now + LOOK
        said = await self.caller.queue.signals(run.tenant, event=CANCEL, key=str(run.run_id), since=_EVER)
        return said[0] if said else None


async def call_off(caller: Caller, said: Signal) -> datetime | None:
    """Take in that the run was called off; or say until when an effect of it may be under way."""
    words, run = orjson.loads(said.payload), caller.mover.run
    if not await write(caller.kernel.ledger, run):
        # What the books are asked about now has to be in them.
        raise LostError(f"run {run.run_id}: another worker has taken it over")
    doubts: list[str] = []
    busy_until: datetime | None = None
    async for call, known in _begun(caller):
        if known.outcome is ClaimOutcome.IN_FLIGHT:
            busy_until = max(known.lease_until, busy_until or known.lease_until)
        elif known.outcome is ClaimOutcome.UNCERTAIN:
            doubts.append(call.path)
    if busy_until is not None:
        return busy_until
    # Before the move: whoever follows one that dies in between does both again.
    await close_requests(caller.approvals, run, now=caller.kernel.clock.now())
    await caller.mover.move(
        Cancelled(path=ROOT, who=words["who"], reason=words["reason"], doubts=tuple(doubts))
    )
    return None


async def close_requests(approvals: Approvals, run: Run, *, now: datetime) -> None:
    """Nobody is asked any more about calls that will not be made."""
    for approval_id in _asked_about(run.state):
        if await approvals.look(run.tenant, approval_id) is not None:
            await approvals.change(run.tenant, approval_id, lambda kept: voided(kept, now=now), now=now)


def _asked_about(state: State) -> tuple[UUID, ...]:
    waits: list[dict[str, Any]] = [frame.get("wait") or {} for _, frame in living(state)]
    return tuple(UUID(wait["id"]) for wait in waits if wait.get("for") == "decision")


async def _begun(caller: Caller) -> AsyncIterator[tuple[CallWanted, ClaimAnswer]]:
    """What the books say of effects that the run would cause next, and may have begun to.

    The state cannot tell: whoever died in the middle of a call has moved nothing.
    """
    run, kernel = caller.mover.run, caller.kernel
    for call in effects_ahead(caller.compiled, run.state):
        contract = caller.compiled.contracts[call.tool, call.operation, call.version]
        known = await kernel.ledger.look_up(
            ClaimAsk(
                tenant=run.tenant,
                key=internal_key(
                    tenant=run.tenant,
                    tool=contract.name,
                    operation=contract.operation,
                    identity=contract.identity_of(call.arguments),
                ),
                fingerprint=fingerprint(call.arguments),
                tool=contract.reference,
                run_id=run.run_id,
                run_epoch=run.record.epoch,
                now=kernel.clock.now(),
            )
        )
        if known is not None:
            yield call, known
