"""How a call changes the state of its run."""

import asyncio

import pytest

from autobiz_kernel import (
    ClaimOutcome,
    ErrorCode,
    Json,
    StateError,
    change,
)

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
