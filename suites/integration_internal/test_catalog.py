"""What the database itself says about every table, partition and routine: no tenant sees another's rows."""

from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.errors import RestrictViolation

from autobiz_kernel import PostgresLedger, RoleError
from autobiz_oracles import expect

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R21", "P1-R24", "P1-R07"),
    pytest.mark.test_id("P1-T31"),
]

# The tables that are not a tenant's: which revision the schema is at, which weeks were sealed and archived.
OURS = ["autobiz_version", "archives"]
KEPT = ("receipts", "traces", "state_versions", "anchors", "archives", "circuit_resets")
ROLES = ["autobiz_app", "autobiz_read", "autobiz_dispatch", "autobiz_archive"]
MINE = "(tenant_id = ( SELECT (current_setting('autobiz.tenant'::text))::uuid AS current_setting))"

UNPROTECTED = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
  AND c.relname <> ALL (%(ours)s) AND c.relname <> 'provider_requests'
  AND NOT (c.relkind IN ('r', 'p') AND c.relrowsecurity AND c.relforcerowsecurity
    AND pg_get_userbyid(c.relowner) = 'autobiz_owner'
    AND EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.policyname = 'tenant'
        AND p.qual = %(mine)s AND p.with_check = %(mine)s AND p.permissive = 'PERMISSIVE' AND p.cmd = 'ALL'
        AND p.roles = '{autobiz_app,autobiz_read}'))
"""


async def unprotected(connection: AsyncConnection[Any]) -> list[str]:
    """Every table, partition or view that does not keep tenants apart."""
    cursor = await connection.execute(UNPROTECTED, {"ours": OURS, "mine": MINE})
    return [name for (name,) in await cursor.fetchall()]


async def kept_in(connection: AsyncConnection[Any], kinds: str = "rp") -> list[str]:
    """Every relation of these kinds in the schema: tables, partitions, indexes."""
    cursor = await connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = ANY(%s)",
        [list(kinds)],
    )
    return [name for (name,) in await cursor.fetchall()]


@pytest.mark.adversarial(36)
async def test_every_table_and_partition_forces_row_level_security(connection: AsyncConnection[Any]) -> None:
    """Each one forces it in the loud form, for reading and for writing, and belongs to the owner."""
    expect.complaints(await unprotected(connection), about=await kept_in(connection, "rpmvf")).none()


@pytest.mark.adversarial(35, 36)
@pytest.mark.negative
@pytest.mark.parametrize(
    "harm",
    [
        "ALTER TABLE receipts DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE receipts_rest DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE runs NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON traces",
        "ALTER POLICY tenant ON anchors USING (true)",
        "ALTER POLICY tenant ON anchors WITH CHECK (true)",
        "ALTER POLICY tenant ON anchors TO PUBLIC",
        "CREATE TABLE forgotten (tenant_id uuid)",
        "CREATE VIEW door AS SELECT * FROM receipts",
        "CREATE MATERIALIZED VIEW copy AS SELECT * FROM receipts",
        "ALTER TABLE runs OWNER TO autobiz_app",
    ],
)
async def test_one_gap_is_found(connection: AsyncConnection[Any], harm: str) -> None:
    """Protection that is taken from one table, or never given, makes the catalog's test fail."""
    async with connection.transaction(force_rollback=True):
        await connection.execute(harm.encode())
        expect.value(len(await unprotected(connection))).equals(1)


@pytest.mark.adversarial(32)
async def test_the_tenant_leads_every_key(connection: AsyncConnection[Any]) -> None:
    """Each unique index begins with the tenant, so that a violation tells nothing of another tenant."""
    cursor = await connection.execute(
        """SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
           WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND a.attname <> 'tenant_id'
             AND c.relname <> ALL (%s) AND c.relname <> 'provider_requests'""",
        [OURS],
    )
    expect.complaints(await cursor.fetchall(), about=await kept_in(connection, "iI")).none()


@pytest.mark.adversarial(74)
async def test_books_are_kept_by_rights_and_by_triggers(connection: AsyncConnection[Any]) -> None:
    """Nobody was granted to change or remove what must stay, and every partition refuses it besides."""
    cursor = await connection.execute(
        """SELECT c.relname, r.rolname, p.privilege FROM pg_class c, pg_roles r,
                  unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) AS p(privilege)
           WHERE r.rolname = ANY(%(roles)s)
             AND (c.relname = ANY(%(kept)s) OR c.oid IN (SELECT inhrelid FROM pg_inherits))
             AND c.relkind IN ('r', 'p') AND has_table_privilege(r.oid, c.oid, p.privilege)""",
        {"kept": list(KEPT), "roles": ROLES},
    )
    expect.complaints(await cursor.fetchall(), about=await kept_in(connection)).none()
    cursor = await connection.execute(
        """SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p')
             AND (c.relname = ANY(%(kept)s) OR c.oid IN (SELECT inhrelid FROM pg_inherits))
             AND 2 <> (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid
                       AND t.tgname IN ('keep_rows', 'keep_table') AND t.tgenabled = 'O')""",
        {"kept": list(KEPT)},
    )
    expect.complaints(await cursor.fetchall(), about=await kept_in(connection)).none()


@pytest.mark.adversarial(34)
async def test_no_partition_is_granted_to_anybody(connection: AsyncConnection[Any]) -> None:
    """A policy of the parent does not guard a partition that is read directly, so nobody may."""
    cursor = await connection.execute(
        """SELECT c.relname, r.rolname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid, pg_roles r
           WHERE c.relkind = 'r' AND r.rolname = ANY(%(roles)s)
             AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')""",
        {"roles": ROLES},
    )
    expect.complaints(await cursor.fetchall(), about=await kept_in(connection, "r")).none()


LEAVES_THE_TENANT_OUT = """
SELECT k.conname FROM pg_constraint k
WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_attribute one JOIN pg_attribute other ON other.attname = one.attname
    WHERE one.attname = 'tenant_id' AND one.attrelid = k.conrelid AND one.attnum = ANY (k.conkey)
      AND other.attrelid = k.confrelid AND other.attnum = ANY (k.confkey))
"""


@pytest.mark.adversarial(33)
@pytest.mark.negative
async def test_no_reference_relates_two_tenants(connection: AsyncConnection[Any]) -> None:
    """There is no foreign key without the tenant in it, and one that is added is found."""
    cursor = await connection.execute(LEAVES_THE_TENANT_OUT)
    expect.complaints(await cursor.fetchall(), about=await kept_in(connection)).none()
    async with connection.transaction(force_rollback=True):
        await connection.execute("CREATE TABLE named (tenant_id uuid, id uuid PRIMARY KEY)")
        await connection.execute(
            "CREATE TABLE naming (tenant_id uuid, id uuid CONSTRAINT door REFERENCES named (id))"
        )
        cursor = await connection.execute(LEAVES_THE_TENANT_OUT)
        expect.value(await cursor.fetchall()).equals([("door",)])


@pytest.mark.adversarial(74)
@pytest.mark.negative
@pytest.mark.parametrize(
    "statement",
    [
        """INSERT INTO receipts SELECT * FROM receipts WHERE tenant_id = %(victim)s
           ON CONFLICT (tenant_id, run_id, seq) DO UPDATE SET body = ''""",
        """MERGE INTO receipts r USING (SELECT 1) s ON r.tenant_id = %(victim)s
           WHEN MATCHED THEN UPDATE SET body = ''""",
        "WITH gone AS (DELETE FROM receipts WHERE tenant_id = %(victim)s RETURNING 1) TABLE gone",
        "TRUNCATE receipts_rest",
        "TRUNCATE traces CASCADE",
    ],
    ids=["upsert", "merge", "delete", "truncate_partition", "truncate_cascade"],
)
async def test_nobody_gets_around_the_triggers(
    connection: AsyncConnection[Any], victim: UUID, statement: LiteralString
) -> None:
    """Upserts, merges and the truncation of a single partition are refused to the superuser too."""
    with expect.refusal(RestrictViolation, "immutable"):
        await connection.execute(statement, {"victim": victim})


@pytest.mark.adversarial(35)
async def test_no_routine_lends_its_owners_rights(connection: AsyncConnection[Any]) -> None:
    """Every routine works with its caller's rights, and the application may call these and no more."""
    cursor = await connection.execute(
        """SELECT proname, prosecdef, has_function_privilege('autobiz_app', oid, 'EXECUTE') AND prokind = 'f'
                  AND prorettype <> 'trigger'::regtype AND proacl IS NOT NULL
           FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname"""
    )
    rows = await cursor.fetchall()
    expect.value([name for name, is_definer, _ in rows if is_definer]).equals([])
    expect.value([name for name, _, is_granted in rows if is_granted]).equals(
        [
            *(
                "begin_many",
                "claim_many",
                "finish_run",
                "lease_runs",
                "queue_many",
                "renew_lease",
                "ride_many",
                "settle_many",
                "signals_many",
                "start_run",
            ),
            *("suspend_run", "take_run", "wake_run"),
        ]
    )


@pytest.mark.adversarial(37)
@pytest.mark.negative
@pytest.mark.parametrize(
    ("grant", "complaint"),
    [
        ("SUPERUSER", "superuser"),
        ("BYPASSRLS", "BYPASSRLS"),
        ("IN ROLE autobiz_owner", "owns tables"),
        ("IN ROLE autobiz_app, autobiz_archive", "reads every tenant's rows"),
        ("", "no member of autobiz_app"),
    ],
)
async def test_a_role_that_could_get_around_is_refused(
    database: str, connection: AsyncConnection[Any], grant: str, complaint: str
) -> None:
    """The ledger does not start as a role that owns tables, bypasses policies or is no application."""
    name = f"try_{abs(hash(grant)) % 10**8}"
    await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'word' {grant}".encode())
    try:
        with expect.refusal(RoleError, complaint):
            await PostgresLedger.connect(psycopg.conninfo.make_conninfo(database, user=name, password="word"))
    finally:
        await connection.execute(f"DROP ROLE {name}".encode())
