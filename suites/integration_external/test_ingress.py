"""Deliveries at the door: nothing is kept that is not believed, and nothing is kept twice."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from autobiz_kernel import Incident, IncidentKind
from autobiz_kernel.webhooks import Believed, Delivery, Ingress, PostgresEvents, Received, Why, verify
from autobiz_mocks import Served, VirtualClock
from autobiz_mocks.deliveries import Manners, Told, due, forged, plan, written
from autobiz_oracles import expect

from ..database import Connections
from ..faulty_wires import covers
from ..posting import HEX, OTHER, SENDERS, TIMED, WORD

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-RH05", "P1-R26"),
    pytest.mark.test_id("P1-H10", "P1-T36"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a sender was told; no provider sees anything of it."""

    result: Mapping[str, object]
    seen: tuple[Served, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Which events were sent, which were answered with a yes, and which are in the book."""

    attempted: list[str]
    acknowledged: list[str]
    found: list[str]


def answered(told: Received) -> Answer:
    return Answer(result={"status": told.status})


class Door:
    """One tenant's ingress, and what its book holds by plain SQL."""

    def __init__(
        self, app: AsyncConnection[Any], plain: AsyncConnection[Any], tenant: UUID, clock: VirtualClock
    ) -> None:
        sources = {name: sender.door for name, sender in SENDERS.items()}
        self.incidents: list[Incident] = []
        events = PostgresEvents(app, on_incident=self.incidents.append)
        self.ingress = Ingress(tenant=tenant, sources=sources, events=events, clock=clock)
        self._plain, self._tenant = plain, tenant

    async def kept(self) -> list[tuple[str, str, str]]:
        cursor = await self._plain.execute(
            "SELECT source, source_event_id, payload FROM event_store WHERE tenant_id = %s "
            "AND signature_valid ORDER BY source, source_event_id",
            [self._tenant],
        )
        return [tuple(row) for row in await cursor.fetchall()]

    async def beside(self) -> list[tuple[str, UUID, str]]:
        cursor = await self._plain.execute(
            "SELECT source, event_id, payload FROM event_conflicts WHERE tenant_id = %s", [self._tenant]
        )
        return [tuple(row) for row in await cursor.fetchall()]


@pytest_asyncio.fixture(loop_scope="session")
async def door(
    app_connections: Connections, connection: AsyncConnection[Any], tenant: UUID, clock: VirtualClock
) -> AsyncIterator[Door]:
    app = await app_connections.borrow()
    clock.advance(timedelta(hours=12))
    yield Door(app, connection, tenant, clock)
    await app_connections.give_back(app)


@covers(48, 49)
@pytest.mark.parametrize("name", SENDERS)
async def test_an_event_is_kept_once(name: str, door: Door, clock: VirtualClock) -> None:
    """A believed delivery is kept with its digest; a copy of it is answered alike and kept no more."""
    delivery = SENDERS[name].delivery()
    first, copy = await door.ingress.receive(name, delivery), await door.ingress.receive(name, delivery)
    expect.worlds(
        [(each.status, each.kept, each.copies) for each in (first, copy)], [(200, 1, 0), (200, 0, 1)]
    ).alike()
    expect.idempotency(answered(first), answered(copy)).same_result()
    verdict = verify(SENDERS[name].door, delivery, clock.now())
    assert isinstance(verdict, Believed)
    ids = [each.source_event_id for each in verdict.events]
    found = [event_id for _, event_id, _ in await door.kept()]
    expect.durability(Kept(attempted=ids, acknowledged=ids, found=found)).nothing_lost().nothing_invented()


# How each sender's event is told again, and how another one is told under its id.
AGAIN: Mapping[str, Mapping[str, Any]] = {
    "stripe": {"pending_webhooks": 2},
    "shopify": {},
    "sendgrid": {},
    "printful": {"retries": 3},
    "slack": {"trigger_id": "1.2", "response_url": "https://hooks.slack.com/actions/2"},
}


@covers(48)
@pytest.mark.adversarial(107)
@pytest.mark.negative
@pytest.mark.parametrize("name", SENDERS)
async def test_another_body_under_a_known_id_is_kept_beside(
    name: str, door: Door, clock: VirtualClock
) -> None:
    """A copy, however often it was sent, is one event; another body is an incident, and neither is lost."""
    sender = SENDERS[name]
    about = {**sender.about, "event-id": "ev-1"} if sender.about else {}

    async def receive(more: Mapping[str, Any]) -> Received:
        told = sender.tell(1)
        told = [{**each, **more} for each in told] if isinstance(told, list) else {**told, **more}
        return await door.ingress.receive(name, sender.signer.sign(written(told), clock.now(), about=about))

    await receive({})
    before = await door.kept()
    told = [await receive(AGAIN[name]), await receive({"odd": 1}), await receive({"odd": 1})]
    expect.value([(each.status, each.kept, each.copies) for each in told]).equals([(200, 0, 1)] * 3)
    expect.state(before, await door.kept()).unchanged()
    beside = await door.beside()
    expect.value([(source, '"odd":1' in payload) for source, _, payload in beside]).equals([(name, True)])
    expect.value([(each.kind, each.tool) for each in door.incidents]).equals(
        [(IncidentKind.EVENT_CONFLICT, name)]
    )
    expect.value(door.incidents[0].run_id).equals(beside[0][1])


@covers(53, 54, 55, 59)
@pytest.mark.negative
@pytest.mark.parametrize("name", SENDERS)
@pytest.mark.parametrize("how", ["missing", "wrong", "forged", "stale", "replayed"])
async def test_what_is_not_believed_is_not_kept(name: str, how: str, door: Door, clock: VirtualClock) -> None:
    """A signature that is missing, wrong, forged or stale leaves no row; a replayed one leaves no second."""
    sender = SENDERS[name]
    delivery = sender.delivery()
    if how == "replayed":
        await door.ingress.receive(name, delivery)
    if how == "stale" and name not in TIMED:
        # These sign no moment: only a known event's id tells an old delivery from a new one.
        await door.ingress.receive(name, delivery)
    if how in ("stale", "replayed"):
        clock.advance(timedelta(seconds=301))
    before = await door.kept()
    spoiled = {
        "missing": replace(delivery, headers={}),
        "wrong": sender.delivery(signer=sender.stranger),
        "forged": forged(delivery),
    }.get(how, delivery)
    told = await door.ingress.receive(name, spoiled)
    expect.state(before, await door.kept()).unchanged()
    # Neither what a stranger wrote nor a secret with which anything was signed is in the book.
    book = "\n".join(payload for _, _, payload in await door.kept()) or "nothing"
    expect.security({"event_store": book}).leaks_nothing(secrets=(WORD, OTHER, HEX))
    assert told.kept == 0
    if how in ("missing", "wrong", "forged"):
        expect.worlds(told.status, 401).alike()
    elif name in TIMED:
        expect.worlds((told.status, told.why), (401, Why.STALE)).alike()
    else:
        expect.worlds((told.status, told.copies), (200, 1)).alike()


@pytest.mark.negative
async def test_an_unknown_sender_has_no_door(door: Door) -> None:
    """A source that nobody configured is not found, and nothing of it is kept."""
    told = await door.ingress.receive("paypal", Delivery(body=b"{}"))
    expect.worlds((told.status, await door.kept()), (404, [])).alike()


@pytest.mark.negative
async def test_nothing_personal_is_kept(door: Door) -> None:
    """Addresses are masked and secrets left out before an event is written down."""
    await door.ingress.receive("sendgrid", SENDERS["sendgrid"].delivery())
    ((_, _, payload),) = await door.kept()
    expect.security({"event_store": payload}).leaks_nothing()
    assert "a@example.com" not in payload
    assert '"event":"delivered"' in payload


@covers(48)
@pytest.mark.risk("RK02")
@pytest.mark.test_id("P1-T-RK02a")
async def test_copies_that_arrive_at_once_are_one(door: Door) -> None:
    """Eight copies of one event delivered at the same moment leave one row."""
    told = await asyncio.gather(
        *(door.ingress.receive("stripe", SENDERS["stripe"].delivery()) for _ in range(8))
    )
    expect.worlds(sum(each.kept for each in told), 1).alike()
    expect.idempotency(*map(answered, told)).same_result()
    assert len(await door.kept()) == 1


@covers(48, 51, 53, 54)
@pytest.mark.risk("RK02")
@pytest.mark.parametrize("number", range(3))
async def test_a_bad_post_tells_the_same(number: int, seed: int, door: Door, clock: VirtualClock) -> None:
    """However badly the post behaves, what is believed is kept once, and nothing forged is."""
    rng = random.Random(f"{seed}/{number}")
    begins = clock.now()
    events = [
        Told(
            source=name,
            at=begins + timedelta(minutes=rng.randrange(600)),
            payload=SENDERS[name].tell(event),
            about={**SENDERS[name].about, "event-id": f"ev-{event}"} if SENDERS[name].about else {},
        )
        for name in SENDERS
        for event in range(6)
    ]
    manners = Manners(duplicated=0.5, delayed=0.5, skewed=0.2, forged=0.3)
    signers = {name: sender.signer for name, sender in SENDERS.items()}
    draw = rng.randrange(2**32)
    posts = plan(events, signers, manners, seed=draw)
    assert posts == plan(events, signers, manners, seed=draw)
    believed: set[tuple[str, bytes]] = set()
    at = begins - timedelta(seconds=1)
    for post in posts:
        if post.arrives_at > clock.now():
            clock.advance(post.arrives_at - clock.now())
        assert post in due(posts, since=at, until=clock.now())
        told = await door.ingress.receive(post.source, post.delivery)
        assert not (post.is_forged and told.kept)
        if told.status == 200:
            believed.add((post.source, post.delivery.body))
    expect.worlds(len(await door.kept()), len(believed)).alike()
    untimed = [name for name in SENDERS if name not in TIMED]
    kept = [source for source, _, _ in await door.kept()]
    assert all(kept.count(name) == 6 for name in untimed)


@covers(56)
@pytest.mark.negative
async def test_an_unknown_shape_is_kept_as_it_is(door: Door, clock: VirtualClock) -> None:
    """A new topic, version or field is kept for whoever reads it; it is not guessed at, and not lost."""
    told = {
        **SENDERS["stripe"].tell(1),
        "type": "moon.landed",
        "api_version": "2099-01-01",
        "new": {"a": [1]},
    }
    delivery = SENDERS["stripe"].signer.sign(written(told), clock.now(), about={})
    received = await door.ingress.receive("stripe", delivery)
    ((_, _, payload),) = await door.kept()
    expect.worlds((received.kept, '"new":{"a":[1]}' in payload), (1, True)).alike()


@covers(47)
@pytest.mark.negative
async def test_each_click_is_told_once_with_what_it_was_about(door: Door, clock: VirtualClock) -> None:
    """Two people, or one twice, are two clicks, a copy is none, and each tells the digest it saw."""
    clicks = [
        ("U1", "1767268800.000100"),
        ("U1", "1767268800.000100"),
        ("U1", "1767268801.000100"),
        ("U2", "1767268800.000100"),
    ]
    for user, at in clicks:
        told = SENDERS["slack"].tell(1)
        told["user"]["id"], told["actions"][0]["action_ts"] = user, at
        await door.ingress.receive(
            "slack", SENDERS["slack"].signer.sign(written(told), clock.now(), about={})
        )
    kept = await door.kept()
    expect.worlds(len(kept), 3).alike()
    assert all('"value":"a-1:ab"' in payload for _, _, payload in kept)
