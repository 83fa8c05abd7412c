"""Both kinds of books: what a settlement writes, and what it never writes."""

import pytest

from autobiz_kernel import (
    LEASE,
    ErrorCode,
    Ledger,
    RunRecord,
    SettleKind,
    SettleOutcome,
    StateChange,
    TerminationReason,
)
from autobiz_kernel.chains import first_previous, link

from ..ledgers_alike import (
    BEGIN,
    asked,
    heir_in_time,
    settle,
    settlement,
)

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "INV-05"),
]


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_a_late_settle_of_a_fenced_holder_writes_no_receipt(books: Ledger, run: RunRecord) -> None:
    """Whoever lost the claim is told so, whether the heir has settled or not, and only a trace remains."""
    first = await books.claim(asked(run))
    heir = await books.claim(heir_in_time(asked(run, now=BEGIN + LEASE)))
    late = await settle(books, run, first, {"late": 1})
    assert (late.outcome, late.receipt_seq) == (SettleOutcome.LEASE_LOST, 0)
    assert (await settle(books, run, heir)).outcome is SettleOutcome.SETTLED
    assert (await settle(books, run, first, {"late": 1})).outcome is SettleOutcome.LEASE_LOST
    assert [dict(each.result) for each in await books.receipts_of(run.tenant, run.run_id)] == [{"id": "re_1"}]
    traces = await books.traces_of(run.tenant, run.run_id)
    assert [trace.outcome for trace in traces] == ["LEASE_LOST", "done", "LEASE_LOST"]


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_settling_twice_writes_once(books: Ledger, run: RunRecord) -> None:
    """The same holder settles once; the second time is told no."""
    first = await books.claim(asked(run))
    told = [(await settle(books, run, first)).outcome for _ in range(2)]
    assert told == [SettleOutcome.SETTLED, SettleOutcome.LEASE_LOST]
    assert len(await books.receipts_of(run.tenant, run.run_id)) == 1


@pytest.mark.test_id("P1-T13")
async def test_receipts_are_linked_in_order(books: Ledger, run: RunRecord) -> None:
    """Each hash holds the receipt's number, its text and the hash before it, up to the run's head."""
    head = first_previous(tenant=run.tenant, run=run.run_id)
    for number in range(1, 4):
        key = bytes([number]) * 32
        answer = await books.claim(asked(run, key=key))
        made = settlement(run, SettleKind.DONE, epoch=answer.epoch, key=key, result={"number": number})
        told = await books.settle(made)
        assert made.receipt is not None
        head = link(head, number, made.receipt.body())
        assert (told.receipt_seq, told.head_hash) == (number, head)
    kept = await books.load_run(run.tenant, run.run_id)
    assert kept is not None
    assert (kept.receipt_seq, kept.head_hash) == (3, head)


@pytest.mark.test_id("P1-T14")
@pytest.mark.negative
async def test_two_writers_of_one_version_leave_one_conflict(books: Ledger, run: RunRecord) -> None:
    """Of two patches for one version the second is refused; the receipt of its effect is kept."""
    patch = StateChange(expected=0, state=b'{"a":1}', patch=b'{"a":1}', state_hash=b"\5" * 32)
    told = []
    for number in (1, 2):
        key = bytes([number]) * 32
        answer = await books.claim(asked(run, key=key))
        made = settlement(run, SettleKind.DONE, epoch=answer.epoch, key=key, state=patch)
        told.append(await books.settle(made))
    assert [each.outcome for each in told] == [SettleOutcome.SETTLED, SettleOutcome.STATE_CONFLICT]
    assert [each.state_version for each in told] == [1, 1]
    assert len(await books.receipts_of(run.tenant, run.run_id)) == 2
    assert [each.version for each in await books.versions_of(run.tenant, run.run_id)] == [1]
    assert (await books.traces_of(run.tenant, run.run_id))[1].outcome == ErrorCode.STATE_CONFLICT


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_a_zombie_writes_nothing(books: Ledger, run: RunRecord) -> None:
    """Once another worker has taken the run, its former one leaves neither receipt nor trace nor cost."""
    first = await books.claim(asked(run))
    taken = await books.take_run(run.tenant, run.run_id, now=BEGIN)
    assert taken is not None
    assert taken.epoch == 2
    assert (await settle(books, run, first)).outcome is SettleOutcome.FENCED
    assert await books.load_run(run.tenant, run.run_id) == taken
    assert await books.traces_of(run.tenant, run.run_id) == ()


async def test_use_and_end_add_up(books: Ledger, run: RunRecord) -> None:
    """What calls have used is added up in the run, and the first reason to end it stays."""
    for reason in (TerminationReason.MAX_STEPS, TerminationReason.COMPLETED):
        await books.settle(settlement(run, SettleKind.NOTE, ending=reason))
    kept = await books.load_run(run.tenant, run.run_id)
    assert kept is not None
    assert (kept.spent.steps, kept.spent.tokens, kept.spent.cost_micros, kept.trace_seq) == (2, 4, 6, 2)
    assert kept.termination_reason is TerminationReason.MAX_STEPS
