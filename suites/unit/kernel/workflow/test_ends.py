"""Bounds and loops of runs: over suspensions, over workers, and what is done about what they cut off."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from autobiz_kernel import Json, Ledger, NotDoneError, RunRecord
from autobiz_kernel.workflow import Lease, Queue, Standing, Worker
from autobiz_oracles import PlainRun, expect

from ....shop.place import TEXT, is_due_again, order, refund, shop_in_memory

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R03", "P1-R04", "INV-03"),
]


@pytest.mark.test_id("P1-T05", "P1-T06", "P1-T07")
@pytest.mark.negative
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("steps_max: 100", "steps_max: 2", "MAX_STEPS"),
        ("tool_calls_max: 100", "tool_calls_max: 2", "MAX_TOOL_CALLS"),
        ("cost_micros_max: 1000000", "cost_micros_max: 10", "MAX_COST"),
        ("wall_ms_max: 604800000", "wall_ms_max: 60000", "MAX_TIME"),
    ],
)
async def test_bounds_hold_over_suspensions_and_workers(old: str, new: str, reason: str) -> None:
    """The cap that ends a run is its reason, whoever worked on it and however often it was laid down."""
    shop = shop_in_memory(TEXT.replace(old, new))
    shop.answers["orders.read"] = [NotDoneError()] if reason == "MAX_STEPS" else []
    shop.answers["mail.send"] = [NotDoneError() for _ in range(9)]
    run_id = await shop.start("refund", refund())
    assert await shop.until_over(run_id, step=timedelta(seconds=20)) == reason
    spent = (await shop.record(run_id)).spent
    bounds = shop.compiled.bounds_of("refund")
    used = {
        "MAX_STEPS": spent.steps - 1,
        "MAX_TOOL_CALLS": spent.tool_calls - 1,
        "MAX_COST": spent.cost_micros,
    }
    caps = {
        "MAX_STEPS": bounds.steps_max,
        "MAX_TOOL_CALLS": bounds.tool_calls_max,
        "MAX_COST": bounds.cost_micros_max,
    }
    expect.bounds(PlainRun(termination_reason=reason, used=used, bounds=caps)).ended_by(reason)


@pytest.mark.test_id("P1-T06")
@pytest.mark.negative
async def test_a_run_that_only_waits_ends_in_its_time_too() -> None:
    """A run whose time is over while it waits for an event is ended, and what it has done is undone."""
    shop = shop_in_memory(TEXT.replace("wall_ms_max: 604800000", "wall_ms_max: 120000"))
    run_id = await shop.start("reserve_all", order())
    await shop.advance(run_id)
    shop.clock.advance(timedelta(seconds=61))
    assert await shop.advance(run_id) is Standing.SUSPENDED
    shop.clock.advance(timedelta(seconds=59))
    assert await shop.until_over(run_id) == "MAX_TIME"
    assert (await shop.record(run_id)).spent.steps == 3
    await shop.worker().work()
    assert len(shop.made("stock.release")) == 3


@pytest.mark.adversarial(48)
@pytest.mark.test_id("P1-T06")
@pytest.mark.negative
@pytest.mark.parametrize("days", [-1, 1])
async def test_a_clock_that_is_set_in_the_middle_of_a_run_changes_nothing(days: int) -> None:
    """A worker that holds a run goes on with it, whatever is done to the clock meanwhile."""
    shop = shop_in_memory(TEXT.replace("wall_ms_max: 604800000", "wall_ms_max: 120000"))
    answers = shop.answer

    async def answer(operation: str, arguments: Any, key: str) -> Any:
        shop.clock.jump(timedelta(days=days))
        return await answers(operation, arguments, key)

    shop.provider = answer
    run_id = await shop.start("refund", refund())
    assert await shop.advance(run_id) is Standing.ENDED
    assert (await shop.record(run_id)).termination_reason == "COMPLETED"


@pytest.mark.negative
async def test_one_broken_run_does_not_keep_others_from_theirs() -> None:
    """What breaks in one run is raised when all have had their turn, and that run is taken up again later."""
    shop = shop_in_memory()
    worker = shop.worker()
    broken = await shop.start("refund", refund(1))
    sound = await shop.start("refund", refund(2))
    usual, books = shop.ledger.begin, shop.ledger

    class Failing:
        """Books that are away for one run, once."""

        def __getattr__(self, name: str) -> object:
            return getattr(books, name)

        async def begin(self, run: RunRecord) -> None:
            if run.run_id == broken:
                raise OSError("the disk is full")
            await usual(run)

    with pytest.raises(ExceptionGroup, match="1 of 2"):
        await replace(worker, ledger=cast("Ledger", Failing()), _kernels={}).work()
    assert (await shop.record(sound)).termination_reason == "COMPLETED"
    assert await shop.until_over(broken) == "COMPLETED"


async def test_what_a_bound_has_cut_off_is_undone_by_another_run() -> None:
    """A run that the law has ended acts no more; what it has done is taken back by a run of its own."""
    shop = shop_in_memory(TEXT.replace("tool_calls_max: 100", "tool_calls_max: 2"))
    run_id = await shop.start("reserve_all", order())
    assert await shop.until_over(run_id) == "MAX_TOOL_CALLS"
    while await shop.worker().work():
        shop.clock.advance(timedelta(minutes=1))
    assert {str(each["line"]) for each in shop.made("stock.release")} == {
        str(each["line"]) for each in shop.made("stock.reserve")
    }


@pytest.mark.test_id("P1-T08")
@pytest.mark.negative
async def test_a_circle_is_seen_across_suspensions() -> None:
    """The same call again and again ends the run, although it is laid down in between."""
    circle = TEXT.replace(
        "      fits:\n",
        "      again: {wait_ms: 1000, next: look, visits_max: 50}\n      fits:\n",
    )
    circle = circle.replace("otherwise: too_much", "otherwise: again\n        visits_max: 50").replace(
        "      look:\n", "      look:\n        visits_max: 50\n", 1
    )
    circle = circle.replace("      too_much: {end: failed, reason: more than was captured}\n", "").replace(
        "retry: {attempts: 3, base_ms: 200, cap_ms: 2000}\n        next: fits", "next: fits"
    )
    shop = shop_in_memory(circle)
    run_id = await shop.start("refund", refund(amount=20_001))
    assert await shop.until_over(run_id, step=timedelta(seconds=1)) == "LOOP_DETECTED"
    assert len(shop.made("orders.read")) == 3
    allowed = circle.replace(
        "  cost_micros_max: 1000000\n", "  cost_micros_max: 1000000\n  polling: {orders.read: 60}\n"
    )
    other = shop_in_memory(allowed)
    run_id = await other.start("refund", refund(amount=20_001))
    assert await other.until_over(run_id, step=timedelta(seconds=1)) == "FAILED"
    assert len(other.made("orders.read")) == 50


async def test_a_worker_works_until_it_is_stopped() -> None:
    """It goes on with what is due, waits when nothing is, survives what breaks, and ends when it is told."""
    shop = shop_in_memory()
    stopped, pauses, told = asyncio.Event(), [], list[Exception]()
    run_id = await shop.start("reserve_all", order())

    async def idle() -> None:
        for _ in range(200):
            await asyncio.sleep(0)  # what is under way comes first: no time passes meanwhile
        pauses.append(shop.clock.advance(timedelta(minutes=10)))
        record = await shop.record(run_id)
        if record.termination_reason is not None:
            stopped.set()

    shop.answers["stock.release"] = [ValueError("no matter")]
    worker = Worker(orchestrator=shop.worker(), idle=idle, on_error=told.append)
    assert await worker.run(stopped) >= 3
    assert await shop.until_over(run_id) == "FAILED"
    assert (len(pauses) > 1, told) == (True, [])


async def test_a_slow_run_keeps_nobody_waiting() -> None:
    """While one run hangs in a tool its worker takes up all others that are due."""
    shop, stopped, told = shop_in_memory(), asyncio.Event(), list[Exception]()
    slow, *others = [await shop.start("refund", refund(number)) for number in range(1, 9)]
    let_go = asyncio.Event()

    async def answer(operation: str, arguments: Json, key: str) -> Any:
        if arguments.get("refund_id") == "r-1":
            await let_go.wait()
        return await shop.answer(operation, arguments, key)

    async def idle() -> None:
        await asyncio.sleep(0)
        records = [await shop.ledger.load_run(shop.tenant, each) for each in others]
        if all(record and record.termination_reason for record in records):
            let_go.set()
            stopped.set()

    shop.provider = answer
    worker = Worker(orchestrator=shop.worker(), idle=idle, on_error=told.append, at_once=2)
    assert await worker.run(stopped) == 8
    assert (await shop.record(slow)).termination_reason == "COMPLETED"
    assert told == []


@pytest.mark.negative
async def test_a_worker_that_is_torn_down_ends_what_it_does() -> None:
    """Cancelling a worker ends its runs where they are, and what its idling raises reaches its caller."""
    shop, stopped, is_there = shop_in_memory(), asyncio.Event(), asyncio.Event()
    await shop.start("refund", refund())

    async def answer(_operation: str, _arguments: Json, _key: str) -> Any:
        is_there.set()
        await asyncio.Event().wait()

    async def idle() -> None:
        await asyncio.Event().wait()

    async def broken() -> None:
        raise ZeroDivisionError

    shop.provider = answer
    orchestrator = shop.worker()
    torn = asyncio.create_task(Worker(orchestrator=orchestrator, idle=idle, on_error=print).run(stopped))
    await is_there.wait()
    torn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await torn
    with pytest.raises(ZeroDivisionError):
        await Worker(orchestrator=orchestrator, idle=broken, on_error=print).run(stopped)


async def test_an_event_that_comes_while_a_run_is_laid_down_is_not_overlooked() -> None:
    """It comes after the worker has looked and before the run can be woken, and is taken all the same."""
    shop = shop_in_memory()
    run_id = await shop.start("reserve_all", order())
    await shop.advance(run_id)
    shop.clock.advance(timedelta(seconds=60))
    queue, worker = shop.queue, shop.worker()

    class Late:
        """A queue in which the event comes at the worst moment."""

        def __getattr__(self, name: str) -> object:
            return getattr(queue, name)

        async def suspend(self, lease: Lease, **said: Any) -> bool:
            await worker.tell(shop.tenant, "order.shipped", "o-1", {"parcel": "p"}, signal_id="e-1")
            return await queue.suspend(lease, **said)

    late = replace(worker, queue=cast("Queue", Late()))
    assert await late.advance(shop.tenant, run_id) is Standing.SUSPENDED
    assert await shop.worker().work() == 1
    assert (await shop.record(run_id)).termination_reason == "COMPLETED"


@pytest.mark.parametrize("is_woken", [False, True])
async def test_a_run_that_was_woken_while_it_was_held_is_due_at_once(is_woken: bool) -> None:
    """Whoever lays it down for later does not overlook what has happened meanwhile."""
    assert await is_due_again(shop_in_memory(), is_woken=is_woken) == is_woken


@pytest.mark.requirement("INV-04")
async def test_who_watches_a_workflow_hears_of_its_calls_and_of_its_end() -> None:
    """What a run of a workflow has called and why it ended is counted like any call's, each once."""
    shop = shop_in_memory()
    run_id = await shop.start("refund", refund())
    assert await shop.until_over(run_id, step=timedelta(seconds=20)) == "COMPLETED"
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for metric in shop.metrics.registry.collect()
        for sample in metric.samples
    }
    assert samples["run_ended_total", "COMPLETED"] == 1
    assert samples["receipt_created_total", "payments.refund", "1"] == 1
    assert samples["tool_invocation_total", "payments.refund", "1"] == 1
