"""Workflows on the real database: what holds in memory holds there, over restarts and with many workers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, TypeAlias
from uuid import UUID

import pytest
import pytest_asyncio
from psycopg import AsyncConnection, Error
from psycopg.sql import SQL, Identifier

from autobiz_kernel import Json, timed_id
from autobiz_kernel.approvals import MemoryApprovals, PostgresApprovals, Verdict
from autobiz_kernel.workflow import Standing
from autobiz_mocks import VirtualClock
from autobiz_oracles import PlainReceipt, PlainRequest, expect

from ..database import Connections
from ..shop.approval_life import Life
from ..shop.place import (
    TENANT_A,
    TEXT,
    Shop,
    hand_over,
    is_due_again,
    refund,
    shop_in_memory,
    shop_in_postgres,
)
from ..shop.random_graphs import Seeded, compiles, lives_through, random_business
from ..shop.tools import answer_of

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R08", "P1-R09", "INV-06"),
]


OpenShop: TypeAlias = Callable[..., Awaitable[Shop]]


@pytest_asyncio.fixture(loop_scope="session")
async def open_shop(app_connections: Connections, tenant: UUID) -> AsyncIterator[OpenShop]:
    """Opens the shop on connections of its own: once for each worker process that a test plays."""
    shops: list[tuple[Shop, list[AsyncConnection[Any]]]] = []

    async def opened(text: str = TEXT, owner: UUID = tenant) -> Shop:
        borrowed = [await app_connections.borrow() for _ in range(5)]
        shops.append((shop_in_postgres(borrowed, owner, text), borrowed))
        return shops[-1][0]

    yield opened
    for shop, borrowed in shops:
        hand_over(shop)
        for each in borrowed:
            await app_connections.give_back(each)


@pytest_asyncio.fixture(loop_scope="session")
async def shop(open_shop: OpenShop) -> Shop:
    return await open_shop()


@pytest.mark.adversarial(98)
@pytest.mark.test_id("P1-T15", "P1-T16")
async def test_a_large_refund_lives_through_restarts(shop: Shop, open_shop: OpenShop) -> None:
    """It waits for a person, each of its workers is new, and it ends, receipted once and replayable."""
    run_id = await shop.start("refund", refund(amount=6_000))
    expect.value(await shop.advance(run_id)).equals(Standing.SUSPENDED)
    again = await open_shop()
    (request,) = await again.waiting()
    expect.value(request.shown).equals(refund(amount=6_000))
    await again.decide(request, "U0ANN")
    expect.value(await again.worker().work()).equals(1)
    receipts = await again.ledger.receipts_of(shop.tenant, run_id)
    journal = [
        PlainRequest(method="POST", path=name, accepted=True, headers={"Idempotency-Key": key})
        for name, _, key in [*shop.seen, *again.seen]
        if name != "orders.read"
    ]
    expect.receipts([PlainReceipt(external_key=each.external_key) for each in receipts]).match(journal)
    expect.effects(journal).exactly_once("POST", "payments.refund")
    told = await again.replay(run_id)
    versions = await again.ledger.versions_of(shop.tenant, run_id)
    expect.replay(versions[-1].state_hash.hex(), told.state_hash.hex()).agrees()


@pytest.mark.adversarial(98)
@pytest.mark.test_id("P1-T16")
async def test_a_thousand_that_wait_keep_their_order_over_a_restart(shop: Shop, open_shop: OpenShop) -> None:
    """Another process finds a thousand requests, the more urgent first, and of those the older first."""
    chance, model = Random(98), MemoryApprovals()
    await shop.advance(await shop.start("refund", refund(amount=6_000)))
    (first,) = await shop.waiting()
    await model.ask(first)
    for number in range(1, 1_000):
        at = first.requested_at + timedelta(seconds=chance.randrange(-300, 300))
        request = replace(
            first,
            approval_id=UUID(int=chance.getrandbits(128)),
            run_id=timed_id(at, number),
            question=replace(first.question, priority=chance.randrange(10)),
            requested_at=at,
        )
        await shop.approvals.ask(request)
        await model.ask(request)
    again = await open_shop()
    found, wanted = [await each.open_ones(shop.tenant, limit=2_000) for each in (again.approvals, model)]
    expect.value(len(found)).equals(1_000)
    expect.value([each.approval_id for each in found]).equals([each.approval_id for each in wanted])
    urgency = [(-each.question.priority, each.requested_at) for each in found]
    expect.value(urgency).equals(sorted(urgency))


@pytest.mark.test_id("P1-T17")
@pytest.mark.negative
async def test_silence_about_money_is_a_no(shop: Shop) -> None:
    """A day after it was asked for, an unanswered refund is denied, by whichever worker looks."""
    run_id = await shop.start("refund", refund(amount=6_000))
    expect.value(await shop.until_over(run_id, step=timedelta(hours=6))).equals("FAILED")
    expect.effects(
        [
            PlainRequest(method="POST", path=name, accepted=True)
            for name, _, _ in shop.seen
            if name == "payments.refund"
        ]
    ).none()


@pytest.mark.parametrize("seed", [3, 17, 40])
async def test_queue_and_books_agree_with_those_in_memory(open_shop: OpenShop, seed: int) -> None:
    """The same workflow in the same world of chance ends in the same state, by the same calls."""
    told = []
    for make in ("memory", "postgres"):
        chance = Seeded(Random(seed))
        text = random_business(chance)
        assert compiles(text)
        shop = shop_in_memory(text) if make == "memory" else await open_shop(text, TENANT_A)
        told.append(await lives_through(chance, shop))
    expect.value(told[1]).equals(told[0])


@pytest.mark.parametrize("seed", range(3))
async def test_requests_stand_as_the_model_says(shop: Shop, seed: int) -> None:
    """Requests in the database go the ways of the plain model, and no other."""
    life = Life(Seeded(Random(seed)), shop.approvals, shop.tenant)
    await life.live(25)
    expect.value(await life.standings()).equals(life.expected())


@pytest.mark.adversarial(88)
@pytest.mark.negative
async def test_of_two_decisions_at_once_one_counts(shop: Shop, app_connections: Connections) -> None:
    """A yes and a no that meet leave one of them, and the other is told that it came too late."""
    run_id = await shop.start("refund", refund(amount=6_000))
    await shop.advance(run_id)
    (request,) = await shop.waiting()
    other = await app_connections.borrow()
    rival = Shop(
        compiled=shop.compiled, ledger=shop.ledger, queue=shop.queue, approvals=PostgresApprovals(other)
    )
    told = await asyncio.gather(
        shop.decide(request, "U0ANN", Verdict.APPROVE),
        rival.decide(request, "U0BOB", Verdict.DENY),
        return_exceptions=True,
    )
    await app_connections.give_back(other)
    expect.value(sum(isinstance(each, Exception) for each in told)).equals(1)
    kept = await shop.approvals.look(shop.tenant, request.approval_id)
    assert kept is not None
    expect.value(len(kept.decisions)).equals(1)


@pytest.mark.negative
@pytest.mark.parametrize("table", ["hitl_decisions", "hitl_late_decisions", "signals", "run_starts"])
async def test_what_was_said_cannot_be_unsaid(
    shop: Shop, connection: AsyncConnection[Any], table: str
) -> None:
    """Decisions, events and beginnings can be neither changed nor removed, not even by a superuser."""
    run_id = await shop.start("refund", refund(amount=6_000))
    await shop.advance(run_id)
    (request,) = await shop.waiting()
    told = await shop.decide(request, "U0ANN")
    await shop.approvals.keep_late(shop.tenant, request.approval_id, told.decisions[0])
    await shop.worker().tell(shop.tenant, "any.thing", "k", {}, signal_id="s-1")
    for words in ("UPDATE {} SET at = at", "DELETE FROM {}", "TRUNCATE {}"):
        statement = words.format(table)
        with expect.refusal(Error, "immutable"):
            await connection.execute(statement.encode())


@pytest.mark.negative
async def test_a_worker_that_wakes_up_late_writes_nothing(shop: Shop, open_shop: OpenShop) -> None:
    """While one is stuck in a call, another ends the run; the first is told, and one effect remains."""
    rival = await open_shop()
    stuck = asyncio.Event()
    gone = asyncio.Event()

    async def answer(operation: str, arguments: Json, key: str) -> Json:
        if operation == "payments.refund":
            stuck.set()
            await gone.wait()
        return answer_of(operation, arguments, key)

    shop.provider = answer
    run_id = await shop.start("refund", refund())
    late = asyncio.create_task(shop.advance(run_id))
    await stuck.wait()
    rival.clock = VirtualClock(shop.clock.now() + timedelta(minutes=10))
    expect.value(await rival.until_over(run_id)).equals("COMPLETED")
    gone.set()
    expect.value(await late).equals(Standing.LOST)
    receipts = await shop.ledger.receipts_of(shop.tenant, run_id)
    expect.value([receipt.tool for receipt in receipts]).equals(["payments", "mail"])
    await shop.replay(run_id)


@pytest.mark.negative
async def test_a_lease_locks_what_it_takes_and_no_more(shop: Shop, app_connections: Connections) -> None:
    """While a lease is not committed yet all other runs are there for others, however it was planned."""
    for number in range(1, 13):
        await shop.start("refund", refund(number))
    now = shop.clock.now()
    asked: list[Any] = [
        [shop.tenant],
        [shop.compiled.sha256],
        UUID(int=1),
        now,
        now + timedelta(minutes=1),
    ]
    statement = "SELECT run FROM lease_runs(%s, NULL, %s, %s, %s, %s, %s)"
    first, second = await app_connections.borrow(), await app_connections.borrow()
    try:
        async with first.transaction():
            # As a planner would that knows nothing yet of these tables, or something old.
            for way in ("hashjoin", "mergejoin", "material", "memoize", "indexscan", "bitmapscan"):
                await first.execute(SQL("SET LOCAL {} = off").format(Identifier(f"enable_{way}")))
            held = await (await first.execute(statement, [*asked, 4])).fetchall()
            left = await (await second.execute(statement, [*asked, 100])).fetchall()
    finally:
        await app_connections.give_back(first)
        await app_connections.give_back(second)
    expect.value((len(held), len(left), len({*held, *left}))).equals((4, 8, 12))


@pytest.mark.negative
async def test_leases_are_for_one_owner_and_one_configuration(shop: Shop, open_shop: OpenShop) -> None:
    """A held run is not due, nor is one of another configuration; a lease that has passed holds nothing."""
    run_id = await shop.start("refund", refund())
    queue, now = shop.queue, shop.clock.now()
    asked: dict[str, Any] = {"owner": TENANT_A, "now": now, "until": now + timedelta(seconds=60), "limit": 9}
    others = await queue.lease((shop.tenant,), configs=(b"\0" * 32,), **asked)
    (lease,) = await queue.lease((shop.tenant,), configs=(shop.compiled.sha256,), **asked)
    again = await queue.lease((shop.tenant,), configs=(shop.compiled.sha256,), **asked)
    expect.value((others, again, lease.epoch, lease.run_id)).equals(((), (), 1, run_id))
    asked |= {"now": now + timedelta(seconds=60), "until": now + timedelta(seconds=120)}
    (heir,) = await queue.lease((shop.tenant,), configs=(shop.compiled.sha256,), **asked)
    held = [
        await queue.renew(lease, until=now + timedelta(hours=1)) is not None,
        await queue.suspend(lease, now=now, due_at=now, waits=()),
        await queue.finish(lease),
    ]
    expect.value((heir.epoch, held, await queue.finish(heir))).equals((2, [False] * 3, True))


@pytest.mark.parametrize("is_woken", [False, True])
async def test_a_run_that_was_woken_while_it_was_held_is_due_at_once(shop: Shop, is_woken: bool) -> None:
    """Whoever lays it down for later does not overlook what has happened meanwhile."""
    is_due = await is_due_again(shop, is_woken=is_woken)
    expect.value({"woken": is_woken, "due": is_due}).equals({"woken": is_woken, "due": is_woken})
