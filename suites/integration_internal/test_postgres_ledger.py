"""The books in PostgreSQL alone: a statement of many calls, moments with a zone, and which rows it reads."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs
from psycopg import AsyncConnection
from psycopg.errors import LockNotAvailable

from autobiz_kernel import (
    LEASE,
    ClaimOutcome,
    PostgresLedger,
    SettleKind,
    SettleOutcome,
    StoreError,
)
from autobiz_oracles import expect

from ..ledgers_alike import (
    BEGIN,
    EXTERNAL,
    a_run,
    asked,
    settlement,
)

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "INV-05"),
]


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_one_bad_call_does_not_spoil_its_neighbours(ledger: PostgresLedger, tenant: UUID) -> None:
    """Where the database refuses one settlement of a batch, it alone fails; the others are written once."""
    run = a_run(tenant)
    await ledger.begin(run)
    made = []
    for number in range(1, 6):
        key = bytes([number]) * 32
        answer = await ledger.claim(asked(run, key=key))
        made.append(settlement(run, SettleKind.DONE, epoch=answer.epoch, key=key, result={"number": number}))
    receipt = made[2].receipt
    assert receipt is not None
    made[2] = structs.replace(made[2], receipt=replace(receipt, external_key=EXTERNAL[:-1]))
    told = await asyncio.gather(*(ledger.settle(each) for each in made), return_exceptions=True)
    expect.value([type(each).__name__ for each in told]).equals(
        [
            "SettleAnswer",
            "SettleAnswer",
            "CheckViolation",
            "SettleAnswer",
            "SettleAnswer",
        ]
    )
    kept = await ledger.receipts_of(tenant, run.run_id)
    expect.value([dict(each.result)["number"] for each in kept]).equals([1, 2, 4, 5])
    spoilt = await ledger.claim(asked(run, key=bytes([3]) * 32, now=BEGIN + LEASE))
    expect.value(spoilt.outcome).equals(ClaimOutcome.UNCERTAIN)


@pytest.mark.test_id("P1-T12")
@pytest.mark.negative
async def test_a_moment_without_a_zone_is_refused(ledger: PostgresLedger, tenant: UUID) -> None:
    """A clock that does not say where it stands is refused before the database is asked."""
    nowhere: datetime = BEGIN.replace(tzinfo=None)
    with expect.refusal(StoreError, "no time zone"):
        await ledger.claim(asked(a_run(tenant), now=nowhere))


@pytest.mark.test_id("P1-T11")
async def test_a_call_touches_its_own_rows_only(
    ledger: PostgresLedger, connection: AsyncConnection[Any], tenant: UUID
) -> None:
    """The last claim of a tenant reads as much as the first, whatever the planner believes of the table."""
    run = a_run(tenant)
    await ledger.begin(run)
    before = await _read(ledger, connection)
    for first in range(0, 300, 50):
        keys = [number.to_bytes(32, "big") for number in range(first, first + 50)]
        answers = await asyncio.gather(*(ledger.claim(asked(run, key=key)) for key in keys))
        for key, answer in zip(keys, answers, strict=True):
            await ledger.settle(settlement(run, SettleKind.DONE, epoch=answer.epoch, key=key))
    expect.value(await _read(ledger, connection) - before).at_most(3 * 300)


async def _read(ledger: PostgresLedger, connection: AsyncConnection[Any]) -> int:
    """How many claims were read so far."""
    for each in ledger.connections:
        await each.execute("SELECT pg_stat_force_next_flush()")
        await each.execute("SELECT 1")
    cursor = await connection.execute(
        "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'idempotency'"
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.test_id("P1-T11", "P1-T13")
@pytest.mark.negative
async def test_a_ride_that_is_not_taken_stops_alone(ledger: PostgresLedger, tenant: UUID) -> None:
    """Of many runs in one statement the one that was taken over neither writes nor claims anything."""
    runs = [a_run(tenant, number) for number in range(1, 6)]
    rides = []
    for number, run in enumerate(runs):
        await ledger.begin(run)
        key = bytes([number + 1]) * 32
        answer = await ledger.claim(asked(run, key=key))
        rides.append(
            (
                [settlement(run, SettleKind.DONE, epoch=answer.epoch, key=key)],
                asked(run, key=bytes([number + 101]) * 32),
            )
        )
    await ledger.take_run(tenant, runs[2].run_id, now=BEGIN)
    told = await asyncio.gather(*(ledger.ride(*ride) for ride in rides))
    expect.value([each.is_taken for each in told]).equals([True, True, False, True, True])
    expect.value([each.claim and each.claim.outcome for each in told]).equals(
        [ClaimOutcome.CLAIMED] * 2 + [ClaimOutcome.FENCED] + [ClaimOutcome.CLAIMED] * 2
    )
    kept = [len(await ledger.receipts_of(tenant, run.run_id)) for run in runs]
    expect.value(kept).equals([1, 1, 0, 1, 1])


@pytest.mark.test_id("P1-T11")
async def test_a_ride_whose_claim_was_overtaken_says_so(ledger: PostgresLedger, tenant: UUID) -> None:
    """A carried step whose claim has passed to another leaves its trace, and nothing is claimed behind it."""
    run = a_run(tenant)
    await ledger.begin(run)
    answer = await ledger.claim(asked(run))
    late = settlement(run, SettleKind.DONE, epoch=answer.epoch + 1)
    told = await ledger.ride([late], asked(run, key=bytes([9]) * 32))
    expect.value([each.outcome for each in told.settled]).equals([SettleOutcome.LEASE_LOST])
    expect.value(told.claim and told.claim.outcome).equals(ClaimOutcome.FENCED)
    expect.value([row.outcome for row in await ledger.traces_of(tenant, run.run_id)]).equals(["LEASE_LOST"])
    free = await ledger.claim(asked(run, key=bytes([9]) * 32))
    expect.value(free.outcome).equals(ClaimOutcome.CLAIMED)


@pytest.mark.test_id("P1-T11", "P1-T13")
@pytest.mark.negative
async def test_who_holds_a_run_for_long_keeps_no_other_waiting(app_database: str, tenant: UUID) -> None:
    """Where somebody holds the lock of one run, its call alone fails after a while, and later it goes."""
    ledger = await PostgresLedger.connect(app_database, patience=timedelta(milliseconds=150))
    runs, made = [a_run(tenant, 1), a_run(tenant, 2)], []
    for number, run in enumerate(runs):
        await ledger.begin(run)
        key = bytes([number + 1]) * 32
        answer = await ledger.claim(asked(run, key=key))
        made.append(settlement(run, SettleKind.DONE, epoch=answer.epoch, key=key))
    async with await AsyncConnection.connect(app_database) as holder:
        await holder.execute("SELECT set_config('autobiz.tenant', %s, false)", [str(tenant)])
        await holder.execute("SELECT FROM runs WHERE run_id = %s FOR UPDATE", [runs[0].run_id])
        told = await asyncio.gather(*map(ledger.settle, made), return_exceptions=True)
        expect.value([type(each).__name__ for each in told]).equals(["QueryCanceled", "SettleAnswer"])
        with expect.refusal(LockNotAvailable):
            await ledger.take_run(tenant, runs[0].run_id, now=BEGIN)
        other = await ledger.load_run(tenant, runs[1].run_id)
        expect.value(other and other.receipt_seq).equals(1)
    expect.value((await ledger.settle(made[0])).outcome).equals(SettleOutcome.SETTLED)
    await ledger.close()
