"""Bring a database to the schema this code was written for, and back."""

import hashlib
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import sql

from .errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config

OWNER: Final = "autobiz_owner"
VERSION_TABLE: Final = "autobiz_version"
# Any constant does; all that matters is that every migrating process waits at the same lock.
_LOCK = 0x6175746F62697A
# Who waits for a table's lock keeps everybody who comes later waiting behind it.
LOCK_MS_MAX: Final = 10_000


def migrate(url: str, *, revision: str = "head", lock_ms_max: int = LOCK_MS_MAX) -> None:
    """Apply the missing revisions, all or none; a second call changes nothing."""
    with _patient(lock_ms_max), _alembic(url, lock_ms_max) as config:
        from alembic import command
        from alembic.util import CommandError

        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise MigrationError(f"{error}; deploy the version that wrote it") from error


def unmigrate(url: str, *, revision: str = "base", lock_ms_max: int = LOCK_MS_MAX) -> None:
    """Take revisions back; what their tables held is lost."""
    with _patient(lock_ms_max), _alembic(url, lock_ms_max) as config:
        from alembic import command

        command.downgrade(config, revision)


def revision_of(connection: "psycopg.Connection") -> str | None:
    """Return the revision a database is at."""
    there = connection.execute("SELECT to_regclass(%s)", [VERSION_TABLE]).fetchone()
    if there is None or there[0] is None:
        return None
    row = connection.execute(
        sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(VERSION_TABLE))
    ).fetchone()
    return None if row is None else str(row[0])


def head_revision() -> str:
    """Return the revision this code was written for."""
    return max(path.stem for path in _folder().glob("versions/r*.py"))[1:5]


def make_weeks(url: str, *, now: datetime, weeks: int = 8, lock_ms_max: int = LOCK_MS_MAX) -> None:
    """Create the partitions of the weeks to come; ids of other weeks find a place in the rest."""
    with _patient(lock_ms_max), psycopg.connect(url) as connection:
        connection.execute(_lock_timeout(lock_ms_max))
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
        connection.execute("CALL make_weeks(%s, %s)", [now, weeks])


def migration_fingerprint() -> str:
    """Return a digest of all revisions, which tells a current database template from a stale one."""
    digest = hashlib.sha256()
    folder = _folder()
    for path in sorted((*folder.glob("versions/*.py"), *folder.glob("sql/*.sql"))):
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


@contextmanager
def _alembic(url: str, lock_ms_max: int) -> "Iterator[Config]":
    # Imported here, because nobody pays for it who only calls tools.
    from alembic.config import Config
    from sqlalchemy import NullPool, create_engine

    with psycopg.connect(url, autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            guard.execute((_folder() / "sql" / "roles.sql").read_text(encoding="utf-8").encode())
            guard.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(OWNER)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise MigrationError(
                f"{error.diag.message_primary}: somebody who may make roles has to migrate the first "
                "database of a server; afterwards a member of autobiz_migrate can"
            ) from error
        engine = create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool
        )
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql(f"SET LOCAL ROLE {OWNER}")
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {lock_ms_max:d}")
            config = Config()
            config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
            config.attributes.update(connection=connection, version_table=VERSION_TABLE)
            yield config


@contextmanager
def _patient(lock_ms_max: int) -> "Iterator[None]":
    """Say in words that a lock was not to be had."""
    try:
        yield
    except psycopg.errors.LockNotAvailable as error:
        raise MigrationError(
            f"a table is in use, and its lock was not to be had within {lock_ms_max} ms; "
            "nothing was changed. Look for long transactions in pg_stat_activity, and try again"
        ) from error


def _lock_timeout(lock_ms_max: int) -> sql.Composed:
    return sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(lock_ms_max))


def _folder() -> Path:
    return Path(str(files(__package__) / "migrations"))
