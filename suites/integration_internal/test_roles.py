"""What the other roles of the database may do, and what not even the owner can."""

from typing import Any, LiteralString
from uuid import UUID

import pytest
from psycopg import AsyncConnection, sql
from psycopg.errors import (
    InsufficientPrivilege,
    RestrictViolation,
)

from autobiz_oracles import expect

from ..database import ReadReceipts
from ..kernel_tables import PARTITIONS, TABLES

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R21", "P1-R24"),
    pytest.mark.test_id("P1-T31", "P1-T34", "P1-T-RK06a", "P1-T-RK06b", "P1-T-RK06c"),
    pytest.mark.negative,
]


@pytest.mark.parametrize("partition", PARTITIONS)
async def test_even_the_owner_cannot_empty_a_partition(
    connection: AsyncConnection[Any], victim: UUID, receipts_of: ReadReceipts, partition: LiteralString
) -> None:
    """TRUNCATE of a partition would pass the parent's trigger by, so each partition has its own."""
    with expect.refusal(RestrictViolation, "immutable"):
        await connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(partition)))
    expect.value(len(await receipts_of(victim))).equals(1)


async def test_the_read_role_reads_one_tenant_and_writes_nothing(
    connection: AsyncConnection[Any], victim: UUID
) -> None:
    """Whoever reports sees the tenant that is set, and can change none of it."""
    async with connection.transaction(force_rollback=True):
        await connection.execute("SET LOCAL ROLE autobiz_read")
        await connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(victim)])
        cursor = await connection.execute("SELECT count(*) FROM receipts")
        expect.value(await cursor.fetchone()).equals((1,))
        with expect.refusal(InsufficientPrivilege):
            await connection.execute("INSERT INTO tenants VALUES (%s, 'x', now())", [victim])


async def test_the_dispatcher_sees_the_queue_and_nothing_else(connection: AsyncConnection[Any]) -> None:
    """The one role that sees all tenants' rows sees them in the one table without business data."""
    for table in TABLES:
        async with connection.transaction(force_rollback=True):
            await connection.execute("SET LOCAL ROLE autobiz_dispatch")
            statement = sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(table))
            if table == "run_queue":
                await connection.execute(statement)
            else:
                with expect.refusal(InsufficientPrivilege):
                    await connection.execute(statement)
