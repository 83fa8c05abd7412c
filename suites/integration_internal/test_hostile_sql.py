"""A stranger with the application's own login and any SQL he likes: nothing of another tenant is his."""

from collections.abc import AsyncIterator
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from psycopg import AsyncConnection, sql
from psycopg.errors import (
    InsufficientPrivilege,
    InvalidTextRepresentation,
    UndefinedObject,
)

from autobiz_kernel import PostgresLedger
from autobiz_oracles import expect

from ..kernel_tables import PARTITIONS, TABLES, VICTIM_SECRET
from ..ledgers_alike import a_run

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R21", "P1-R24"),
    pytest.mark.test_id("P1-T31", "P1-T34", "P1-T-RK06a", "P1-T-RK06b", "P1-T-RK06c"),
    pytest.mark.negative,
]


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(app_connection: AsyncConnection[Any], tenant: UUID) -> AsyncIterator[AsyncConnection[Any]]:
    """The application's login, in a transaction of another tenant that leaves nothing behind."""
    async with app_connection.transaction(force_rollback=True):
        await app_connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])
        yield app_connection


@pytest.mark.parametrize("table", TABLES)
async def test_no_row_of_another_tenant_is_seen(
    stranger: AsyncConnection[Any], victim: UUID, table: LiteralString
) -> None:
    """By name, by count or through the system's own columns, another tenant's rows are not there."""
    for condition in (
        "tenant_id = %(victim)s",
        "true",
        "ctid IS NOT NULL",
        "tenant_id <> %(victim)s OR true",
    ):
        statement = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(
            sql.Identifier(table), sql.SQL(condition)
        )
        cursor = await stranger.execute(statement, {"victim": victim})
        expect.value(await cursor.fetchone()).equals((0,))


@pytest.mark.adversarial(27)
@pytest.mark.parametrize("table", TABLES)
async def test_without_a_tenant_it_is_an_error(
    app_connection: AsyncConnection[Any], victim: UUID, table: LiteralString
) -> None:
    """No tenant means an error and not an empty answer, before the first tenant and after the last one."""
    fresh = await AsyncConnection.connect(
        app_connection.info.dsn, password=app_connection.info.password, autocommit=True
    )
    statement = sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(table))
    async with fresh:
        with expect.refusal(UndefinedObject, r"autobiz\.tenant"):
            await fresh.execute(statement)
        async with fresh.transaction():
            await fresh.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(victim)])
        with expect.refusal(InvalidTextRepresentation):
            await fresh.execute(statement)


@pytest.mark.adversarial(28)
async def test_a_pooled_connection_keeps_no_tenant(ledger: PostgresLedger, victim: UUID) -> None:
    """After a call for one tenant the connection that served it serves nobody."""
    await ledger.load_run(victim, uuid4())
    for connection in ledger.connections:
        with expect.refusal((InvalidTextRepresentation, UndefinedObject)):
            await connection.execute("SELECT 1 FROM runs")


@pytest.mark.adversarial(29)
@pytest.mark.parametrize("value", ["'; SELECT 1 --", "x' OR true --", "", "NULL", "%", "00000000"])
async def test_a_tenant_is_a_value_and_never_sql(app_connection: AsyncConnection[Any], value: str) -> None:
    """What is no tenant's id selects nothing and runs nothing."""
    async with app_connection.transaction(force_rollback=True):
        await app_connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [value])
        with expect.refusal(InvalidTextRepresentation):
            await app_connection.execute("SELECT 1 FROM runs")


FORBIDDEN: dict[str, LiteralString] = {
    **{f"read_{name}": f"TABLE {name}" for name in PARTITIONS},
    "copy_partition": "COPY receipts_rest TO STDOUT",
    "change_receipt": "UPDATE receipts SET body = ''",
    "delete_receipt": "DELETE FROM receipts",
    "delete_run": "DELETE FROM runs",
    "delete_claim": "DELETE FROM idempotency",
    "change_reset": "UPDATE circuit_resets SET who = 'somebody else'",
    "delete_reset": "DELETE FROM circuit_resets",
    "truncate": "TRUNCATE runs",
    "truncate_partition": "TRUNCATE receipts_rest",
    "no_policy": "ALTER TABLE runs DISABLE ROW LEVEL SECURITY",
    "own_policy": "CREATE POLICY all_of_it ON runs USING (true)",
    "no_trigger": "ALTER TABLE receipts DISABLE TRIGGER ALL",
    "no_triggers_at_all": "SET session_replication_role = replica",
    "owner": "SET ROLE autobiz_owner",
    "reader": "SET ROLE autobiz_read",
    "dispatcher": "SET ROLE autobiz_dispatch",
    "archivist": "SET ROLE autobiz_archive",
    "sums_of_all_tenants": "SELECT rows, digest FROM archives",
    "forged_archive": "INSERT INTO archives SELECT * FROM archives",
    "forgotten_archive": "DELETE FROM archives",
    "view": "CREATE VIEW door AS SELECT * FROM runs",
    "routine": "CREATE FUNCTION door() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "owners_routine": "CALL make_weeks(now(), 1)",
    "server_file": "COPY runs TO '/tmp/runs'",
    "server_program": "COPY runs TO PROGRAM 'cat'",
    "version": "UPDATE autobiz_version SET version_num = '0'",
    "read_version": "SELECT * FROM autobiz_version",
    "other_sessions": "SELECT pg_read_file('PG_VERSION')",
}


@pytest.mark.adversarial(30, 34, 35, 74)
@pytest.mark.parametrize("attack", FORBIDDEN)
async def test_what_was_not_granted_is_refused(
    stranger: AsyncConnection[Any], victim: UUID, attack: str
) -> None:
    """Partitions, deletions, policies, triggers, roles, files and routines are not the application's."""
    with expect.refusal(InsufficientPrivilege) as refusal:
        await stranger.execute(FORBIDDEN[attack].encode())
    expect.value(str(refusal.value)).lacks(VICTIM_SECRET)


CHANGES: dict[str, LiteralString] = {
    "update": "UPDATE {} SET tenant_id = tenant_id WHERE tenant_id = %(victim)s",
    "merge": "MERGE INTO {} t USING (SELECT 1) s ON t.tenant_id = %(victim)s"
    " WHEN MATCHED THEN UPDATE SET tenant_id = t.tenant_id",
}


@pytest.mark.adversarial(30)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", ["tenants", "runs", "idempotency", "run_queue"])
async def test_no_row_of_another_tenant_is_changed(
    stranger: AsyncConnection[Any], victim: UUID, table: LiteralString, change: str
) -> None:
    """A change of another tenant's rows finds none."""
    statement = sql.SQL(CHANGES[change]).format(sql.Identifier(table))
    cursor = await stranger.execute(statement, {"victim": victim})
    expect.value(cursor.rowcount).equals(0)


INSERTS: dict[str, LiteralString] = {
    "tenants": "INSERT INTO tenants VALUES (%(victim)s, 'x', now())",
    "run_queue": "INSERT INTO run_queue (tenant_id, run_id, due_at) VALUES (%(victim)s, uuidv7(), now())",
    "traces": "INSERT INTO traces VALUES (%(victim)s, uuidv7(), 1, '', '', '', '', '', '', '', 0, 0, 0, 1, 1,"
    " now())",
    "anchors": "INSERT INTO anchors VALUES (%(victim)s, 1, now(), now() + interval '1 h', sha256(''),"
    " sha256('') || sha256(''))",
    "circuit_resets": "INSERT INTO circuit_resets VALUES (%(victim)s, uuidv7(), 'd', 'w', 'w', now())",
}


@pytest.mark.parametrize("table", INSERTS)
async def test_no_row_is_written_for_another_tenant(
    stranger: AsyncConnection[Any], victim: UUID, table: str
) -> None:
    """A row for another tenant is refused, and the refusal says nothing of that tenant's rows."""
    with expect.refusal(InsufficientPrivilege, "row-level security") as refusal:
        await stranger.execute(INSERTS[table].encode(), {"victim": victim})
    expect.value(str(refusal.value)).lacks(VICTIM_SECRET)


@pytest.mark.adversarial(31)
async def test_no_row_moves_to_another_tenant(
    stranger: AsyncConnection[Any], tenant: UUID, victim: UUID
) -> None:
    """One's own row cannot be given away."""
    await stranger.execute(
        "INSERT INTO run_queue (tenant_id, run_id, due_at) VALUES (%s, uuidv7(), now())", [tenant]
    )
    with expect.refusal(InsufficientPrivilege, "row-level security"):
        await stranger.execute("UPDATE run_queue SET tenant_id = %s", [victim])


@pytest.mark.adversarial(32)
async def test_uniqueness_is_no_oracle(stranger: AsyncConnection[Any], tenant: UUID, victim: UUID) -> None:
    """The same key as another tenant's is free, so nobody learns from a violation what others have."""
    cursor = await stranger.execute(
        """INSERT INTO idempotency (tenant_id, key, fingerprint, tool, run_id, first_seen_at, expires_at,
                                    lease_until)
           VALUES (%s, decode(repeat('01', 32), 'hex'), sha256(''), 't', uuidv7(), now(),
                   now() + '1 h', now())""",
        [tenant],
    )
    expect.value(cursor.rowcount).equals(1)


@pytest.mark.adversarial(38)
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM receipts WHERE 1 / (CASE WHEN body LIKE '%victim%' THEN 0 ELSE 1 END) = 1",
        "SELECT count(*) FROM receipts WHERE body::int = 1",
        "EXPLAIN (ANALYZE, BUFFERS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM receipts",
        "SELECT most_common_vals::text FROM pg_stats WHERE tablename IN ('receipts', 'receipts_rest')",
        "SELECT query FROM pg_stat_activity WHERE query LIKE '%victim%' AND pid <> pg_backend_pid()",
        "COPY (SELECT * FROM receipts) TO STDOUT",
        "SELECT lag(body) OVER () FROM receipts",
        "SELECT * FROM receipts TABLESAMPLE SYSTEM (100)",
        "SELECT query_to_xml('SELECT body FROM receipts', true, false, '')::text",
        "WITH RECURSIVE r AS (SELECT body FROM receipts) TABLE r",
        "DECLARE c CURSOR WITH HOLD FOR SELECT body FROM receipts",
    ],
)
async def test_no_side_door_shows_another_tenants_words(
    stranger: AsyncConnection[Any], victim: UUID, statement: LiteralString
) -> None:
    """Errors, plans, statistics, copies, windows, samples and cursors hold nothing of another tenant."""
    cursor = stranger.cursor()
    said: list[Any] = []
    if statement.startswith("COPY"):
        async with cursor.copy(statement) as copy:
            said = [bytes(block) async for block in copy]
    else:
        await cursor.execute(statement)
        said = await cursor.fetchall() if cursor.description else []
    expect.value(str(said)).lacks(VICTIM_SECRET)


async def test_a_prepared_statement_remembers_no_tenant(
    app_connection: AsyncConnection[Any], victim: UUID
) -> None:
    """A statement that was prepared for one tenant answers for the tenant of the transaction it runs in."""
    await app_connection.execute("PREPARE look AS SELECT count(*) FROM receipts")
    seen = []
    for who in (victim, uuid4(), victim):
        async with app_connection.transaction():
            await app_connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(who)])
            cursor = await app_connection.execute("EXECUTE look")
            seen.append(await cursor.fetchone())
    await app_connection.execute("DEALLOCATE look")
    expect.value(seen).equals([(1,), (0,), (1,)])


async def test_a_shadow_table_does_not_catch_the_routines_writes(
    stranger: AsyncConnection[Any], ledger: PostgresLedger, tenant: UUID
) -> None:
    """A temporary table of the same name is not what the routines write to."""
    run = a_run(tenant)
    await ledger.begin(run)
    await stranger.execute("CREATE TEMP TABLE idempotency (LIKE public.idempotency) ON COMMIT DROP")
    item = f"""[{{"tenant": "{tenant}", "key": "{"01" * 32}", "fingerprint": "{"02" * 32}", "tool": "t",
        "run": "{run.run_id}", "run_epoch": 1, "now": "2026-01-01T00:00:00Z", "lease": "30 s",
        "ttl": "24 h", "heir": "nobody", "epoch": 0}}]"""
    await stranger.execute("SELECT claim_many(%s::json)", [item])
    cursor = await stranger.execute(
        "SELECT (SELECT count(*) FROM pg_temp.idempotency), (SELECT count(*) FROM public.idempotency)"
    )
    expect.value(await cursor.fetchone()).equals((0, 1))
