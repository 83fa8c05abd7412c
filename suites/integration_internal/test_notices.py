"""Workers that wait are told at once that something is due, and are not told of what is not."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from psycopg import AsyncConnection, Error

from autobiz_kernel import NotDoneError
from autobiz_kernel.webhooks import Event, PostgresEvents, StoredEvent
from autobiz_kernel.workflow import Notices, Standing, Worker
from autobiz_oracles import expect

from ..database import Connections
from ..shop.place import Shop, hand_over, order, refund, shop_in_postgres
from ..waiting import patiently

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-R08"),
]
# Longer than any test may take: who is not told never comes back.
FOR_EVER = timedelta(days=1)
LISTENING = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND query = 'LISTEN autobiz_due'
"""


@pytest_asyncio.fixture(loop_scope="session")
async def shop(app_connections: Connections, tenant: UUID) -> AsyncIterator[Shop]:
    wires: list[AsyncConnection[Any]] = [await app_connections.borrow() for _ in range(5)]
    made = shop_in_postgres(wires, tenant)
    yield made
    hand_over(made)
    for each in wires:
        await app_connections.give_back(each)


class Listener:
    """Counts notices in the order of their commits, up to one of its own."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection

    async def count(self) -> int:
        """How many there were since the last time."""
        await self._connection.execute("SELECT pg_notify('autobiz_due', 'until here')")
        heard = 0
        async for notice in self._connection.notifies():
            if notice.payload:
                break
            heard += 1
        return heard


@pytest_asyncio.fixture(loop_scope="session")
async def notices(app_database: str) -> AsyncIterator[Listener]:
    async with await AsyncConnection.connect(app_database, autocommit=True) as connection:
        await connection.execute("LISTEN autobiz_due")
        yield Listener(connection)


async def event_for(shop: Shop, connection: AsyncConnection[Any]) -> None:
    """Let an event be kept, by the application."""
    now = shop.clock.now()
    event = Event(source="s", source_event_id=uuid4().hex, type="t", entity="e", occurred_at=now, payload={})
    kept = StoredEvent(
        tenant=shop.tenant,
        event_id=uuid4(),
        event=event,
        received_at=now,
        payload="{}",
        payload_sha256=b"x" * 32,
    )
    await PostgresEvents(connection).keep((kept,))


async def test_whatever_makes_a_run_due_is_told(
    shop: Shop, notices: Listener, app_connection: AsyncConnection[Any]
) -> None:
    """A run that begins, a decision, an event, a word that calls it off: each is heard, once."""
    heard: dict[str, int] = {}
    waiting = await shop.start("refund", refund(amount=6_000))
    heard["begun"] = await notices.count()
    await shop.advance(waiting)
    await notices.count()
    (request,) = await shop.waiting()
    await shop.decide(request, "U0ANN")
    heard["decided"] = await notices.count()
    expecting = await shop.start("reserve_all", order())
    await shop.advance(expecting)
    shop.clock.advance(timedelta(minutes=2))
    await shop.advance(expecting)
    await notices.count()
    await shop.worker().tell(shop.tenant, "order.shipped", "o-1", {"parcel": "p"}, signal_id="s-1")
    heard["came"] = await notices.count()
    later = await shop.start("reserve_all", order(2))
    await shop.advance(later)
    await notices.count()
    await shop.cancel(later)
    heard["called off"] = await notices.count()
    await event_for(shop, app_connection)
    heard["kept"] = await notices.count()
    expect.value(heard).equals(dict.fromkeys(heard, 1))


@pytest.mark.negative
async def test_what_makes_nothing_due_is_not_told(shop: Shop, notices: Listener) -> None:
    """Leases, steps, laying down and waking a run that is held tell nobody, so that nobody looks in vain."""
    run_id = await shop.start("reserve_all", order())
    await notices.count()
    shop.answers["orders.read"] = [NotDoneError()]
    soon = await shop.start("refund", refund())
    await notices.count()
    # The one is laid down for longer than a lease, the other for less.
    standings = [await shop.advance(each) for each in (run_id, soon)]
    expect.value(standings).equals([Standing.SUSPENDED] * 2)
    heard = [await notices.count()]
    shop.clock.advance(timedelta(minutes=2))
    now = shop.clock.now()
    asked: dict[str, Any] = {"configs": (shop.compiled.sha256,), "owner": uuid4(), "now": now, "limit": 1}
    asked |= {"until": now + timedelta(minutes=1), "run_id": run_id}
    (lease,) = await shop.queue.lease((shop.tenant,), **asked)
    await shop.queue.wake(shop.tenant, run_id, now=now)
    heard.append(await notices.count())
    await shop.queue.renew(lease, until=now + timedelta(minutes=3))
    await shop.queue.finish(lease)
    heard.append(await notices.count())
    expect.value(heard).equals([0] * 3)


async def test_a_worker_that_waits_for_ever_is_woken(shop: Shop, app_database: str) -> None:
    """One that has nothing to do goes on with a run as soon as it is begun and as soon as it is decided."""
    errors: list[Exception] = []
    notices = Notices(url=app_database, on_error=errors.append, at_most=FOR_EVER)
    stopped = asyncio.Event()
    worker = Worker(orchestrator=shop.worker(), idle=notices.idle, on_error=errors.append)
    working = asyncio.create_task(worker.run(stopped))
    first = await shop.start("refund", refund())
    ended = [await end_of(shop, first)]
    second = await shop.start("refund", refund(2, amount=6_000))
    for _ in patiently("somebody is asked"):
        await asyncio.sleep(0)
        if asked := await shop.waiting():
            await shop.decide(asked[0], "U0ANN")
            break
    ended.append(await end_of(shop, second))
    stopped.set()
    await shop.start("refund", refund(3))
    await working
    await notices.close()
    expect.value(ended).equals(["COMPLETED"] * 2)
    expect.complaints(errors, about=[first, second]).none()


async def end_of(shop: Shop, run_id: UUID) -> str:
    """Why a run is over, once it is."""
    for _ in patiently("the run is over"):
        await asyncio.sleep(0)
        record = await shop.ledger.load_run(shop.tenant, run_id)
        if record is not None and record.termination_reason is not None:
            break
    return str((await shop.record(run_id)).termination_reason)


@pytest.mark.negative
async def test_a_database_that_hangs_up_is_listened_to_again(
    shop: Shop, app_database: str, connection: AsyncConnection[Any]
) -> None:
    """The error is told, the time is waited, and then notices are heard as before."""
    errors: list[Exception] = []
    notices = Notices(url=app_database, on_error=errors.append, at_most=timedelta(0))
    # Whatever happened before it listened is found by looking, which is what hearing something leads to.
    heard = [await notices.heard()]
    await connection.execute(LISTENING)
    for _ in patiently("the error is told"):
        await notices.heard()
        if errors:
            break
    heard.append(await notices.heard())
    notices.at_most = FOR_EVER
    await shop.start("refund", refund())
    heard.append(await notices.heard())
    await notices.close()
    expect.value((len(errors), isinstance(errors[0], Error), heard)).equals((1, True, [True] * 3))
