"""A history in one SQLite file: no server, many writers, nothing lost when one is killed."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Final

from .history import HistoryError, HistoryRow

_WAIT_S_MAX: Final = 60.0
_APPLICATION: Final = 0x61757462
_COLUMNS: Final = "key, at, run_id, run, case_id, outcome, cause, signature, subject, priority, replay"
# A row that is there already is left alone even by INSERT OR REPLACE, which fires no delete trigger.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS flake_trials (
    key TEXT PRIMARY KEY, at TEXT NOT NULL, run_id TEXT NOT NULL, run INTEGER NOT NULL,
    case_id TEXT NOT NULL, outcome TEXT NOT NULL, cause TEXT NOT NULL, signature TEXT,
    subject TEXT NOT NULL, priority TEXT, replay TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS flake_releases (
    case_id TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (case_id, day)
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS flake_trials_once BEFORE INSERT ON flake_trials
    WHEN EXISTS (SELECT 1 FROM flake_trials WHERE key = NEW.key)
    BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER IF NOT EXISTS flake_releases_once BEFORE INSERT ON flake_releases
    WHEN EXISTS (SELECT 1 FROM flake_releases WHERE case_id = NEW.case_id AND day = NEW.day)
    BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER IF NOT EXISTS flake_trials_no_update BEFORE UPDATE ON flake_trials
    BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER IF NOT EXISTS flake_trials_no_delete BEFORE DELETE ON flake_trials
    BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER IF NOT EXISTS flake_releases_no_update BEFORE UPDATE ON flake_releases
    BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER IF NOT EXISTS flake_releases_no_delete BEFORE DELETE ON flake_releases
    BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
"""


class SqliteHistory:
    """One connection to the file; each call is one transaction on the disk or none."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self._path = path
        if not create and not path.exists():
            raise HistoryError(f"{path}: no history here yet; `gate flakes LEDGER` begins one")
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=_WAIT_S_MAX, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def append(self, rows: Iterable[HistoryRow]) -> int:
        values = [
            (
                row.key, row.at.isoformat(), row.run_id, row.run, row.case, row.outcome, str(row.cause),
                row.signature, row.subject, row.priority, row.replay,
            )
            for row in rows
        ]  # fmt: skip
        with self._writing():
            before = self._connection.total_changes
            self._connection.executemany(
                f"INSERT INTO flake_trials ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  # only our own constant is spliced in
                values,
            )
            return self._connection.total_changes - before

    def rows(self) -> tuple[HistoryRow, ...]:
        with self._explained():
            found = self._connection.execute(
                f"SELECT {_COLUMNS} FROM flake_trials"  # noqa: S608  # only our own constant is spliced in
            ).fetchall()
        rows = (HistoryRow.of((key, datetime.fromisoformat(at), *others)) for key, at, *others in found)
        return tuple(sorted(rows, key=lambda row: (row.at, row.key)))

    def release(self, case: str, day: date) -> None:
        with self._writing():
            self._connection.execute("INSERT INTO flake_releases VALUES (?, ?)", (case, day.isoformat()))

    def releases(self) -> tuple[tuple[str, date], ...]:
        with self._explained():
            found = self._connection.execute("SELECT case_id, day FROM flake_releases ORDER BY day, case_id")
            return tuple((case, date.fromisoformat(day)) for case, day in found)

    def close(self) -> None:
        self._connection.close()

    def _prepare(self) -> None:
        if self._mark() == _APPLICATION:
            return
        with self._writing():
            # Another process may have been quicker between the look and the lock.
            if self._mark() == _APPLICATION:
                return
            if self._connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                raise HistoryError(f"{self._path}: an SQLite file of another program; name another file")
            for statement in _statements(_SCHEMA):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA application_id = {_APPLICATION}")

    def _mark(self) -> int:
        return int(self._connection.execute("PRAGMA application_id").fetchone()[0])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Take the file's one write lock at once: whoever reads first and writes later can starve."""
        with self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise HistoryError(f"{self._path}: {error}. Name another history, or restore this one.") from None
        except UnicodeEncodeError as error:
            raise HistoryError(f"{self._path}: a name that is no text: {error}") from None


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.strip().splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
