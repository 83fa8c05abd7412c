"""The interpreter's moves, one by one, on books in memory."""

from datetime import timedelta

import pytest

from autobiz_kernel import IncidentKind, Json, NotDoneError, Refused, RunError, merged
from autobiz_kernel.workflow import Standing, patch_between

from ....shop.place import Shop, order, refund, shop_in_memory

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R03", "P1-R08", "INV-03", "INV-06"),
]


async def ended(shop: Shop, run_id: object) -> str:
    """Why a run has ended."""
    record = await shop.record(run_id)  # type: ignore[arg-type]  # an id that the shop has given
    return "" if record.termination_reason is None else record.termination_reason.value


async def test_a_workflow_runs_to_its_end() -> None:
    """Steps are done in their order, each once, and the output is what the end says."""
    shop = shop_in_memory()
    run_id = await shop.start("refund", refund())
    assert await shop.advance(run_id) is Standing.ENDED
    assert [name for name, _, _ in shop.seen] == ["orders.read", "payments.refund", "mail.send"]
    assert await ended(shop, run_id) == "COMPLETED"
    assert (await shop.advance(run_id)) is Standing.ENDED
    assert len(shop.seen) == 3


async def test_a_choice_is_made_by_its_condition() -> None:
    """More than was captured is refused before money moves, and the run fails with its reason."""
    shop = shop_in_memory()
    run_id = await shop.start("refund", refund(amount=20_001))
    await shop.advance(run_id)
    assert await ended(shop, run_id) == "FAILED"
    assert shop.made("payments.refund") == []
    assert b"more than was captured" in (await shop.record(run_id)).state


@pytest.mark.negative
async def test_what_does_not_fit_is_not_begun() -> None:
    """An unknown workflow, an input that breaks its schema and another's tenant are refused in words."""
    shop = shop_in_memory()
    for workflow, given, words in (
        ("refunds", refund(), "it has refund, reserve_all, reserve_one"),
        ("refund", {"order": "o"}, "input: "),
    ):
        with pytest.raises(RunError, match=words):
            await shop.start(workflow, given)
    with pytest.raises(RunError, match="tenant"):
        await shop.worker().start(shop.compiled.file.tenants[0].id.__class__(int=7), "refund", refund())
    assert await shop.worker().work() == 0


async def test_the_same_run_begins_once() -> None:
    """Asking twice for a run of one id gives one run."""
    shop = shop_in_memory()
    run_id = await shop.start("refund", refund())
    await shop.start("refund", refund(), run_id=run_id)
    assert await shop.worker().work() == 1
    assert len(shop.made("payments.refund")) == 1


@pytest.mark.test_id("P1-T08")
async def test_what_did_not_happen_is_tried_again_later() -> None:
    """A call that never reached its provider is tried as often as declared, and no loop is seen."""
    shop = shop_in_memory()
    shop.answers["payments.refund"] = [NotDoneError(), NotDoneError()]
    run_id = await shop.start("refund", refund())
    assert await shop.advance(run_id) is Standing.SUSPENDED
    assert await shop.advance(run_id) is Standing.NOT_DUE
    assert await shop.until_over(run_id, step=timedelta(milliseconds=100)) == "COMPLETED"
    assert len(shop.made("payments.refund")) == 3


@pytest.mark.negative
async def test_attempts_come_to_an_end() -> None:
    """After the last attempt the run fails, and nothing is tried once more."""
    shop = shop_in_memory()
    shop.answers["payments.refund"] = [NotDoneError() for _ in range(9)]
    run_id = await shop.start("refund", refund())
    assert await shop.until_over(run_id) == "FAILED"
    assert len(shop.made("payments.refund")) == 3


async def test_a_definitive_no_takes_its_error_path_at_once() -> None:
    """A refusal is not tried again: the path that is named after it is taken."""
    shop = shop_in_memory()
    shop.answers["payments.refund"] = [Refused(result={"why": "charge is disputed"})]
    run_id = await shop.start("refund", refund())
    await shop.advance(run_id)
    assert len(shop.made("payments.refund")) == 1
    assert shop.made("mail.send") == [{"mail_id": "no-r-1", "text": "not refunded"}]
    assert await ended(shop, run_id) == "FAILED"


async def test_an_effect_in_doubt_is_asked_for_again_with_its_key() -> None:
    """Where the provider honours the key, a doubt is resolved by asking again, under the same key."""
    shop = shop_in_memory()
    shop.answers["payments.refund"] = [RuntimeError("connection reset")]
    run_id = await shop.start("refund", refund())
    assert await shop.until_over(run_id, step=timedelta(seconds=1)) == "COMPLETED"
    keys = {key for name, _, key in shop.seen if name == "payments.refund"}
    assert (len(shop.made("payments.refund")), len(keys)) == (2, 1)


@pytest.mark.negative
async def test_nobody_goes_on_while_an_effect_may_have_happened() -> None:
    """A doubt that stays suspends the run until somebody says what became of it, and that word is enough."""
    shop = shop_in_memory()
    shop.answers["payments.refund"] = [RuntimeError("gone") for _ in range(9)]
    run_id = await shop.start("refund", refund())
    for _ in range(20):
        await shop.worker().work()
        shop.clock.advance(timedelta(seconds=10))
    assert await ended(shop, run_id) == ""
    assert shop.made("mail.send") == []
    await shop.worker().resolve(shop.tenant, run_id, "0/pay:1", result={"id": "re_seen"}, who="ann")
    assert await shop.until_over(run_id) == "COMPLETED"
    assert shop.made("mail.send") == [{"mail_id": "yes-r-1", "text": "refunded re_seen"}]
    assert (await shop.replay(run_id)).receipts == 2


@pytest.mark.test_id("P1-T24")
async def test_what_was_done_is_undone_in_reverse() -> None:
    """When a workflow fails, the effects of it and of those that it ran are taken back, the latest first."""
    shop = shop_in_memory()
    run_id = await shop.start("reserve_all", order())
    assert await shop.until_over(run_id) == "FAILED"
    assert [each["line"] for each in shop.made("stock.release")] == ["l-1-2", "l-1-1", "l-1-0"]
    assert shop.incidents == []


@pytest.mark.negative
async def test_what_cannot_be_undone_is_told() -> None:
    """An effect that could not be taken back is an incident, and the others are taken back all the same."""
    shop = shop_in_memory()
    shop.answers["stock.release"] = [Refused(result={"why": "shipped"})]
    run_id = await shop.start("reserve_all", order())
    assert await shop.until_over(run_id) == "FAILED"
    assert len(shop.made("stock.release")) == 3
    told = [(each.kind, each.path) for each in shop.incidents]
    assert told == [(IncidentKind.NOT_UNDONE, "0/all:1.2/reserve:1")]


async def test_a_fan_out_waits_for_all() -> None:
    """The barrier holds until the last branch has ended, and the results stand in the order of the items."""
    shop = shop_in_memory()
    shop.answers["stock.reserve"] = [{"held": 1}, RuntimeError("slow"), {"held": 1}]
    run_id = await shop.start("reserve_all", order())
    await shop.advance(run_id)
    assert b'"at":"all"' in (await shop.record(run_id)).state
    # A branch in doubt waits for somebody's word, and the barrier with it.
    await shop.worker().resolve(shop.tenant, run_id, "0/all:1.1/reserve:1", result={"held": 1}, who="ann")
    await shop.advance(run_id)
    assert b'"at":"rest"' in (await shop.record(run_id)).state


@pytest.mark.negative
async def test_one_failed_branch_fails_the_step_after_the_barrier() -> None:
    """The branches that were well are undone together with everything before."""
    shop = shop_in_memory()
    shop.answers["stock.reserve"] = [{"held": 1}, Refused(result={"why": "none left"}), {"held": 1}]
    run_id = await shop.start("reserve_all", order())
    assert await shop.until_over(run_id) == "FAILED"
    assert {str(each["line"]) for each in shop.made("stock.release")} == {"l-1-0", "l-1-2"}


@pytest.mark.negative
async def test_a_fan_out_has_its_cap() -> None:
    """More items than are allowed fail the step before anything is done."""
    shop = shop_in_memory()
    run_id = await shop.start("reserve_all", order(lines=21))
    assert await shop.until_over(run_id) == "FAILED"
    assert shop.seen == []
    empty = await shop.start("reserve_all", order(2, lines=0))
    await shop.advance(empty)
    assert b'"at":"rest"' in (await shop.record(empty)).state


async def test_an_event_is_waited_for_and_may_have_come_before() -> None:
    """An early event is not lost, one of another key is not taken, and each counts once."""
    shop = shop_in_memory()
    worker = shop.worker()
    first, second = await shop.start("reserve_all", order(1)), await shop.start("reserve_all", order(2))
    await worker.work()
    assert await worker.tell(shop.tenant, "order.shipped", "o-1", {"parcel": "p-1"}, signal_id="e-1")
    assert not await worker.tell(shop.tenant, "order.shipped", "o-1", {"parcel": "p-9"}, signal_id="e-1")
    shop.clock.advance(timedelta(seconds=60))
    assert await shop.advance(first) is Standing.ENDED
    assert await shop.advance(second) is Standing.SUSPENDED
    assert shop.made("mail.send") == [{"mail_id": "shipped-o-1", "text": "parcel p-1"}]
    await worker.tell(shop.tenant, "order.shipped", "o-2", {"parcel": "p-2"}, signal_id="e-2")
    assert await shop.advance(second) is Standing.ENDED


@pytest.mark.negative
async def test_an_event_that_says_something_else_is_passed_over() -> None:
    """An event whose payload breaks its schema is heard, and another one is waited for."""
    shop = shop_in_memory()
    worker = shop.worker()
    run_id = await shop.start("reserve_all", order())
    await shop.advance(run_id)
    shop.clock.advance(timedelta(seconds=60))
    await worker.tell(shop.tenant, "order.shipped", "o-1", {"parcel": 7}, signal_id="e-1")
    assert await shop.advance(run_id) is Standing.SUSPENDED
    await worker.tell(shop.tenant, "order.shipped", "o-1", {"parcel": "p-1"}, signal_id="e-2")
    assert await shop.advance(run_id) is Standing.ENDED
    assert (await shop.replay(run_id)).receipts == 4


async def test_results_may_hold_nulls_and_come_again() -> None:
    """A result is kept as it was given, and a later one takes the place of the whole of an earlier one."""
    before: Json = {"steps": {"a": [{"x": None, "y": 1}]}, "gone": 1}
    after: Json = {"steps": {"a": [{"z": None}]}}
    assert merged(before, patch_between(before, after)) == after
