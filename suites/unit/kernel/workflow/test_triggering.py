"""Runs begun by events: one run for one wish, in as many events and copies as it is told."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from autobiz_kernel import StoreError
from autobiz_kernel.webhooks import Event, MemoryEvents, StoredEvent
from autobiz_kernel.workflow import (
    Herald,
    MemoryQueue,
    Signal,
    Start,
    Trigger,
    TriggeringEvents,
    Wish,
    start_once,
)

from ....shop.place import Shop, refund, shop_in_memory

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R26", "INV-05"),
    pytest.mark.test_id("P1-T36", "P1-T-RK02a"),
]
TENANT_B = UUID("0198c0de-0000-7000-8000-00000000000b")


def read(event: Event) -> Wish | None:
    """Read a wish as a business would."""
    if event.payload.get("status") == "closed":
        return None
    number = int(event.payload["number"])
    return Wish(key=event.entity, input=refund(number, amount=event.payload["amount"]))


@dataclass(slots=True)
class Door:
    """A shop that is told of returns."""

    shop: Shop = field(default_factory=shop_in_memory)
    kept: MemoryEvents = field(default_factory=MemoryEvents)
    unstarted: list[str] = field(default_factory=list)

    @property
    def events(self) -> TriggeringEvents:
        return TriggeringEvents(
            events=self.kept,
            orchestrator=self.shop.worker(),
            triggers=(Trigger(source="shop", type="return", workflow="refund", read=read),),
            on_unstarted=lambda _stored, why: self.unstarted.append(why),
        )

    def event(
        self, name: str, *, kind: str = "return", tenant: UUID | None = None, **payload: Any
    ) -> StoredEvent:
        now = self.shop.clock.now()
        told = {"number": 1, "amount": 100, **payload}
        event = Event(
            source="shop",
            source_event_id=name,
            type=kind,
            entity=f"return-{told['number']}",
            occurred_at=now,
            payload=told,
        )
        return StoredEvent(
            tenant=tenant or self.shop.tenant,
            event_id=UUID(int=len(name)),
            event=event,
            received_at=now,
            payload="{}",
            payload_sha256=bytes(32),
        )

    async def inputs(self) -> list[Any]:
        """What the runs that wait were begun with."""
        found = []
        queue = self.shop.queue
        assert isinstance(queue, MemoryQueue)
        for tenant, run_id in queue._starts:
            start = await queue.start_of(tenant, run_id)
            assert start is not None
            found.append((tenant, start.workflow, start.input))
        return found


async def test_one_wish_is_one_run_in_however_many_events() -> None:
    """Copies, other events of the same thing and later ones begin nothing more; another thing does."""
    door = Door()
    for name in ("e-1", "e-1", "e-2"):
        await door.events.keep((door.event(name),))
        door.shop.clock.advance(timedelta(days=2))
    assert len(await door.inputs()) == 1
    await door.events.keep((door.event("e-3", number=2),))
    assert len(await door.inputs()) == 2
    assert door.unstarted == []


async def test_a_run_that_its_event_began_does_its_work() -> None:
    """The run is due at once, and an id of the moment in which it was first asked for."""
    door = Door()
    kept = await door.events.keep((door.event("e-1"),))
    assert kept == 1
    assert await door.shop.worker().work() == 1
    assert [each["refund_id"] for each in door.shop.made("payments.refund")] == ["r-1"]


async def test_who_dies_between_keeping_and_beginning_is_made_good_by_the_copy() -> None:
    """An event that was kept and began nothing begins its run when it comes again."""
    door = Door()
    await door.kept.keep((door.event("e-1"),))
    assert await door.inputs() == []
    assert await door.events.keep((door.event("e-1"),)) == 0
    assert len(await door.inputs()) == 1


async def test_who_dies_before_the_run_is_there_is_made_good_with_the_same_id() -> None:
    """An id that was drawn and never used is the id of the run that is begun at last."""

    class Dying(MemoryQueue):
        is_well = False

        async def start(self, start: Start) -> bool:
            if not self.is_well:
                raise StoreError("the database is away")
            return await super().start(start)

    door, queue = Door(), Dying()
    door.shop.queue = queue
    # Whoever is told of it must not answer that all is well.
    with pytest.raises(StoreError):
        await door.events.keep((door.event("e-1"),))
    ((drawn,),) = [tuple(queue._signals.values())]
    queue.is_well = True
    door.shop.clock.advance(timedelta(hours=1))
    await door.events.keep((door.event("e-1"),))
    assert [str(run_id) for _, run_id in queue._starts] == [_run_of(drawn)]


def _run_of(signal: Signal) -> str:
    return signal.payload.decode().split('"')[3]


@pytest.mark.negative
async def test_another_input_under_the_same_key_is_told_and_changes_nothing() -> None:
    """The first input stands, and whoever watches hears that the second one was another."""
    door = Door()
    await door.events.keep((door.event("e-1"),))
    before = await door.inputs()
    await door.events.keep((door.event("e-2", amount=999),))
    assert await door.inputs() == before
    assert len(door.unstarted) == 1
    assert "with another input" in door.unstarted[0]


@pytest.mark.adversarial(107)
@pytest.mark.negative
async def test_another_body_under_a_known_id_begins_nothing() -> None:
    """Of two bodies under one id the first one stands: what the second one asks for is told and not done."""
    door = Door()
    await door.events.keep((door.event("e-1"),))
    assert await door.events.keep((door.event("e-1", number=2),)) == 0
    assert len(await door.inputs()) == 1
    assert door.unstarted == ["another body came first under this id, and that one stands"]
    assert [await door.events.holds(door.event("e-1", number=each)) for each in (1, 2)] == [True, False]
    assert not await door.events.holds(door.event("e-2"))


@pytest.mark.negative
@pytest.mark.parametrize(
    "payload",
    [{"number": []}, {"number": "one"}, {"amount": "12"}, {"amount": 0}, {"amount": 1.5}, {"number": None}],
    ids=["list", "no_number", "text", "nought", "fraction", "nothing"],
)
async def test_what_cannot_be_read_is_kept_and_told(payload: dict[str, Any]) -> None:
    """An event whose wish cannot be read, or that no workflow takes, is kept, begins nothing, and is told."""
    door = Door()
    assert await door.events.keep((door.event("e-1", **payload),)) == 1
    assert await door.inputs() == []
    assert len(door.unstarted) == 1
    assert door.unstarted[0].startswith("refund: ")


@pytest.mark.negative
async def test_what_is_no_wish_begins_nothing() -> None:
    """An event of another type, one that asks for nothing, and one of no tenant of ours begin no run."""
    door = Door()
    stranger = UUID(int=7)
    await door.events.keep((door.event("e-1", kind="other"), door.event("e-2", status="closed")))
    assert (await door.inputs(), door.unstarted) == ([], [])
    await door.events.keep((door.event("e-3", tenant=stranger),))
    assert await door.inputs() == []
    assert "is not one of this business" in door.unstarted[0]


async def test_tenants_have_keys_of_their_own() -> None:
    """The same key in two tenants is two wishes, and two workflows may be asked for under one key."""
    door = Door()
    worker = door.shop.worker()
    wish = Wish(key="k", input=refund())
    first = await start_once(worker, door.shop.tenant, "refund", wish)
    other = await start_once(worker, TENANT_B, "refund", wish)
    more = await start_once(
        worker, door.shop.tenant, "reserve_one", Wish(key="k", input={"line": "l", "units": 1})
    )
    assert len({first, other, more}) == 3
    assert await start_once(worker, door.shop.tenant, "refund", wish) == first


async def test_a_herald_begins_what_a_dead_door_has_kept() -> None:
    """An event that somebody kept and died, and that never comes again, begins its run all the same, once."""
    door, wrong = Door(), list[Exception]()
    await door.kept.keep((door.event("e-1"), door.event("e-22", status="closed")))
    herald = Herald(
        orchestrator=door.shop.worker(), events=door.events, on_error=wrong.append, route=lambda _stored: None
    )
    assert [await herald.tell_all() for _ in range(2)] == [2, 0]
    assert len(await door.inputs()) == 1
    assert (door.unstarted, wrong) == ([], [])
