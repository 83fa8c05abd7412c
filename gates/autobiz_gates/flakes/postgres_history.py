"""A history in PostgreSQL: one for all machines, by URL."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date
from typing import TYPE_CHECKING, Any, Final

from .history import HistoryError, HistoryRow

if TYPE_CHECKING:
    from psycopg import Connection

_CONNECT_S_MAX: Final = 10
# Any number will do that other programs on the server are unlikely to lock.
_LOCK: Final = 0x61757462666C
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS flake_trials (
    key text PRIMARY KEY, at timestamptz NOT NULL, run_id text NOT NULL, run integer NOT NULL,
    case_id text NOT NULL, outcome text NOT NULL, cause text NOT NULL, signature text,
    subject text NOT NULL, priority text, replay text
);
CREATE TABLE IF NOT EXISTS flake_releases (
    case_id text NOT NULL, day date NOT NULL, PRIMARY KEY (case_id, day)
);
CREATE OR REPLACE FUNCTION flake_history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the history is append-only'; END $$;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON flake_trials
    FOR EACH STATEMENT EXECUTE FUNCTION flake_history_is_append_only();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON flake_releases
    FOR EACH STATEMENT EXECUTE FUNCTION flake_history_is_append_only();
"""


class PostgresHistory:
    """One connection; each call is one transaction or none."""

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError:
            raise HistoryError(
                "a PostgreSQL history needs psycopg; install it with pip install 'autobiz[kernel]'"
            ) from None
        self._error = psycopg.Error
        with self._explained():
            self._connection: Connection[Any] = psycopg.connect(
                url, autocommit=True, connect_timeout=_CONNECT_S_MAX
            )
        try:
            with self._explained(), self._connection.transaction():
                # Two that begin at once would both find nothing and both create.
                self._connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
                found = self._connection.execute("SELECT to_regclass('flake_releases')").fetchone()
                if found is None or found[0] is None:
                    self._connection.execute(_SCHEMA)
        except BaseException:
            self._connection.close()
            raise

    def append(self, rows: Iterable[HistoryRow]) -> int:
        values = [
            (
                row.key, row.at, row.run_id, row.run, row.case, row.outcome, str(row.cause),
                row.signature, row.subject, row.priority, row.replay,
            )
            for row in sorted(rows, key=lambda row: row.key)
        ]  # fmt: skip
        if not values:
            return 0
        with self._explained(), self._connection.transaction(), self._connection.cursor() as cursor:
            # Rows in the order of their keys, so that two writers of the same rows cannot lock crosswise.
            cursor.executemany(
                "INSERT INTO flake_trials VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (key) DO NOTHING",
                values,
            )
            return cursor.rowcount

    def rows(self) -> tuple[HistoryRow, ...]:
        with self._explained():
            found = self._connection.execute(
                "SELECT key, at, run_id, run, case_id, outcome, cause, signature, subject, priority, replay"
                ' FROM flake_trials ORDER BY at, key COLLATE "C"'
            ).fetchall()
        return tuple(HistoryRow.of((key, at.astimezone(UTC), *others)) for key, at, *others in found)

    def release(self, case: str, day: date) -> None:
        with self._explained():
            self._connection.execute(
                "INSERT INTO flake_releases VALUES (%s, %s) ON CONFLICT DO NOTHING", [case, day]
            )

    def releases(self) -> tuple[tuple[str, date], ...]:
        with self._explained():
            found = self._connection.execute(
                'SELECT case_id, day FROM flake_releases ORDER BY day, case_id COLLATE "C"'
            )
            return tuple((case, day) for case, day in found)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """The URL may hold a password, so it is not in the message."""
        try:
            yield
        except self._error as error:
            words = str(error).strip().partition("\n")[0]
            raise HistoryError(
                f"the PostgreSQL history: {words}. Is its URL right, and the server up?"
            ) from None
