"""A run that somebody calls off: wherever it stands, what it has done is undone, and nothing is forgotten."""

import asyncio
import json
from datetime import timedelta

import pytest

from autobiz_kernel import IncidentKind, Json, NotDoneError, Refused, RunError
from autobiz_kernel.approvals import LateDecisionError, Status, Verdict
from autobiz_kernel.workflow import CallOff, Standing

from ....shop.place import TEXT, Shop, order, refund, shop_in_memory
from ....shop.tools import answer_of

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R08", "P1-R09", "INV-06"),
]
# A week's bound, so that nothing but the calling off can be what ends a run within the hours of a test.
SHORT = timedelta(seconds=30)
PAUSE = """arguments: {line: "=input.line"}}
        next: settle
      settle: {wait_ms: 5000, next: done}
      """.rstrip()


def released(shop: Shop) -> list[object]:
    return [each["line"] for each in shop.made("stock.release")]


async def test_a_run_that_waits_for_a_moment_is_undone_in_reverse() -> None:
    """Its sub-workflows' effects are taken back, the latest first, and its reason says why it is over."""
    shop = shop_in_memory()
    run_id = await shop.start("reserve_all", order())
    assert await shop.advance(run_id) is Standing.SUSPENDED
    assert await shop.cancel(run_id) is CallOff.ASKED
    assert await shop.advance(run_id) is Standing.ENDED
    assert (await shop.record(run_id)).termination_reason == "CANCELLED"
    assert released(shop) == [each["line"] for each in reversed(shop.made("stock.reserve"))]
    await shop.replay(run_id)


async def test_a_run_that_waits_for_an_event_hears_no_other_one() -> None:
    """An event that comes after it was called off moves nothing."""
    shop = shop_in_memory()
    run_id = await shop.start("reserve_all", order())
    await shop.advance(run_id)
    shop.clock.advance(timedelta(minutes=2))
    await shop.advance(run_id)
    await shop.cancel(run_id)
    await shop.worker().tell(shop.tenant, "order.shipped", "o-1", {"parcel": "p"}, signal_id="s-1")
    assert await shop.until_over(run_id, step=SHORT) == "CANCELLED"
    assert len(released(shop)) == 3
    assert shop.made("mail.send") == []


async def test_a_run_that_waits_for_a_person_closes_its_request() -> None:
    """Nobody is asked any more, no error path is taken, and a decision comes too late but stays on record."""
    shop = shop_in_memory()
    run_id = await shop.start("refund", refund(amount=6_000))
    await shop.advance(run_id)
    (request,) = await shop.waiting()
    await shop.cancel(run_id)
    assert await shop.advance(run_id) is Standing.ENDED
    assert await shop.waiting() == ()
    closed = await shop.approvals.look(shop.tenant, request.approval_id)
    assert closed is not None
    assert closed.status is Status.VOID
    with pytest.raises(LateDecisionError, match="CANCELLED"):
        await shop.decide(request, "U0ANN")
    with pytest.raises(LateDecisionError):
        await shop.decide(request, "U0ANN", Verdict.DENY)
    (late,) = await shop.approvals.late_ones(shop.tenant, request.approval_id)
    assert (late.approver, late.verdict) == ("ann", Verdict.APPROVE)
    assert shop.made("payments.refund") == []
    assert shop.made("mail.send") == []
    await shop.replay(run_id)


@pytest.mark.negative
async def test_a_yes_that_nobody_has_acted_on_is_void() -> None:
    """A request that was approved a moment before its run was called off lets no money go."""
    shop = shop_in_memory()
    run_id = await shop.start("refund", refund(amount=6_000))
    await shop.advance(run_id)
    (request,) = await shop.waiting()
    await shop.decide(request, "U0ANN")
    await shop.cancel(run_id)
    assert await shop.advance(run_id) is Standing.ENDED
    closed = await shop.approvals.look(shop.tenant, request.approval_id)
    assert closed is not None
    assert (closed.status, len(closed.decisions)) == (Status.VOID, 1)
    assert shop.made("payments.refund") == []


@pytest.mark.negative
async def test_a_doubt_is_not_forgotten() -> None:
    """A run in doubt is ended, and people are told of the place where an effect may have happened."""
    shop = shop_in_memory()
    shop.answers["payments.refund"] = [RuntimeError("nobody knows") for _ in range(3)]
    run_id = await shop.start("refund", refund())
    for _ in range(4):
        await shop.advance(run_id)
        shop.clock.advance(timedelta(minutes=2))
    assert (await shop.record(run_id)).termination_reason is None
    await shop.cancel(run_id)
    assert await shop.advance(run_id) is Standing.ENDED
    assert (await shop.record(run_id)).termination_reason == "CANCELLED"
    told = [(each.kind, each.path) for each in shop.incidents if each.kind is IncidentKind.NOT_UNDONE]
    assert told == [(IncidentKind.NOT_UNDONE, "0/pay:1")]
    await shop.replay(run_id)


@pytest.mark.negative
async def test_a_doubt_between_two_attempts_is_not_forgotten_either() -> None:
    """A run that would ask again in a moment is as much in doubt as one that waits for somebody's word."""
    shop = shop_in_memory()
    shop.answers["payments.refund"] = [RuntimeError("nobody knows")]
    run_id = await shop.start("refund", refund())
    assert await shop.advance(run_id) is Standing.SUSPENDED
    await shop.cancel(run_id)
    shop.clock.advance(timedelta(minutes=2))
    assert await shop.advance(run_id) is Standing.ENDED
    assert [each.path for each in shop.incidents if each.kind is IncidentKind.NOT_UNDONE] == ["0/pay:1"]
    assert len(shop.made("payments.refund")) == 1
    await shop.replay(run_id)


@pytest.mark.negative
async def test_what_certainly_did_not_happen_is_no_doubt() -> None:
    """A call that has only been tried in vain leaves nothing to be told."""
    shop = shop_in_memory()
    shop.answers["payments.refund"] = [NotDoneError()]
    run_id = await shop.start("refund", refund())
    assert await shop.advance(run_id) is Standing.SUSPENDED
    await shop.cancel(run_id)
    assert await shop.advance(run_id) is Standing.ENDED
    assert [each for each in shop.incidents if each.kind is IncidentKind.NOT_UNDONE] == []


async def test_a_worker_in_the_middle_of_a_call_sees_it_at_its_next_move() -> None:
    """What it is just causing is finished and receipted, then taken back; nothing else is begun."""
    shop = shop_in_memory()

    async def answer(operation: str, arguments: Json, key: str) -> Json | Refused:
        shop.seen.append((operation, arguments, key))
        if operation == "payments.refund":
            shop.clock.advance(timedelta(seconds=5))
            assert await shop.cancel(run_id) is CallOff.ASKED
        return answer_of(operation, arguments, key)

    shop.provider = answer
    run_id = await shop.start("refund", refund())
    assert await shop.advance(run_id) is Standing.ENDED
    assert (await shop.record(run_id)).termination_reason == "CANCELLED"
    assert len(await shop.ledger.receipts_of(shop.tenant, run_id)) == 1
    assert shop.made("mail.send") == []
    await shop.replay(run_id)


@pytest.mark.negative
async def test_what_a_dead_worker_was_causing_is_told() -> None:
    """A worker that died in a call has moved nothing; who follows says that it may have happened."""
    shop = shop_in_memory()

    class DeathError(BaseException):
        """A process that is gone in the middle of a call."""

    async def answer(operation: str, arguments: Json, key: str) -> Json | Refused:
        if operation == "payments.refund":
            raise DeathError
        return answer_of(operation, arguments, key)

    shop.provider = answer
    run_id = await shop.start("refund", refund())
    with pytest.raises(DeathError):
        await shop.advance(run_id)
    shop.provider = None
    await shop.cancel(run_id)
    assert await shop.advance(run_id) is Standing.NOT_DUE
    assert await shop.until_over(run_id, step=timedelta(seconds=20)) == "CANCELLED"
    assert [each.path for each in shop.incidents if each.kind is IncidentKind.NOT_UNDONE] == ["0/pay:1"]
    assert shop.made("payments.refund") == []
    await shop.replay(run_id)


@pytest.mark.negative
async def test_no_error_path_leads_on_from_there() -> None:
    """A workflow that has a way on when its parts fail does not take it: they were called off with it."""
    text = TEXT.replace("        next: rest\n", "        on_error: {child: rest}\n        next: rest\n")
    text = text.replace('output: {lines: "=steps.all"}', "output: {}")
    shop = shop_in_memory(text.replace('arguments: {line: "=input.line"}}\n        next: done', PAUSE))
    run_id = await shop.start("reserve_all", order())
    assert await shop.advance(run_id) is Standing.SUSPENDED
    await shop.cancel(run_id)
    assert await shop.advance(run_id) is Standing.ENDED
    assert (await shop.record(run_id)).termination_reason == "CANCELLED"
    assert len(released(shop)) == 3
    await shop.replay(run_id)


async def test_what_is_being_caused_is_waited_for() -> None:
    """Nobody says what became of an act while somebody is at it; one that has been done is no doubt."""
    shop = shop_in_memory()
    asked, gone = asyncio.Event(), asyncio.Event()

    async def answer(operation: str, arguments: Json, key: str) -> Json | Refused:
        if operation == "payments.refund":
            asked.set()
            await gone.wait()
        return answer_of(operation, arguments, key)

    shop.provider = answer
    first, second = await shop.start("refund", refund()), await shop.start("refund", refund())
    busy = asyncio.create_task(shop.advance(first))
    await asked.wait()
    assert await shop.advance(second) is Standing.SUSPENDED
    await shop.cancel(second)
    assert await shop.advance(second) is Standing.SUSPENDED
    gone.set()
    assert await busy is Standing.ENDED
    assert await shop.until_over(second, step=SHORT) == "CANCELLED"
    assert [each for each in shop.incidents if each.kind is IncidentKind.NOT_UNDONE] == []


async def test_twice_is_once_and_the_first_word_stays() -> None:
    """Whoever says it again is told so; who was first, and why, is in the books."""
    shop = shop_in_memory()
    run_id = await shop.start("reserve_all", order())
    await shop.advance(run_id)
    told = [await shop.cancel(run_id), await shop.cancel(run_id, who="bob", reason="no matter")]
    await shop.advance(run_id)
    told.append(await shop.cancel(run_id))
    assert told == [CallOff.ASKED, CallOff.ASKED_BEFORE, CallOff.OVER]
    traces = await shop.ledger.traces_of(shop.tenant, run_id)
    (kept,) = [json.loads(each.attrs) for each in traces if each.outcome == "Cancelled"]
    assert (kept["who"], kept["reason"]) == ("ann", "sold out")
    assert len(released(shop)) == 3


async def test_a_run_that_nobody_has_worked_on_yet_does_nothing_at_all() -> None:
    """Called off before its first step, it ends without a call."""
    shop = shop_in_memory()
    run_id = await shop.start("refund", refund())
    await shop.cancel(run_id)
    assert await shop.advance(run_id) is Standing.ENDED
    assert (await shop.record(run_id)).termination_reason == "CANCELLED"
    assert shop.seen == []
    await shop.replay(run_id)


async def test_a_run_that_is_already_failing_goes_on_undoing() -> None:
    """What it was taking back is taken back all the same, and no more than once."""
    shop = shop_in_memory()
    run_id = await shop.start("reserve_all", order())
    await shop.advance(run_id)
    shop.answers["stock.release"] = [NotDoneError()]
    shop.clock.advance(timedelta(hours=2))
    await shop.advance(run_id)
    shop.clock.advance(timedelta(hours=2))
    assert await shop.advance(run_id) is Standing.SUSPENDED
    await shop.cancel(run_id)
    assert await shop.until_over(run_id, step=SHORT) == "CANCELLED"
    assert sorted(map(str, released(shop)[1:])) == ["l-1-0", "l-1-1", "l-1-2"]
    await shop.replay(run_id)


@pytest.mark.negative
@pytest.mark.parametrize(("who", "reason"), [("", "why"), ("ann", " "), (" ", "")])
async def test_nobody_calls_off_without_a_name_and_a_reason(who: str, reason: str) -> None:
    """Who and why are kept for good, so both are asked for."""
    shop = shop_in_memory()
    run_id = await shop.start("refund", refund())
    with pytest.raises(RunError, match="say both"):
        await shop.cancel(run_id, who=who, reason=reason)


@pytest.mark.negative
async def test_only_what_is_there_is_called_off() -> None:
    """A run of nobody, and one of another tenant, are told apart from one that is over."""
    shop = shop_in_memory()
    run_id = await shop.start("refund", refund())
    other = shop.compiled.file.tenants[1].id
    with pytest.raises(RunError, match="not there"):
        await shop.worker().cancel(other, run_id, who="ann", reason="why")
    assert await shop.until_over(run_id) == "COMPLETED"
    assert await shop.cancel(run_id) is CallOff.OVER


@pytest.mark.negative
@pytest.mark.parametrize("name", ["run:cancel", "run:word", "", "Order.Shipped", "a b", "x" * 121])
async def test_nothing_from_outside_can_say_what_only_people_may(name: str) -> None:
    """An event whose name no workflow could expect is refused, so that none can call a run off."""
    shop = shop_in_memory()
    run_id = await shop.start("refund", refund())
    with pytest.raises(RunError, match="no workflow can expect it"):
        await shop.worker().tell(shop.tenant, name, str(run_id), {}, signal_id="s-1")
