"""Which doors there are besides the tenant's own, in the database's own words."""

from typing import Any

import pytest
from psycopg import AsyncConnection

from autobiz_oracles import expect

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R21", "P1-R24", "P1-R07"),
    pytest.mark.test_id("P1-T31"),
]

OPEN = [
    *(
        (table, "archive", "SELECT", "{autobiz_archive}")
        for table in ("idempotency", "receipts", "run_queue")
    ),
    ("run_queue", "dispatch", "ALL", "{autobiz_dispatch}"),
    *((table, "archive", "SELECT", "{autobiz_archive}") for table in ("runs", "state_versions", "traces")),
]


# Whole tables and single columns, in the order of their names.
MAY_READ = [
    "archives",
    *(f"idempotency.{column}" for column in ("expires_at", "receipt_run")),
    "receipts",
    "run_queue.run_id",
    *(f"runs.{column}" for column in ("head_hash", "receipt_seq", "run_id", "tenant_id")),
    *(f"runs.{column}" for column in ("termination_reason", "updated_at")),
    "state_versions",
    "traces",
]


async def other_policies(connection: AsyncConnection[Any]) -> list[tuple[str, ...]]:
    """Every policy that is not the tenant's, with the role that it opens a table for, and to do what."""
    cursor = await connection.execute(
        """SELECT tablename, policyname, cmd, roles::text FROM pg_policies WHERE policyname <> 'tenant'
           ORDER BY 1, 2"""
    )
    return await cursor.fetchall()


async def test_policies_are_these_and_no_more(connection: AsyncConnection[Any]) -> None:
    """A dispatcher sees the queue, and who archives reads six tables; no other policy opens any."""
    expect.value(await other_policies(connection)).equals(OPEN)


@pytest.mark.negative
@pytest.mark.parametrize(
    "harm",
    [
        "CREATE POLICY archive ON anchors FOR SELECT TO autobiz_archive USING (true)",
        "CREATE POLICY more ON receipts TO autobiz_app USING (true)",
        "ALTER POLICY archive ON receipts TO autobiz_archive, autobiz_app",
        "DROP POLICY archive ON runs; CREATE POLICY archive ON runs TO autobiz_archive USING (true)",
    ],
)
async def test_one_policy_too_many_is_found(connection: AsyncConnection[Any], harm: str) -> None:
    """A policy of another table, for another role or for more than reading makes the catalog's test fail."""
    async with connection.transaction(force_rollback=True):
        await connection.execute(harm.encode())
        expect.value(await other_policies(connection)).differs_from(OPEN)


async def test_who_archives_reads_whole_rows_of_three_tables_alone(connection: AsyncConnection[Any]) -> None:
    """Of runs, queue and claims the archive's role sees what tells that a week is over; it writes nothing."""
    cursor = await connection.execute(
        """SELECT c.relname || coalesce('.' || a.attname, '') FROM pg_class c
           LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
               AND NOT has_table_privilege('autobiz_archive', c.oid, 'SELECT')
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
             AND CASE WHEN a.attname IS NULL THEN has_table_privilege('autobiz_archive', c.oid, 'SELECT')
                 ELSE has_column_privilege('autobiz_archive', c.oid, a.attnum, 'SELECT') END ORDER BY 1"""
    )
    expect.value([name for (name,) in await cursor.fetchall()]).equals(MAY_READ)
    cursor = await connection.execute(
        """SELECT relname,
                  has_table_privilege('autobiz_archive', oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER') OR
                  has_any_column_privilege('autobiz_archive', oid, 'INSERT, UPDATE') FROM pg_class
           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"""
    )
    rows = await cursor.fetchall()
    expect.complaints([name for name, writes in rows if writes], about=[name for name, _ in rows]).none()
