"""Events that came through the ingress reach the runs that expect them once, whoever dies in between."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from autobiz_kernel import Json
from autobiz_kernel.webhooks import Ingress, MemoryEvents, StoredEvent, Telling
from autobiz_kernel.workflow import Address, Herald, Route, Standing, Worker, by_entity
from autobiz_mocks import VirtualClock
from autobiz_mocks.deliveries import written

from ....posting import NOW, SENDERS
from ....shop.place import TENANT_A, TEXT, Shop, shop_in_memory

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R08", "P1-R26", "P1-RH05"),
]
SOURCES = {name: sender.door for name, sender in SENDERS.items()}
CHARGED = TEXT.replace("expect: order.shipped", "expect: stripe.charge.refunded")
OTHER = UUID("0198c0de-0000-7000-8000-0000000000cc")


def to_a_parcel(stored: StoredEvent) -> Address:
    """Say of an event what the shop's workflow expects, which is a small part of what was kept."""
    return replace(by_entity(stored), payload={"parcel": stored.event.type})


class Place:
    """A shop whose runs wait for a charge, with a door for what Stripe tells."""

    def __init__(self, tenant: UUID = TENANT_A) -> None:
        self.shop: Shop = shop_in_memory(CHARGED)
        self.events, self.wrong = MemoryEvents(), list[Exception]()
        self.door = Ingress(tenant=tenant, sources=SOURCES, events=self.events, clock=self.shop.clock)

    def herald(self, route: Route = to_a_parcel, events: MemoryEvents | None = None) -> Herald:
        return Herald(
            orchestrator=self.shop.worker(),
            events=events or self.events,
            on_error=self.wrong.append,
            route=route,
        )

    async def waiting_run(self) -> UUID:
        """A run that has come to where it waits for the charge."""
        given: Json = {"order": "ch_1", "lines": [{"line": "l-1", "units": 1}]}
        run_id = await self.shop.start("reserve_all", given)
        await self.shop.advance(run_id)
        self.shop.clock.advance(timedelta(minutes=2))
        assert await self.shop.advance(run_id) is Standing.SUSPENDED
        return run_id

    async def receive(self, number: int = 1, **told: Any) -> None:
        """Let Stripe tell of a charge, signed by it."""
        sender, at = SENDERS["stripe"], self.shop.clock.now()
        body = sender.tell(number)
        body["created"] = int(at.timestamp())
        received = await self.door.receive("stripe", sender.signer.sign(written(body | told), at, about={}))
        assert received.status == 200


async def test_what_was_kept_reaches_the_run_that_expects_it_once() -> None:
    """It wakes the run, which takes it once; a second look, and a copy of the delivery, tell nothing new."""
    place = Place()
    run_id = await place.waiting_run()
    await place.receive()
    await place.receive()
    assert await place.herald().tell_all() == 1
    assert await place.herald().tell_all() == 0
    assert await place.shop.advance(run_id) is Standing.ENDED
    assert [each["text"] for each in place.shop.made("mail.send")] == ["parcel charge.refunded"]
    assert list(place.events.told.values()) == [Telling.TOLD]
    await place.shop.replay(run_id)


@pytest.mark.negative
async def test_a_death_between_telling_and_marking_tells_once() -> None:
    """Who follows tells it again, and the run has heard it once; when it came is when it was kept."""
    place = Place()
    run_id = await place.waiting_run()
    await place.receive()
    came_at = place.shop.clock.now()

    class DyingEvents(MemoryEvents):
        """A book whose holder is gone before it can write down that it has told."""

        async def mark(self, tenant: UUID, event_id: UUID, telling: Telling) -> None:
            raise ConnectionError(f"before {event_id} of {tenant} was marked as {telling.name}")

    dying = DyingEvents(kept=place.events.kept)
    place.shop.clock.advance(timedelta(minutes=5))
    with pytest.raises(ConnectionError):
        await place.herald(events=dying).tell_all()
    place.shop.clock.advance(timedelta(minutes=5))
    assert await place.herald().tell_all() == 1
    signals = await place.shop.queue.signals(
        place.shop.tenant, event="stripe.charge.refunded", key="ch_1", since=came_at - timedelta(days=1)
    )
    assert [each.at for each in signals] == [came_at]
    assert await place.shop.advance(run_id) is Standing.ENDED
    assert len(place.shop.made("mail.send")) == 1


async def test_what_is_for_nobody_is_told_to_nobody() -> None:
    """A route says who is to hear of what, under which name and key; what it sends nowhere is done with."""

    def route(stored: StoredEvent) -> Address | None:
        known = replace(to_a_parcel(stored), key="ch_1")
        return None if stored.event.entity == "ch_2" else known

    place = Place()
    run_id = await place.waiting_run()
    await place.receive(2)
    assert await place.herald(route).tell_all() == 1
    assert await place.shop.advance(run_id) is Standing.NOT_DUE
    await place.receive(3)
    assert await place.herald(route).tell_all() == 1
    assert await place.shop.advance(run_id) is Standing.ENDED
    assert list(place.events.told.values()) == [Telling.NOBODYS, Telling.TOLD]


@pytest.mark.negative
async def test_one_that_cannot_be_told_does_not_keep_others_from_their_runs() -> None:
    """A number that JSON cannot carry, a name that nobody expects, a route that fails: each is told of."""

    def route(stored: StoredEvent) -> Address | None:
        entity, named = stored.event.entity, {"ch_5": "run:cancel", "ch_6": "a" * 121}
        if entity == "ch_7":
            raise KeyError("no such order")
        told = by_entity(stored) if entity == "ch_4" else to_a_parcel(stored)
        return replace(told, event=named.get(entity, told.event))

    place = Place()
    run_id = await place.waiting_run()
    await place.receive(4, amount=2**60)
    for number in (5, 6, 7, 1):
        await place.receive(number)
    assert await place.herald(route).tell_all() == 5
    told = sorted(type(each).__name__ for each in place.wrong)
    assert told == ["CanonicalError", "KeyError", "RunError", "RunError"]
    assert await place.shop.advance(run_id) is Standing.ENDED
    assert await place.herald(route).tell_all() == 0


@pytest.mark.negative
async def test_events_of_other_tenants_are_left_alone() -> None:
    """A herald tells the runs of its own business's tenants, and looks at no other tenant's events."""
    place = Place(OTHER)
    run_id = await place.waiting_run()
    await place.receive()
    assert await place.herald().tell_all() == 0
    assert await place.shop.advance(run_id) is Standing.NOT_DUE
    assert len(await place.events.untold(OTHER, limit=9)) == 1


@pytest.mark.parametrize("name", sorted(SENDERS))
async def test_every_source_has_names_that_a_workflow_can_expect(name: str) -> None:
    """What each provider calls its events becomes a name of small letters, digits, dots and underscores."""
    place = Place()
    sender = SENDERS[name]
    door = replace(place.door, clock=VirtualClock(NOW))
    received = await door.receive(name, sender.delivery())
    assert received.kept >= 1
    assert await place.herald(by_entity).tell_all() >= 1
    assert place.wrong == []
    assert set(place.events.told.values()) == {Telling.TOLD}


async def test_a_worker_has_its_herald_run_errands() -> None:
    """A worker tells of what was kept before it looks for runs, and survives an errand that fails."""
    place, stopped = Place(), asyncio.Event()
    run_id = await place.waiting_run()
    await place.receive()

    async def broken() -> int:
        raise ConnectionError("the store is away")

    async def idle() -> None:
        stopped.set()

    worker = Worker(
        orchestrator=place.shop.worker(),
        idle=idle,
        on_error=place.wrong.append,
        errands=(broken, place.herald().tell_all),
    )
    assert await worker.run(stopped) == 1
    assert (await place.shop.record(run_id)).termination_reason == "COMPLETED"
    assert {type(each) for each in place.wrong} == {ConnectionError}
