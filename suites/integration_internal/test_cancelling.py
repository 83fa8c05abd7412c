"""Runs that are called off, on the real database: from the terminal, in a call, in a race."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from autobiz_kernel import Json, SystemClock
from autobiz_kernel.approvals import LateDecisionError, Status
from autobiz_kernel.workflow import Standing
from autobiz_mocks import VirtualClock
from autobiz_oracles import expect

from ..database import Connections
from ..shop.place import Shop, hand_over, order, refund, shop_in_postgres
from ..waiting import patiently
from .autobiz_command import autobiz

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R08", "P1-R09", "INV-06"),
]

SECOND = timedelta(seconds=1)
_END = "UPDATE runs SET termination_reason = 'MAX_TIME' WHERE tenant_id = %s AND run_id = %s"
_STUCK = """
SELECT count(*) FROM pg_locks
WHERE NOT granted AND locktype = 'transactionid' AND transactionid = pg_current_xact_id()::xid
"""


@pytest_asyncio.fixture(loop_scope="session")
async def shop(app_connections: Connections, tenant: UUID) -> AsyncIterator[Shop]:
    """A shop at the moment that it is, because commands know no other."""
    wires: list[AsyncConnection[Any]] = [await app_connections.borrow() for _ in range(5)]
    made = shop_in_postgres(wires, tenant)
    made.clock = VirtualClock(SystemClock().now())
    yield made
    hand_over(made)
    for each in wires:
        await app_connections.give_back(each)


async def test_a_run_is_called_off_from_the_terminal(shop: Shop, app_database: str) -> None:
    """It is due at once and undone, and replays; again is told so, and too late is exit code 1."""
    run_id = await shop.start("reserve_all", order())
    expect.value(await shop.advance(run_id)).equals(Standing.SUSPENDED)
    words = ["cancel", str(run_id), "--tenant", str(shop.tenant), "--as", "ann"]
    expect.program(autobiz(*words, database=app_database)).ended(2).said("--reason")
    words += ["--reason", "sold out"]
    expect.program(autobiz(*words, database=app_database)).ended(0).said("is called off")
    expect.program(autobiz(*words, database=app_database)).ended(0).said("called off before")
    shop.clock = VirtualClock(SystemClock().now())
    expect.value(await shop.advance(run_id)).equals(Standing.ENDED)
    reason = (await shop.record(run_id)).termination_reason
    released = len(shop.made("stock.release"))
    expect.value({"reason": reason, "released": released}).equals({"reason": "CANCELLED", "released": 3})
    expect.program(autobiz(*words, database=app_database)).ended(1).said("is over")
    words[1] = str(shop.tenant)
    expect.program(autobiz(*words, database=app_database)).ended(2).said("not there for this tenant")
    told = await shop.replay(run_id)
    versions = await shop.ledger.versions_of(shop.tenant, run_id)
    expect.replay(versions[-1].state_hash.hex(), told.state_hash.hex()).agrees()


async def test_whoever_is_in_a_call_finishes_it_and_undoes_it(shop: Shop) -> None:
    """A run is called off while its worker waits for a provider: the answer is kept, then taken back."""
    asked, gone = asyncio.Event(), asyncio.Event()
    usual = shop.answer

    async def answer(operation: str, arguments: Json, key: str) -> Any:
        if operation == "stock.reserve":
            asked.set()
            await gone.wait()
        return await usual(operation, arguments, key)

    shop.provider = answer
    run_id = await shop.start("reserve_all", order(lines=1))
    busy = asyncio.create_task(shop.advance(run_id))
    await asked.wait()
    shop.clock.advance(SECOND)
    await shop.cancel(run_id)
    gone.set()
    expect.value(await busy).equals(Standing.ENDED)
    receipts = [each.operation for each in await shop.ledger.receipts_of(shop.tenant, run_id)]
    expect.value(receipts).equals(["reserve", "release"])
    expect.value((await shop.record(run_id)).termination_reason).equals("CANCELLED")


@pytest.mark.negative
async def test_a_decision_that_meets_the_end_of_its_run_waits_for_it(
    shop: Shop, connection: AsyncConnection[Any]
) -> None:
    """While a run is being ended nobody can decide; then the word is refused, and kept as too late."""
    run_id = await shop.start("refund", refund(amount=6_000))
    await shop.advance(run_id)
    (request,) = await shop.waiting()
    async with connection.transaction():
        await connection.execute(_END, [shop.tenant, run_id])
        deciding = asyncio.create_task(shop.decide(request, "U0ANN"))
        for _ in patiently("the decision waits"):
            await asyncio.sleep(0)
            cursor = await connection.execute(_STUCK)
            row = await cursor.fetchone()
            if row and row[0]:
                break
    with expect.refusal(LateDecisionError, "MAX_TIME"):
        await deciding
    kept = await shop.approvals.look(shop.tenant, request.approval_id)
    late = await shop.approvals.late_ones(shop.tenant, request.approval_id)
    assert kept is not None
    expect.value((kept.status, kept.decisions)).equals((Status.PENDING, ()))
    expect.value([each.approver for each in late]).equals(["ann"])
