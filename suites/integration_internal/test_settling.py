"""Both kinds of books: what a settlement writes, and what it never writes."""

import pytest

from autobiz_kernel import (
    LEASE,
    UNSETTLED,
    ErrorCode,
    Ledger,
    RunRecord,
    SettleKind,
    SettleOutcome,
    StateChange,
    TerminationReason,
)
from autobiz_kernel.chains import first_previous, link
from autobiz_oracles import expect

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


@pytest.mark.adversarial(65)
@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_a_late_settle_of_a_fenced_holder_writes_no_receipt(books: Ledger, run: RunRecord) -> None:
    """Whoever lost the claim is told so, whether the heir has settled or not, and only a trace remains."""
    first = await books.claim(asked(run))
    heir = await books.claim(heir_in_time(asked(run, now=BEGIN + LEASE)))
    late = await settle(books, run, first, {"late": 1})
    expect.value((late.outcome, late.receipt_seq)).equals((SettleOutcome.LEASE_LOST, 0))
    expect.value((await settle(books, run, heir)).outcome).equals(SettleOutcome.SETTLED)
    expect.value((await settle(books, run, first, {"late": 1})).outcome).equals(SettleOutcome.LEASE_LOST)
    expect.value([dict(each.result) for each in await books.receipts_of(run.tenant, run.run_id)]).equals(
        [{"id": "re_1"}]
    )
    traces = await books.traces_of(run.tenant, run.run_id)
    expect.value([trace.outcome for trace in traces]).equals(["LEASE_LOST", "done", "LEASE_LOST"])


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_settling_twice_writes_once(books: Ledger, run: RunRecord) -> None:
    """The same holder settles once; the second time is told no."""
    first = await books.claim(asked(run))
    told = [(await settle(books, run, first)).outcome for _ in range(2)]
    expect.value(told).equals([SettleOutcome.SETTLED, SettleOutcome.LEASE_LOST])
    expect.value(len(await books.receipts_of(run.tenant, run.run_id))).equals(1)


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
        expect.value((told.receipt_seq, told.head_hash)).equals((number, head))
    kept = await books.load_run(run.tenant, run.run_id)
    assert kept is not None
    expect.value((kept.receipt_seq, kept.head_hash)).equals((3, head))


@pytest.mark.adversarial(77)
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
    expect.value([each.outcome for each in told]).equals(
        [SettleOutcome.SETTLED, SettleOutcome.STATE_CONFLICT]
    )
    expect.value([each.state_version for each in told]).equals([1, 1])
    expect.value(len(await books.receipts_of(run.tenant, run.run_id))).equals(2)
    expect.value([each.version for each in await books.versions_of(run.tenant, run.run_id)]).equals([1])
    expect.value((await books.traces_of(run.tenant, run.run_id))[1].outcome).equals(ErrorCode.STATE_CONFLICT)


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_a_zombie_writes_nothing(books: Ledger, run: RunRecord) -> None:
    """Once another worker has taken the run, its former one adds neither receipt nor trace nor cost."""
    first = await books.claim(asked(run))
    taken = await books.take_run(run.tenant, run.run_id, now=BEGIN)
    assert taken is not None
    expect.value(taken.epoch).equals(2)
    traces = await books.traces_of(run.tenant, run.run_id)
    expect.value((await settle(books, run, first)).outcome).equals(SettleOutcome.FENCED)
    expect.value(await books.load_run(run.tenant, run.run_id)).equals(taken)
    expect.value(await books.traces_of(run.tenant, run.run_id)).equals(traces)
    expect.value([row.outcome for row in traces]).equals([UNSETTLED])


async def test_use_and_end_add_up(books: Ledger, run: RunRecord) -> None:
    """What calls have used is added up in the run, and the first reason to end it stays."""
    for reason in (TerminationReason.MAX_STEPS, TerminationReason.COMPLETED):
        await books.settle(settlement(run, SettleKind.NOTE, ending=reason))
    kept = await books.load_run(run.tenant, run.run_id)
    assert kept is not None
    expect.value((kept.spent.steps, kept.spent.tokens, kept.spent.cost_micros, kept.trace_seq)).equals(
        (2, 4, 6, 2)
    )
    expect.value(kept.termination_reason).equals(TerminationReason.MAX_STEPS)
