"""The ways in which returns are told of and refunded: once, twice, at once, in no order, in trouble."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from functools import partial

from autobiz_kernel.transport import HttpTransport, Patience
from autobiz_kernel.webhooks import Received
from autobiz_kernel.workflow import Standing
from autobiz_mocks import Fault, Planned

from ..refunds.people import say_what_became_of_mails
from ..refunds.scene import Scene
from ..refunds.wires import Holding, Killing, WorkerKilledError

# The requests of one refund, from the reading of the order to the mail.
REQUESTS = 9
LONGER_THAN_ANY_LEASE = timedelta(minutes=10)
_SHORT = Patience(total_s=0.15)
_LONG_MS = 400


class Delivery(StrEnum):
    ONCE = "once"
    DUPLICATED = "duplicated"
    CONCURRENT = "concurrent"
    REORDERED = "reordered"
    ANSWER_LOST = "answer_lost"
    BROKEN_ANSWER = "broken_answer"
    NEVER_REACHED = "never_reached"
    SERVER_ERROR = "server_error"
    SERVER_REPLAYS = "server_replays"
    TOO_MANY = "too_many"
    TIMED_OUT = "timed_out"
    DOOR_CRASHED = "door_crashed"
    CRASHED = "crashed"
    OVERTAKEN = "overtaken"


async def deliver(delivery: Delivery, scene: Scene) -> list[Received]:
    """Tell of every return in one way, and let workers work until nothing is left; return the answers."""
    return await _PATTERNS[delivery](scene)


async def _once(scene: Scene) -> list[Received]:
    refunds = await scene.process()
    answers = []
    for what in scene.drawn.returns:
        answers.append(await scene.told(refunds, scene.delivery(what)))
        # One after the other, or all that are there together.
        if scene.rng.random() < 0.5:
            await scene.settle(refunds)
    await scene.settle(refunds)
    return answers


async def _duplicated(scene: Scene) -> list[Received]:
    refunds = await scene.process()
    answers = []
    for what in scene.drawn.returns:
        named = f"event-{what.number}"
        for _ in range(scene.rng.randint(1, 2)):
            answers.append(await scene.told(refunds, scene.delivery(what, event=named)))
            # The same return under another event is the same return.
            answers.append(await scene.told(refunds, scene.delivery(what)))
            if scene.rng.random() < 0.5:
                await scene.settle(refunds)
            scene.clock.advance(timedelta(hours=scene.rng.randint(0, 60)))
        answers.append(await scene.told(refunds, scene.delivery(what, event=named)))
    await scene.settle(refunds)
    return answers


async def _concurrent(scene: Scene) -> list[Received]:
    processes = [await scene.process() for _ in range(3)]
    answers: list[Received] = []
    for what in scene.drawn.returns:
        event = f"event-{what.number}" if scene.rng.random() < 0.5 else ""
        scene.plant(
            "stripe.refund",
            Planned(fault=Fault.DELAY, delay_ms=scene.rng.randint(1, 8)),
            scene.refund_key(what),
        )
        deliveries = [scene.delivery(what, event=event) for _ in processes]
        scene.world.refresh()
        answers += await asyncio.gather(*map(scene.told, processes, deliveries))
        await asyncio.gather(*(each.worker.work() for each in processes))
    await scene.settle(*processes)
    return answers


async def _reordered(scene: Scene) -> list[Received]:
    refunds = await scene.process()
    told = [what for what in scene.drawn.returns for _ in range(scene.rng.randint(1, 3))]
    deliveries = [scene.delivery(what) for what in told]
    scene.rng.shuffle(deliveries)
    answers = []
    for each in deliveries:
        answers.append(await scene.told(refunds, each))
        if scene.rng.random() < 0.5:
            await scene.settle(refunds)
        scene.clock.advance(timedelta(seconds=scene.rng.randint(0, 90)))
    await scene.settle(refunds)
    return answers


async def _misbehaving(scene: Scene, plan: Callable[[Scene], Planned]) -> list[Received]:
    refunds = await scene.process()
    answers = []
    for what in scene.drawn.returns:
        scene.plant("stripe.refund", plan(scene), scene.refund_key(what))
        answers.append(await scene.told(refunds, scene.delivery(what)))
    await scene.settle(refunds)
    return answers


def _lost(scene: Scene) -> Planned:
    return Planned(fault=Fault.ANSWER_LOST)


def _broken(scene: Scene) -> Planned:
    faults = (Fault.GARBAGE, Fault.TRUNCATED_JSON, Fault.EMPTY_BODY, Fault.WRONG_CHARSET, Fault.BROKEN_CHUNK)
    return Planned(fault=scene.rng.choice(faults))


def _unreached(scene: Scene) -> Planned:
    fault = scene.rng.choice((Fault.NEVER_REACHED, Fault.RESET_BEFORE, Fault.REDIRECT_302))
    return Planned(fault=fault, times=scene.rng.randint(1, 3))


def _server_error(scene: Scene) -> Planned:
    fault = scene.rng.choice((Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.OVERLOADED))
    return Planned(fault=fault, times=scene.rng.randint(1, 3))


def _server_replays(scene: Scene) -> Planned:
    # Stripe keeps the first answer of a key, a 500 too: asking again would bring it for ever.
    return Planned(fault=Fault.SERVER_ERROR_DONE, times=8)


def _too_many(scene: Scene) -> Planned:
    wait = str(scene.rng.choice((1, 2, scene.rng.randint(1, 120))))
    return Planned(fault=Fault.TOO_MANY, times=scene.rng.randint(1, 3), headers={"Retry-After": wait})


async def _timed_out(scene: Scene) -> list[Received]:
    """The refund is made, and its answer comes when nobody waits any more."""
    account = scene.accounts(lambda _account: scene.wire).payments
    async with HttpTransport(account, scene.egress, patience=_SHORT) as hasty:
        refunds = await scene.process(wire=hasty)
        what, *rest = scene.drawn.returns
        scene.plant("stripe.refund", Planned(fault=Fault.DELAY, delay_ms=_LONG_MS), scene.refund_key(what))
        answers = [await scene.told(refunds, scene.delivery(what))]
        scene.world.refresh()
        await refunds.worker.work()
    patient = await scene.process()
    await scene.until_seen(scene.refund_key(what))
    answers += [await scene.told(patient, scene.delivery(each)) for each in rest]
    await scene.settle(patient)
    return answers


async def _door_crashed(scene: Scene) -> list[Received]:
    """The door dies when it has kept the event and begun no run; it comes again, or a herald finds it."""
    refunds = await scene.process()
    dying = replace(refunds.door, events=scene.processes[-1].books.events)
    answers = []
    for what in scene.drawn.returns:
        began = len(await scene.run_ids())
        event = f"event-{what.number}"
        told = await dying.receive("shopify", scene.delivery(what, event=event))
        assert (told.kept, len(await scene.run_ids())) == (1, began)
        scene.clock.advance(timedelta(minutes=scene.rng.randint(1, 240)))
        if scene.rng.random() < 0.5:
            assert await refunds.herald.tell_all() >= 1
        answers.append(await scene.told(refunds, scene.delivery(what, event=event)))
    await scene.settle(refunds)
    return answers


async def _crashed(scene: Scene) -> list[Received]:
    """A worker dies at one of its requests, and another one goes on when its lease has passed."""
    answers = []
    heir = await scene.process()
    for what in scene.drawn.returns:
        answers.append(await scene.told(heir, scene.delivery(what)))
        scene.world.refresh()
        dies = Killing(number=scene.rng.randint(1, REQUESTS), is_after=scene.rng.random() < 0.5)
        doomed = await scene.process(dies)
        (run_id,) = await scene.runs_under_way()
        try:
            await doomed.worker.advance(scene.tenant, run_id)
        except WorkerKilledError:
            pass
        else:
            raise AssertionError("the worker survived its own end")
        scene.clock.advance(LONGER_THAN_ANY_LEASE)
        await scene.settle(heir, turn=partial(say_what_became_of_mails, scene))
    return answers


async def _overtaken(scene: Scene) -> list[Received]:
    """A worker stands still between effect and receipt; another one finishes the run before it wakes."""
    answers = []
    fast = await scene.process()
    for what in scene.drawn.returns:
        answers.append(await scene.told(fast, scene.delivery(what)))
        scene.world.refresh()
        hold = Holding()
        slow = await scene.process(hold)
        (run_id,) = await scene.runs_under_way()
        late = asyncio.create_task(slow.worker.advance(scene.tenant, run_id))
        acted = asyncio.create_task(hold.acted.wait())
        await asyncio.wait({late, acted}, return_when=asyncio.FIRST_COMPLETED)
        assert acted.done(), f"the worker has made no refund: {late.result()}"
        scene.clock.advance(LONGER_THAN_ANY_LEASE)
        await scene.settle(fast)
        hold.may_go_on.set()
        standing = await late
        assert standing is Standing.LOST, standing
    return answers


_PATTERNS: dict[Delivery, Callable[[Scene], Awaitable[list[Received]]]] = {
    Delivery.ONCE: _once,
    Delivery.DUPLICATED: _duplicated,
    Delivery.CONCURRENT: _concurrent,
    Delivery.REORDERED: _reordered,
    Delivery.ANSWER_LOST: partial(_misbehaving, plan=_lost),
    Delivery.BROKEN_ANSWER: partial(_misbehaving, plan=_broken),
    Delivery.NEVER_REACHED: partial(_misbehaving, plan=_unreached),
    Delivery.SERVER_ERROR: partial(_misbehaving, plan=_server_error),
    Delivery.SERVER_REPLAYS: partial(_misbehaving, plan=_server_replays),
    Delivery.TOO_MANY: partial(_misbehaving, plan=_too_many),
    Delivery.TIMED_OUT: _timed_out,
    Delivery.DOOR_CRASHED: _door_crashed,
    Delivery.CRASHED: _crashed,
    Delivery.OVERTAKEN: _overtaken,
}
