"""Workflows on the real database: what holds in memory holds there, over restarts and for more than one worker."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from psycopg import AsyncConnection, Error

from autobiz_kernel import Json
from autobiz_kernel.approvals import PostgresApprovals, Verdict
from autobiz_kernel.workflow import PostgresQueue, Standing
from autobiz_mocks import VirtualClock
from autobiz_oracles import PlainReceipt, PlainRequest, expect

from ..database import Connections
from ..shop.approval_life import Life
from ..shop.place import TENANT_A, Shop, refund, shop_in_memory, shop_in_postgres
from ..shop.random_graphs import Seeded, compiles, lives_through, random_business
from ..shop.tools import answer_of

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R08", "P1-R09", "INV-06"),
]


@pytest_asyncio.fixture(loop_scope="session")
async def wires(app_connections: Connections) -> AsyncIterator[list[AsyncConnection[Any]]]:
    borrowed = [await app_connections.borrow() for _ in range(4)]
    yield borrowed
    for each in borrowed:
        await app_connections.give_back(each)


@pytest.fixture
def shop(wires: list[AsyncConnection[Any]], tenant: UUID) -> Shop:
    return shop_in_postgres(wires, tenant)


@pytest.mark.test_id("P1-T15", "P1-T16")
async def test_a_large_refund_lives_through_restarts(shop: Shop, wires: list[AsyncConnection[Any]]) -> None:
    """It waits for a person, each of its workers is new, and it ends, receipted once, with a true transcript."""
    run_id = await shop.start("refund", refund(amount=6_000))
    assert await shop.advance(run_id) is Standing.SUSPENDED
    again = shop_in_postgres(wires, shop.tenant)
    (request,) = await again.waiting()
    assert request.shown == refund(amount=6_000)
    await again.decide(request, "U0ANN")
    assert await again.worker().work() == 1
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


@pytest.mark.test_id("P1-T17")
@pytest.mark.negative
async def test_silence_about_money_is_a_no(shop: Shop) -> None:
    """A day after it was asked for, an unanswered refund is denied, by whichever worker looks."""
    run_id = await shop.start("refund", refund(amount=6_000))
    assert await shop.until_over(run_id, step=timedelta(hours=6)) == "FAILED"
    expect.effects(
        [
            PlainRequest(method="POST", path=name, accepted=True)
            for name, _, _ in shop.seen
            if name == "payments.refund"
        ]
    ).none()


@pytest.mark.parametrize("seed", [3, 17, 40])
async def test_queue_and_books_agree_with_those_in_memory(
    wires: list[AsyncConnection[Any]], connection: AsyncConnection[Any], seed: int
) -> None:
    """The same workflow in the same world of chance ends in the same state, by the same calls."""
    told = []
    for make in ("memory", "postgres"):
        chance = Seeded(Random(seed))
        text = random_business(chance)
        assert compiles(text)
        shop = shop_in_memory(text) if make == "memory" else shop_in_postgres(wires, TENANT_A, text)
        told.append(await lives_through(chance, shop))
    assert told[0] == told[1]


@pytest.mark.parametrize("seed", range(3))
async def test_requests_stand_as_the_model_says(
    wires: list[AsyncConnection[Any]], tenant: UUID, seed: int
) -> None:
    """Requests in the database go the ways of the plain model, and no other."""
    await Life(Seeded(Random(seed)), PostgresApprovals(wires[3]), tenant).live(25)


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
    assert sum(isinstance(each, Exception) for each in told) == 1
    kept = await shop.approvals.look(shop.tenant, request.approval_id)
    assert kept is not None
    assert len(kept.decisions) == 1


@pytest.mark.negative
@pytest.mark.parametrize("table", ["hitl_decisions", "signals", "run_starts"])
async def test_what_was_said_cannot_be_unsaid(
    shop: Shop, connection: AsyncConnection[Any], table: str
) -> None:
    """Decisions, events and beginnings can be neither changed nor removed, by the owner of the database either."""
    run_id = await shop.start("refund", refund(amount=6_000))
    await shop.advance(run_id)
    await shop.decide((await shop.waiting())[0], "U0ANN")
    await shop.worker().tell(shop.tenant, "any.thing", "k", {}, signal_id="s-1")
    for statement in (f"UPDATE {table} SET at = at", f"DELETE FROM {table}", f"TRUNCATE {table}"):  # noqa: S608  # names of this very test
        with pytest.raises(Error, match="immutable"):
            await connection.execute(statement.encode())


@pytest.mark.negative
async def test_a_worker_that_wakes_up_late_writes_nothing(
    shop: Shop, wires: list[AsyncConnection[Any]]
) -> None:
    """While one is stuck in a call its lease passes and another ends the run; the first is told, and one effect remains."""
    rival = shop_in_postgres(wires, shop.tenant)
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
    # On connections of its own, as another process would be.
    assert await rival.until_over(run_id) == "COMPLETED"
    gone.set()
    assert await late is Standing.LOST
    receipts = await shop.ledger.receipts_of(shop.tenant, run_id)
    assert [receipt.tool for receipt in receipts] == ["payments", "mail"]
    await shop.replay(run_id)


@pytest.mark.negative
async def test_leases_are_for_one_owner_and_one_configuration(
    shop: Shop, wires: list[AsyncConnection[Any]]
) -> None:
    """A run that is held is not due, nor is it for a worker with another configuration; a passed lease holds nothing."""
    run_id = await shop.start("refund", refund())
    queue, now = shop.queue, shop.clock.now()
    asked: dict[str, Any] = {"owner": TENANT_A, "now": now, "until": now + timedelta(seconds=60), "limit": 9}
    others = await queue.lease((shop.tenant,), configs=(b"\0" * 32,), **asked)
    (lease,) = await queue.lease((shop.tenant,), configs=(shop.compiled.sha256,), **asked)
    again = await queue.lease((shop.tenant,), configs=(shop.compiled.sha256,), **asked)
    assert (others, again, lease.epoch, lease.run_id) == ((), (), 1, run_id)
    asked |= {"now": now + timedelta(seconds=60), "until": now + timedelta(seconds=120)}
    (heir,) = await queue.lease((shop.tenant,), configs=(shop.compiled.sha256,), **asked)
    assert heir.epoch == 2
    assert await queue.renew(lease, until=now + timedelta(hours=1)) is None
    assert not await queue.suspend(lease, now=now, due_at=now, waits=())
    assert not await queue.finish(lease)
    assert await queue.finish(heir)
    assert isinstance(queue, PostgresQueue)
