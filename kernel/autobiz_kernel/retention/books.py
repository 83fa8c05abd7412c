"""What retention reads and changes in PostgreSQL; every step is one transaction."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from autobiz_kernel.migrating import OWNER

from .archive_file import archive_path, write_archive
from .errors import RetentionError
from .form import COLUMNS, Sum, Summing, lines_of
from .weeks import Partition, Tier

READER: Final = "autobiz_archive"
_FETCH = 2000
# Shorter than the second after which the server looks for deadlocks and ends one of two: we yield first.
_LOCK_WAIT: Final = "500ms"
# What was under way when a run ended is settled within its deadline and lease; a day is far more.
_QUIET = timedelta(days=1)
_JOB: Final = 0x72657461696E

_PARTITIONS = """
SELECT c.relname, p.relname, pg_get_expr(c.relpartbound, c.oid)
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
WHERE p.relnamespace = 'public'::regnamespace AND p.relname = ANY(%s)
ORDER BY 1
"""
_BOUNDS = re.compile(r"FOR VALUES FROM \('([0-9a-f-]{36})'\) TO \('([0-9a-f-]{36})'\)")
_OPEN = """
SELECT (SELECT count(*) FROM runs WHERE run_id >= %(first)s AND run_id < %(beyond)s
            AND (termination_reason IS NULL OR updated_at > %(quiet)s))
     + (SELECT count(*) FROM run_queue WHERE run_id >= %(first)s AND run_id < %(beyond)s)
"""
_ANSWERS = """
SELECT count(*) FROM idempotency
WHERE expires_at > %(now)s AND receipt_run >= %(first)s AND receipt_run < %(beyond)s
"""


@contextmanager
def the_one_job(url: str) -> Iterator["psycopg.Connection[Any]"]:
    """Hold the place of the one job that seals and archives, and look around meanwhile."""
    with psycopg.connect(url, autocommit=True) as connection:
        _check_roles(connection)
        held = connection.execute("SELECT pg_try_advisory_lock(%s)", [_JOB]).fetchone()
        if held != (True,):
            raise RetentionError("another `autobiz retain` is at work on this database; wait for it")
        yield connection


def partitions_in(connection: "psycopg.Connection[Any]") -> tuple[Partition, ...]:
    """Return every partition with bounds; what lies in none of them has no week and stays."""
    rows = connection.execute(_PARTITIONS, [list(COLUMNS)]).fetchall()
    return tuple(
        Partition(name=name, parent=parent, first=UUID(bounds[1]), beyond=UUID(bounds[2]))
        for name, parent, said in rows
        if (bounds := _BOUNDS.fullmatch(said))
    )


def sums_in(connection: "psycopg.Connection[Any]") -> dict[str, Sum]:
    """Return what was sealed, by partition."""
    with connection.transaction():
        _become(connection, READER)
        rows = connection.execute(
            "SELECT partition, rows, digest FROM archives WHERE tier = 'warm'"
        ).fetchall()
    return {name: Sum(rows=count, digest=digest) for name, count, digest in rows}


def open_in(connection: "psycopg.Connection[Any]", partition: Partition, *, now: datetime) -> int:
    """Count the runs of a week that are not over, were a moment ago, or are yet to come."""
    return _count(connection, _OPEN, partition, quiet=now - _QUIET)


def answering_in(connection: "psycopg.Connection[Any]", partition: Partition, *, now: datetime) -> int:
    """Count the acts whose answer to a repetition is still a receipt of this week."""
    return 0 if partition.parent != "receipts" else _count(connection, _ANSWERS, partition, now=now)


def seal(url: str, week: Sequence[Partition], *, now: datetime) -> dict[str, Sum] | None:
    """Let no row into a week any more, and note what is there; None if a run of it is not over after all."""
    sums = {}
    with _transaction(url) as connection:
        for partition in week:
            _lock(connection, partition.name, "SHARE ROW EXCLUSIVE")
        _become(connection, READER)
        for partition in week:
            summing = Summing()
            for _ in summing.over(_lines(connection, partition)):
                pass
            sums[partition.name] = summing.told
        # Last and for a moment: meanwhile nothing begins and nothing is settled, in no week.
        _become(connection, OWNER)
        for table in ("runs", "run_queue"):
            _lock(connection, table, "SHARE ROW EXCLUSIVE")
        if any(open_in(connection, partition, now=now) for partition in week[:1]):
            connection.rollback()
            return None
        _become(connection, OWNER)
        for partition in week:
            name = sql.Identifier(partition.name)
            connection.execute(
                sql.SQL(
                    "CREATE TRIGGER keep_sealed BEFORE INSERT ON {} "
                    "FOR EACH ROW EXECUTE FUNCTION refuse_sealed()"
                ).format(name)
            )
            _note(connection, partition, Tier.WARM, sums[partition.name], now)
    return sums


def archive(url: str, partition: Partition, folder: Path, *, promised: Sum, now: datetime) -> Path:
    """Write a sealed week into a file, and only when that is durable let go of the rows."""
    path = archive_path(folder, partition.name)
    with _transaction(url) as connection:
        # Readers stay; who would write past the seal waits, and finds nothing.
        _lock(connection, partition.name, "EXCLUSIVE")
        _become(connection, READER)
        write_archive(path, _lines(connection, partition), promised=promised)
        _become(connection, OWNER)
        _note(connection, partition, Tier.COLD, promised, now)
        name, parent = sql.Identifier(partition.name), sql.Identifier(partition.parent)
        connection.execute(sql.SQL("ALTER TABLE {} DETACH PARTITION {}").format(parent, name))
        connection.execute(sql.SQL("DROP TABLE {}").format(name))
    return path


@contextmanager
def reading(url: str) -> Iterator["psycopg.Connection[Any]"]:
    """Read across tenants, in one snapshot."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _become(connection, READER)
        yield connection


def _check_roles(connection: "psycopg.Connection[Any]") -> None:
    missing = [
        name
        for name in (OWNER, READER)
        if connection.execute(
            "SELECT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = %s AND pg_has_role(r.oid, 'SET'))",
            [name],
        ).fetchone()
        != (True,)
    ]
    if missing:
        raise RetentionError(
            f"this login may not become {' and '.join(missing)}; migrate first, and grant both to a login of "
            "the job's own, never to the application's"
        )


@contextmanager
def _transaction(url: str) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(_LOCK_WAIT))
        connection.execute("SET LOCAL TIME ZONE 'UTC'")
        _become(connection, OWNER)
        yield connection


def _become(connection: "psycopg.Connection[Any]", role: LiteralString) -> None:
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))


def _lock(connection: "psycopg.Connection[Any]", table: str, mode: LiteralString) -> None:
    connection.execute(sql.SQL("LOCK TABLE {} IN " + mode + " MODE").format(sql.Identifier(table)))


def _count(
    connection: "psycopg.Connection[Any]", text: LiteralString, week: Partition, **more: datetime
) -> int:
    with connection.transaction():
        _become(connection, READER)
        row = connection.execute(text, {"first": week.first, "beyond": week.beyond, **more}).fetchone()
    return int(row[0]) if row else 0


def _lines(connection: "psycopg.Connection[Any]", partition: Partition) -> Iterator[bytes]:
    """Read through the parent, because nobody is granted a partition."""
    columns = COLUMNS[partition.parent]
    statement = sql.SQL("SELECT {} FROM {} WHERE run_id >= %s AND run_id < %s ORDER BY {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(partition.parent),
        sql.SQL(", ").join(map(sql.Identifier, columns[:3])),
    )
    with connection.cursor(name="week", binary=True) as cursor:
        cursor.itersize = _FETCH
        cursor.execute(statement, [partition.first, partition.beyond])
        yield from lines_of(partition, cursor)


def _note(
    connection: "psycopg.Connection[Any]", week: Partition, tier: Tier, told: Sum, now: datetime
) -> None:
    connection.execute(
        "INSERT INTO archives (partition, parent, tier, first_id, beyond_id, rows, digest, at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [week.name, week.parent, tier.value, week.first, week.beyond, told.rows, told.digest, now],
    )
