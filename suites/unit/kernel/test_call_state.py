"""How a call changes the state of its run."""

import asyncio

import pytest

from autobiz_kernel import (
    ClaimOutcome,
    ErrorCode,
    Found,
    Json,
    Recovery,
    StateError,
    change,
)

from ...tools import contract
from .governed import TENANT, Desk, raw, refund

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "INV-05"),
]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.requirement("P1-R08", "INV-06")
@pytest.mark.test_id("P1-T14")
async def test_a_patch_is_kept_with_the_receipt(desk: Desk) -> None:
    """The state changes in the very commit of the receipt, by one version for each patch."""
    kernel, run = desk.kernel(), await desk.run()
    for number in (1, 2):
        reply = await kernel.call(
            run, raw(arguments=refund(number)), patch_of=lambda result: {"last": result["id"], "gone": None}
        )
        assert reply.outcome is ClaimOutcome.CLAIMED
    assert (run.state, run.state_version) == ({"last": "re_1"}, 2)
    kept = await desk.ledger.load_run(TENANT, run.run_id)
    assert kept is not None
    assert (kept.state, kept.state_version) == (b'{"last":"re_1"}', 2)


@pytest.mark.requirement("P1-R08", "INV-06")
@pytest.mark.test_id("P1-T14")
@pytest.mark.negative
async def test_a_stale_patch_is_refused_and_the_receipt_kept(desk: Desk) -> None:
    """Of two branches that patch one version at most one is told of a conflict; both have their receipts."""
    kernel, run = desk.kernel(), await desk.run()
    replies = await asyncio.gather(
        *(
            kernel.call(run, raw(arguments=refund(number)), patch_of=lambda _: {"by": "one"})
            for number in (1, 2)
        )
    )
    told = [reply.outcome for reply in replies]
    assert told.count(ErrorCode.STATE_CONFLICT) <= 1
    assert len(await desk.ledger.receipts_of(TENANT, run.run_id)) == 2


@pytest.mark.requirement("P1-R08", "INV-06")
@pytest.mark.test_id("P1-T14")
@pytest.mark.negative
async def test_a_state_has_a_size(desk: Desk) -> None:
    """A patch that would make a state too large for its row is refused in words."""
    with pytest.raises(StateError, match="at most"):
        change({}, 0, {"a": "x" * 300_000})


@pytest.mark.requirement("P1-R07", "INV-05")
@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_a_patch_that_cannot_be_made_does_not_lose_the_receipt(desk: Desk) -> None:
    """What has happened is receipted, and then the error of whoever makes patches reaches its caller."""
    kernel, run = desk.kernel(), await desk.run()

    def broken(_: Json) -> Json:
        raise KeyError("no such member")

    with pytest.raises(KeyError):
        await kernel.call(run, raw(), patch_of=broken)
    assert len(await desk.ledger.receipts_of(TENANT, run.run_id)) == 1
    assert (run.state, run.state_version) == ({}, 0)
    assert (await kernel.call(run, raw())).outcome is ClaimOutcome.REPLAY


@pytest.mark.requirement("P1-R06", "INV-05")
@pytest.mark.test_id("P1-T11")
@pytest.mark.parametrize(
    ("known", "ran", "kept"),
    [(Found(result={"id": "re_0"}), 1, {"id": "re_0"}), (Found(result=None), 2, {"id": "re_1"})],
    ids=["it_happened", "it_did_not"],
)
async def test_the_word_of_a_person_ends_a_doubt(known: Found, ran: int, kept: Json) -> None:
    """What must not be repeated is settled by the word of who knows, or done if it never happened."""
    desk = Desk(made=contract(recovery=Recovery.UNREPEATABLE), answers=RuntimeError("reset"))
    kernel, run = desk.kernel(), await desk.run()
    with pytest.raises(RuntimeError):
        await kernel.call(run, raw())
    desk.answers = {"id": "re_1"}
    reply = await kernel.call(run, raw(), known=known)
    assert (reply.outcome, reply.result, len(desk.seen)) == (ClaimOutcome.CLAIMED, kept, ran)
    assert [receipt.result for receipt in await desk.ledger.receipts_of(TENANT, run.run_id)] == [kept]


@pytest.mark.requirement("P1-R06", "INV-05")
@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_nobodys_word_is_heard_without_a_doubt(desk: Desk) -> None:
    """A word about an act that nobody asked for, or that is answered, changes nothing."""
    kernel, run = desk.kernel(), await desk.run()
    word = Found(result={"id": "forged"})
    told = [(await kernel.call(run, raw(), known=word)).result for _ in range(2)]
    assert told == [{"id": "re_1"}, {"id": "re_1"}]
    assert len(desk.seen) == 1
