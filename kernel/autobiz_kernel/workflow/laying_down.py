"""Lay a run down: until a moment or an event, or for good, leaving to another one what it must undo."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

from autobiz_kernel.canonical import canonical
from autobiz_kernel.ids import timed_id
from autobiz_kernel.incident import Incident, IncidentKind
from autobiz_kernel.run import Run

from .calling import Caller, event_wanted
from .frames import undone_of
from .queue import EventWait, Lease, Queue, Start
from .words import DecisionWanted, EventWanted, TimeWanted, Wanted


async def lay_down(caller: Caller, lease: Lease, asked: tuple[Wanted, ...], *, wall: datetime) -> bool:
    """Let the run wait for what it wants, and for its own time to be over; False if it is ours no longer."""
    run, queue, now = caller.mover.run, caller.queue, caller.kernel.clock.now()
    moments = [_moment(each.due_ms) for each in asked if isinstance(each, TimeWanted | EventWanted)]
    for each in asked:
        if isinstance(each, DecisionWanted):
            due = await caller.change_due(each)
            moments.append(now if due is None else due)
    waits = tuple(
        EventWait(path=each.path, event=named[0], key=named[1])
        for each in asked
        if (named := event_wanted(run.run_id, each)) is not None
    )
    if not await queue.suspend(lease, now=now, due_at=min([wall, *moments]), waits=waits):
        return False
    for wait in waits:
        if await caller.unheard(wait.event, wait.key) is not None:
            await queue.wake(run.tenant, run.run_id, now=now)
            break
    return True


async def leave_undoing(queue: Queue, run: Run, *, now: datetime) -> None:
    """A run that the law has ended may not act any more: another one undoes what it has done."""
    entries = undone_of(run.state)
    if not entries:
        return
    digest = hashlib.sha256(b"autobiz.undoing/1\0" + run.run_id.bytes).digest()
    record = run.record
    await queue.start(
        Start(
            tenant=run.tenant,
            run_id=timed_id(record.began_at, int.from_bytes(digest) >> 182),
            workflow=record.workflow,
            principal=record.principal,
            correlation_id=record.correlation_id,
            config_hash=record.config_hash,
            input=b"{}",
            undoing=canonical(entries, name="undoing"),
            at=now,
        )
    )


def incidents_of(run: Run) -> Iterator[Incident]:
    """Tell what could not be taken back."""
    for left in run.state.get("left", []):
        yield Incident(
            kind=IncidentKind.NOT_UNDONE,
            tenant=run.tenant,
            run_id=run.run_id,
            path=left["path"],
            tool="",
            what=f"{left['code']}: the effect could not be taken back",
        )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
