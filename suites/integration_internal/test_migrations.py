"""Migrations on a real PostgreSQL: up, down and up again is one schema, with data in it too."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import conninfo, sql

from autobiz_harness.guards import maintenance
from autobiz_kernel import MigrationError, make_weeks, migrate, revision_of, unmigrate
from autobiz_oracles import expect

pytestmark = [
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-R07", "P1-R21", "P1-RH04"),
    pytest.mark.test_id("P1-T13", "P1-H09"),
]
NOW = datetime(2026, 3, 4, tzinfo=UTC)

# All that makes a schema, in the catalog's own words.
SHAPE = """
SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
       pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND c.relkind IN ('r', 'p')
UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'policy', tablename, policyname, roles::text, qual, with_check FROM pg_policies
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', ''
    FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'routine', proname, prosrc, proacl::text, prosecdef::text, proconfig::text FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'table', relname, relkind::text, relacl::text, relrowsecurity::text,
    relforcerowsecurity::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
ORDER BY 1, 2, 3, 4
"""


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[str]:
    name = f"autobiz_{secrets.token_hex(4)}_migrations_test"
    with maintenance(), psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield conninfo.make_conninfo(postgres_url, dbname=name)
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def shape(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(SHAPE).fetchall()


def fill(url: str) -> None:
    """Put a run, a receipt, a trace and a patch in."""
    with psycopg.connect(url) as connection:
        connection.execute("""
            INSERT INTO runs (tenant_id, run_id, workflow, correlation_id, config_hash, principal, began_at,
                              updated_at)
            VALUES (uuidv7(), uuidv7(), 'w', 'c', sha256(''), 'p', now(), now());
            INSERT INTO receipts (tenant_id, run_id, seq, tool, effect_class, key, external_key, body,
                                  prev_hash, hash, at)
            SELECT tenant_id, run_id, 1, 't', 'WRITE', sha256(''), 'autobiz:' || repeat('0', 32), '{}',
                   sha256(''), sha256(''), now() FROM runs;
            INSERT INTO state_versions (tenant_id, run_id, version, path, patch, state_hash, at)
            SELECT tenant_id, run_id, 1, '1', '{}', sha256(''), now() FROM runs""")


def test_up_down_up_is_the_same_schema(empty_database: str) -> None:
    """Every revision can be taken back, with data in it, and applied again to the identical schema."""
    migrate(empty_database)
    fill(empty_database)
    once = shape(empty_database)
    expect.value(len(once)).at_least(101)
    for revision in ("0006", "0003", "0001", "base"):
        unmigrate(empty_database, revision=revision)
    expect.value([row for row in shape(empty_database) if row[1] != "autobiz_version"]).equals([])
    migrate(empty_database)
    expect.value(shape(empty_database)).equals(once)


def test_a_second_migration_changes_nothing(empty_database: str) -> None:
    """Migrating applies every revision once and touches no row, however often it is asked for."""
    migrate(empty_database)
    fill(empty_database)
    once = shape(empty_database)
    migrate(empty_database)
    expect.value(shape(empty_database)).equals(once)
    with psycopg.connect(empty_database) as connection:
        expect.value(revision_of(connection)).equals("0007")
        expect.value(connection.execute("SELECT count(*) FROM receipts").fetchone()).equals((1,))


def test_four_at_once_apply_each_revision_once(empty_database: str) -> None:
    """Four processes that migrate one empty database at the same time all succeed."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [empty_database] * 4))
    with psycopg.connect(empty_database) as connection:
        expect.value(revision_of(connection)).equals("0007")


@pytest.mark.negative
@pytest.mark.parametrize("how", [make_weeks, unmigrate])
def test_a_table_in_use_is_not_waited_for_for_ever(empty_database: str, how: Any) -> None:
    """Behind a long transaction a migration gives up in words, so that callers do not queue up behind it."""
    migrate(empty_database)
    before = shape(empty_database)
    words = {"now": NOW} if how is make_weeks else {}
    with psycopg.connect(empty_database) as reader:
        reader.execute("SELECT count(*) FROM receipts")
        with expect.refusal(MigrationError, r"not to be had within 20 ms; nothing was changed"):
            how(empty_database, lock_ms_max=20, **words)
    expect.value(shape(empty_database)).equals(before)


@pytest.mark.negative
def test_a_database_of_a_later_version_is_refused(empty_database: str) -> None:
    """A revision that this code does not know is refused by name, and nothing happens."""
    migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute("UPDATE autobiz_version SET version_num = '9999'")
    before = shape(empty_database)
    with expect.refusal(MigrationError, r"9999.*deploy the version that wrote it"):
        migrate(empty_database)
    expect.value(shape(empty_database)).equals(before)


@pytest.mark.negative
def test_a_revision_that_fails_leaves_nothing(empty_database: str) -> None:
    """A migration that meets an obstacle applies no revision, and succeeds once it is gone."""
    with psycopg.connect(empty_database) as connection:
        obstacle = "CREATE FUNCTION settle_many(json, boolean) RETURNS json LANGUAGE sql AS 'SELECT $1'"
        connection.execute(obstacle)
        expect.value([revision_of(connection)]).equals([None])
    with expect.refusal(psycopg.errors.DuplicateFunction):
        migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        expect.value(
            connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        ).equals([])
        connection.execute("DROP FUNCTION settle_many(json, boolean)")
    migrate(empty_database)


def test_a_run_lies_in_the_week_in_which_it_began(empty_database: str) -> None:
    """Weeks are made ahead, a second time without harm; ids of other weeks find a place in the rest."""
    migrate(empty_database)
    for _ in range(2):
        make_weeks(empty_database, now=NOW, weeks=2)
    with psycopg.connect(empty_database) as connection:
        for moment in (NOW, datetime(2026, 3, 9, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)):
            connection.execute(
                """INSERT INTO traces (tenant_id, run_id, seq, path, tool, command, guard, outcome, attrs,
                       tokens, cost_micros, took_us, epoch, step, at)
                   VALUES (uuidv7(), first_id_of(%(at)s), 1, '', '', '', '', '', '{}', 0, 0, 0, 1, 1,
                       %(at)s)""",
                {"at": moment},
            )
        places = connection.execute("SELECT tableoid::regclass::text FROM traces ORDER BY at").fetchall()
    expect.value(places).equals([("traces_2026w10",), ("traces_2026w11",), ("traces_rest",)])


@pytest.fixture
def migrator(postgres_url: str) -> Iterator[tuple[str, str]]:
    """A login of a deployment's own, and its password."""
    name, word = f"autobiz_{secrets.token_hex(4)}_deployer", secrets.token_hex(16)
    with maintenance(), psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(word))
        )
        yield name, word
        server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_a_deployment_migrates_without_reading_a_row(empty_database: str, migrator: tuple[str, str]) -> None:
    """A member of autobiz_migrate brings the schema up and down again, and has no right to what is in it."""
    migrate(empty_database)
    fill(empty_database)
    name, word = migrator
    with psycopg.connect(empty_database, autocommit=True) as server:
        server.execute(sql.SQL("GRANT autobiz_migrate TO {}").format(sql.Identifier(name)))
    url = conninfo.make_conninfo(empty_database, user=name, password=word)
    migrate(url)
    with psycopg.connect(url) as connection, expect.refusal(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT body FROM receipts")
    once = shape(empty_database)
    unmigrate(url)
    migrate(url)
    make_weeks(url, now=NOW, weeks=1)
    expect.value([row for row in shape(empty_database) if "2026w10" not in str(row)]).equals(
        [row for row in once if "2026w10" not in str(row)]
    )


@pytest.mark.negative
def test_who_may_not_make_roles_is_told_what_to_do(empty_database: str, migrator: tuple[str, str]) -> None:
    """A login without any right is refused in words, and nothing is made."""
    name, word = migrator
    url = conninfo.make_conninfo(empty_database, user=name, password=word)
    with expect.refusal(MigrationError, r"somebody who may make roles .* a member of autobiz_migrate can"):
        migrate(url)
    with psycopg.connect(empty_database) as connection:
        expect.value(
            connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        ).equals([])
