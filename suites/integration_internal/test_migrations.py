"""Migrations on a real PostgreSQL."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import conninfo, sql

from autobiz_harness.guards import maintenance
from autobiz_kernel import MigrationError, migrate, migrations

pytestmark = [
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-R07", "P1-RH04"),
    pytest.mark.test_id("P1-T13", "P1-H09"),
]


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[str]:
    name = f"autobiz_{secrets.token_hex(4)}_migrations_test"
    with maintenance(), psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield conninfo.make_conninfo(postgres_url, dbname=name)
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def applied(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT name, sha256 FROM migrations ORDER BY name").fetchall()


def test_a_second_migration_changes_nothing(empty_database: str) -> None:
    """Migrating applies every step once, however often it is asked for."""
    migrate(empty_database)
    once = applied(empty_database)
    migrate(empty_database)
    assert applied(empty_database) == once == [(step.name, step.sha256) for step in migrations()]


def test_eight_at_once_apply_each_step_once(empty_database: str) -> None:
    """Eight processes that migrate one empty database at the same time all succeed."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(migrate, [empty_database] * 8))
    assert [name for name, _ in applied(empty_database)] == [step.name for step in migrations()]


@pytest.mark.negative
def test_a_changed_step_is_refused_and_nothing_happens(empty_database: str) -> None:
    """A database whose step was changed afterwards is refused, and stays as it was."""
    migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute("UPDATE migrations SET sha256 = 'x'")
    before = applied(empty_database)
    with pytest.raises(MigrationError, match="changed after it was applied"):
        migrate(empty_database)
    assert applied(empty_database) == before


@pytest.mark.negative
def test_a_step_that_fails_leaves_nothing(empty_database: str) -> None:
    """A migration that meets an obstacle applies none of its steps, and succeeds once it is gone."""
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE receipts (in_the_way int)")
    with pytest.raises(psycopg.errors.DuplicateTable):
        migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert tables == [("receipts",)]
        connection.execute("DROP TABLE receipts")
    migrate(empty_database)
    assert applied(empty_database)
