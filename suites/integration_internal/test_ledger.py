"""Both kinds of books: who may act, who is told what, what is written, and where the edges are."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from autobiz_kernel import (
    LEASE,
    WINDOW,
    ClaimOutcome,
    Json,
    Ledger,
    RunRecord,
    SettleKind,
    SettleOutcome,
    TerminationReason,
)
from autobiz_oracles import expect

from ..database import Connect
from ..ledgers_alike import (
    BEGIN,
    OTHER,
    TICK,
    a_run,
    asked,
    heir_in_time,
    heir_who_looked,
    receipt_of,
    settle,
    settlement,
)

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "INV-05"),
]


@pytest.mark.adversarial(59)
@pytest.mark.test_id("P1-T11")
async def test_of_64_claims_one_is_granted(connect: Connect, tenant: UUID) -> None:
    """Of 64 claims at once over eight ledgers exactly one is CLAIMED and 63 are IN_FLIGHT."""
    ledgers = [await connect() for _ in range(8)]
    run = a_run(tenant)
    await ledgers[0].begin(run)
    answers = await asyncio.gather(*(ledgers[number % 8].claim(asked(run)) for number in range(64)))
    expect.value(Counter(answer.outcome for answer in answers)).equals(
        {
            ClaimOutcome.CLAIMED: 1,
            ClaimOutcome.IN_FLIGHT: 63,
        }
    )


@pytest.mark.test_id("P1-T12")
async def test_of_64_claims_after_the_window_one_is_granted(connect: Connect, tenant: UUID) -> None:
    """When the window has closed, 64 claims at once open it anew exactly once."""
    ledgers = [await connect() for _ in range(8)]
    run = a_run(tenant)
    await ledgers[0].begin(run)
    await settle(ledgers[0], run, await ledgers[0].claim(asked(run)))
    again = (ledgers[number % 8].claim(asked(run, now=BEGIN + WINDOW)) for number in range(64))
    answers = await asyncio.gather(*again)
    expect.value(Counter(answer.outcome for answer in answers)).equals(
        {
            ClaimOutcome.CLAIMED: 1,
            ClaimOutcome.IN_FLIGHT: 63,
        }
    )
    expect.value({(answer.epoch, answer.generation) for answer in answers}).equals({(2, 2)})


@pytest.mark.test_id("P1-T11")
async def test_of_16_heirs_one_takes_over(connect: Connect, tenant: UUID) -> None:
    """A claim in doubt passes to exactly one of sixteen who reach for it."""
    ledgers = [await connect() for _ in range(8)]
    run = a_run(tenant)
    await ledgers[0].begin(run)
    await ledgers[0].claim(asked(run))
    heirs = await asyncio.gather(
        *(ledgers[number % 8].claim(heir_in_time(asked(run, now=BEGIN + LEASE))) for number in range(16))
    )
    expect.value(Counter(heir.outcome for heir in heirs)).equals(
        {ClaimOutcome.CLAIMED: 1, ClaimOutcome.IN_FLIGHT: 15}
    )


@pytest.mark.test_id("P1-T11")
async def test_a_settled_claim_is_replayed(books: Ledger, run: RunRecord) -> None:
    """After settling, everybody is given the receipt with the very result that was written."""
    first = await books.claim(asked(run))
    expect.value((first.outcome, first.receipt)).equals((ClaimOutcome.CLAIMED, None))
    result: Json = {"a": "\0\u20ac", "b": [1, 2.5]}
    expect.value((await settle(books, run, first, result)).outcome).equals(SettleOutcome.SETTLED)
    again = await books.claim(asked(run, now=BEGIN + timedelta(hours=1)))
    expect.value(again.outcome).equals(ClaimOutcome.REPLAY)
    expect.value(again.receipt).equals(receipt_of(run, result).body())
    expect.value(await books.look_up(asked(run, now=BEGIN + timedelta(hours=1)))).equals(again)


@pytest.mark.test_id("P1-T11")
async def test_a_refusal_is_replayed_without_a_receipt(books: Ledger, run: RunRecord) -> None:
    """A definitive no is an answer for the whole window, and no receipt says that anything happened."""
    first = await books.claim(asked(run))
    refused = settlement(run, SettleKind.REFUSED, epoch=first.epoch, result={"status": 402})
    expect.value((await books.settle(refused)).receipt_seq).equals(0)
    again = await books.claim(heir_in_time(asked(run, now=BEGIN + WINDOW - TICK)))
    expect.value((again.outcome, again.receipt, again.refusal)).equals(
        (ClaimOutcome.REPLAY, None, b'{"status":402}')
    )
    expect.value(await books.receipts_of(run.tenant, run.run_id)).equals(())


@pytest.mark.adversarial(58)
@pytest.mark.test_id("P1-T11")
@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.negative
async def test_other_arguments_are_a_mismatch(books: Ledger, run: RunRecord, settled: bool) -> None:
    """The same key with other arguments is refused without an answer, to an heir and another run too."""
    first = await books.claim(asked(run))
    if settled:
        await settle(books, run, first)
    another = a_run(run.tenant, 1)
    await books.begin(another)
    told = await books.claim(heir_in_time(asked(another, now=BEGIN + timedelta(hours=2), fingerprint=OTHER)))
    expect.value((told.outcome, told.receipt, told.epoch)).equals((ClaimOutcome.MISMATCH, None, 1))


@pytest.mark.adversarial(63)
@pytest.mark.test_id("P1-T12")
@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (timedelta(0), ClaimOutcome.REPLAY),
        (timedelta(hours=23, minutes=59, seconds=59), ClaimOutcome.REPLAY),
        (WINDOW - TICK, ClaimOutcome.REPLAY),
        (WINDOW, ClaimOutcome.CLAIMED),
        (WINDOW + timedelta(seconds=1), ClaimOutcome.CLAIMED),
    ],
    ids=str,
)
async def test_window_edges(books: Ledger, run: RunRecord, after: timedelta, outcome: ClaimOutcome) -> None:
    """A result is replayed up to the last microsecond of its 24 hours; at 24:00:00 the act runs again."""
    await settle(books, run, await books.claim(asked(run)))
    told = await books.claim(asked(run, now=BEGIN + after))
    expect.value((told.outcome, told.generation)).equals(
        (outcome, 2 if outcome is ClaimOutcome.CLAIMED else 1)
    )


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (timedelta(0), ClaimOutcome.IN_FLIGHT),
        (LEASE - TICK, ClaimOutcome.IN_FLIGHT),
        (LEASE, ClaimOutcome.UNCERTAIN),
        (WINDOW, ClaimOutcome.UNCERTAIN),
        (30 * WINDOW, ClaimOutcome.UNCERTAIN),
    ],
    ids=str,
)
async def test_lease_edges(books: Ledger, run: RunRecord, after: timedelta, outcome: ClaimOutcome) -> None:
    """An open claim is in flight until its lease ends, then uncertain for good and never granted anew."""
    await books.claim(asked(run))
    expect.value((await books.claim(asked(run, now=BEGIN + after))).outcome).equals(outcome)


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_no_key_is_inherited_after_its_window(books: Ledger, run: RunRecord) -> None:
    """Past the window only who has looked at this very holder may take an act over."""
    first = await books.claim(asked(run))
    late = asked(run, now=BEGIN + WINDOW)
    expect.value((await books.claim(heir_in_time(late))).outcome).equals(ClaimOutcome.UNCERTAIN)
    expect.value((await books.claim(heir_who_looked(late, first.epoch + 1))).outcome).equals(
        ClaimOutcome.UNCERTAIN
    )
    taken = await books.claim(heir_who_looked(late, first.epoch))
    expect.value((taken.outcome, taken.epoch, taken.generation)).equals((ClaimOutcome.CLAIMED, 2, 1))


@pytest.mark.test_id("P1-T11")
async def test_doubt_is_inherited_before_the_lease_ends(books: Ledger, run: RunRecord) -> None:
    """A holder who says that nobody knows frees the act for an heir at once."""
    first = await books.claim(asked(run))
    await books.settle(settlement(run, SettleKind.DOUBT, epoch=first.epoch))
    expect.value((await books.claim(asked(run))).outcome).equals(ClaimOutcome.UNCERTAIN)
    expect.value((await books.claim(heir_in_time(asked(run)))).epoch).equals(2)


@pytest.mark.test_id("P1-T11")
async def test_what_did_not_happen_may_be_asked_for_anew(books: Ledger, run: RunRecord) -> None:
    """A released claim is granted to whoever asks next, with other arguments too, under the same key."""
    first = await books.claim(asked(run))
    await books.settle(settlement(run, SettleKind.RELEASED, epoch=first.epoch))
    again = await books.claim(asked(run, fingerprint=OTHER))
    expect.value((again.outcome, again.epoch, again.generation)).equals((ClaimOutcome.CLAIMED, 2, 1))


@pytest.mark.adversarial(30, 69)
@pytest.mark.test_id("P1-T11", "P1-T31")
@pytest.mark.negative
async def test_tenants_do_not_meet(books: Ledger, run: RunRecord) -> None:
    """The same key in another tenant is another claim, and the same run id is nobody's there."""
    await settle(books, run, await books.claim(asked(run)))
    stranger = replace(run, tenant=uuid4())
    expect.value((await books.claim(asked(stranger))).outcome).equals(ClaimOutcome.FENCED)
    expect.value(
        [
            await books.load_run(stranger.tenant, run.run_id),
            await books.take_run(stranger.tenant, run.run_id, now=BEGIN),
        ]
    ).equals([None, None])
    expect.value(await books.receipts_of(stranger.tenant, run.run_id)).equals(())
    settled = await books.settle(settlement(stranger, SettleKind.DONE, epoch=1))
    expect.value(settled.outcome).equals(SettleOutcome.FENCED)
    await books.begin(stranger)
    expect.value((await books.claim(asked(stranger))).outcome).equals(ClaimOutcome.CLAIMED)


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
@pytest.mark.parametrize("why", ["taken", "ended", "never_begun"])
async def test_who_does_not_hold_a_living_run_begins_nothing(books: Ledger, tenant: UUID, why: str) -> None:
    """A claim is refused for a run that another worker has taken, that was ended, or that never began."""
    run = a_run(tenant)
    if why != "never_begun":
        await books.begin(run)
    if why == "taken":
        await books.take_run(tenant, run.run_id, now=BEGIN)
    if why == "ended":
        await books.settle(settlement(run, SettleKind.NOTE, ending=TerminationReason.CANCELLED))
    expect.value((await books.claim(asked(run))).outcome).equals(ClaimOutcome.FENCED)
    another = a_run(tenant, 1)
    await books.begin(another)
    expect.value((await books.claim(asked(another))).outcome).equals(ClaimOutcome.CLAIMED)
