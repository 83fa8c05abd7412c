"""Let what a call leaves ride with the next claim of its run: one commit for a step instead of two.

Nothing may be begun on the strength of something that is not in the books. So what is carried is written
with the very next thing that the run asks of them, in its order; if it is not taken, that is not granted.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from .errors import RunError
from .ledger import (
    ClaimAnswer,
    ClaimAsk,
    Ledger,
    Ridden,
    SettleAnswer,
    SettleKind,
    Settlement,
    SettleOutcome,
    fenced,
)
from .run import Run
from .unwritten import Carried, Heard

# A doubt is for people and other workers to see at once, and an end is what everybody waits for.
_MAY_RIDE = frozenset(set(SettleKind) - {SettleKind.DOUBT})
_CARRIED_MAX = 16
_FENCED = SettleAnswer(outcome=SettleOutcome.FENCED)


@asynccontextmanager
async def carrying(ledger: Ledger, run: Run) -> AsyncIterator[None]:
    """Carry in between; at the end everything is in the books, or the run is not this worker's any more."""
    run.unwritten.is_open = True
    try:
        yield
    except BaseException:
        run.unwritten.is_open = False
        await write(ledger, run)
        raise
    run.unwritten.is_open = False
    if run.unwritten.kept and not await write(ledger, run):
        raise RunError(f"run {run.run_id}: another worker has it, and finds what was done last")


async def settle(
    ledger: Ledger, run: Run, settlement: Settlement, heard: Heard, *, others: int
) -> SettleAnswer:
    """Write a settlement down, now or with what comes next; `others` are the run's calls beside it."""
    await _until_written(run)
    unwritten = run.unwritten
    if unwritten.is_lost:
        return _FENCED
    # Where many runs are under way their commits are shared anyway, and two connections do more than one.
    is_alone = not others and not ledger.has_company
    may_ride = settlement.kind in _MAY_RIDE and settlement.ending is None
    if unwritten.is_open and may_ride and is_alone and len(unwritten.kept) < _CARRIED_MAX:
        unwritten.kept.append(Carried(settlement, heard))
        return _foretold(run, settlement)
    if not unwritten.kept:
        told = await ledger.settle(settlement)
        heard(told)
        return told
    ridden = await _ride(ledger, run, None, Carried(settlement, heard))
    return ridden.settled[-1] if ridden.is_taken else _FENCED


async def claim(
    ledger: Ledger, run: Run, ask: ClaimAsk, *, meanwhile: Callable[[], None] | None = None
) -> ClaimAnswer:
    """Claim, once all that was carried is in the books; `meanwhile` is done while they are asked for both."""
    await _until_written(run)
    if run.unwritten.is_lost:
        return fenced(ask.now)
    if not run.unwritten.kept:
        return await ledger.claim(ask)
    if meanwhile is not None:
        # What is carried is sent in this very turn of the loop, so this is the next thing after that.
        asyncio.get_running_loop().call_soon(meanwhile)
    ridden = await _ride(ledger, run, ask)
    return ridden.claim or fenced(ask.now)


async def write(ledger: Ledger, run: Run) -> bool:
    """Write down now what is carried; False if it was not taken."""
    await _until_written(run)
    if run.unwritten.kept:
        await _ride(ledger, run, None)
    return not run.unwritten.is_lost


async def _ride(ledger: Ledger, run: Run, ask: ClaimAsk | None, *more: Carried) -> Ridden:
    unwritten = run.unwritten
    carried, unwritten.kept = (*unwritten.kept, *more), []
    written = unwritten.under_way = asyncio.get_running_loop().create_future()
    is_taken = False
    try:
        ridden = await ledger.ride([each.settlement for each in carried], ask)
        is_taken = ridden.is_taken
    finally:
        # Where the books did not answer, nobody knows whether it was written; the next worker will see.
        unwritten.is_lost = not is_taken
        run.is_mine = run.is_mine and is_taken
        unwritten.under_way = None
        written.set_result(None)
    for each, told in zip(carried, ridden.settled, strict=False):
        each.heard(told)
    return ridden


async def _until_written(run: Run) -> None:
    while run.unwritten.under_way is not None:
        await run.unwritten.under_way


def _foretold(run: Run, settlement: Settlement) -> SettleAnswer:
    """What the books will say, or else the run is lost to this worker."""
    version = run.state_version + (settlement.state is not None)
    return SettleAnswer(outcome=SettleOutcome.SETTLED, head_hash=run.head_hash, state_version=version)
