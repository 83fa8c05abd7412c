"""The history of trials: append-only, idempotent, and whole after any death; SQLite and PostgreSQL alike."""

import sqlite3
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest

from autobiz_gates.flakes import Cause, HistoryError, case_histories, open_history, rows_of
from autobiz_oracles import expect

from ..histories import BATCH, NOON, batch, row
from ..ledger_lines import header, plan, trial, write_ledger

pytestmark = pytest.mark.priority("P0")

ROOT = Path(__file__).parents[2]
BATCHES = 12


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A history nobody else uses: a file, or a schema of the shared server."""
    if request.param == "sqlite":
        yield str(tmp_path / "deep" / "history.sqlite")
        return
    url: str = request.getfixturevalue("database")
    schema = f"flakes_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        yield f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


def start(place: str, writer: str, batches: int = 0) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "suites.integration_internal.history_writer", place, writer, str(batches)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def per_batch(place: str) -> Counter[str]:
    history = open_history(place)
    try:
        return Counter(row.run_id for row in history.rows())
    finally:
        history.close()


def test_rows_come_back_as_they_were(place: str) -> None:
    """Every field survives, moments in any zone and names in any alphabet included, oldest first."""
    eastern = timezone(timedelta(hours=-5))
    rows = [
        row("late", at=datetime(2026, 1, 2, 0, 0, 0, 1, tzinfo=UTC), outcome="fail", cause=Cause.ORACLE),
        row("tést[ü-'\";--\n]", signature="abc", priority=None, replay="r1"),
        row("early", at=datetime(2025, 12, 31, 23, 59, tzinfo=eastern)),
    ]
    history = open_history(place)
    expect.value(history.append(rows)).equals(3)
    history.close()
    again = open_history(place)
    expect.value(again.rows()).equals((rows[2], rows[1], rows[0]))
    again.close()


def test_same_rows_twice_add_nothing(place: str) -> None:
    """Appending again adds what is new alone, within one call and across calls."""
    history = open_history(place)
    expect.value(history.append(batch(0))).equals(BATCH)
    expect.value(history.append([*batch(0), *batch(1), *batch(1)])).equals(BATCH)
    expect.value(history.append([])).equals(0)
    expect.value(len(history.rows())).equals(2 * BATCH)
    history.close()


def test_same_ledger_twice_adds_nothing(place: str, tmp_path: Path) -> None:
    """A ledger is taken in once, however often it is named, and skipped trials not at all."""
    lines = (plan("a", "b", "c"), trial("a"), trial("b", "fail"), trial("c", "skip"))
    ledger = write_ledger(tmp_path / "ledger" / "1.jsonl", header(), *lines)
    history = open_history(place)
    expect.value([history.append(rows_of([ledger.parent])) for _ in range(2)]).equals([2, 0])
    expect.value(sorted((row.case, row.outcome) for row in history.rows())).equals(
        [("a", "pass"), ("b", "fail")]
    )
    history.close()


def test_releases_are_kept_once(place: str) -> None:
    """A release is told with its day, oldest first, and twice the same is one."""
    history = open_history(place)
    for case, day in (("b", 2), ("a", 1), ("b", 2)):
        history.release(case, date(2026, 1, day))
    expect.value(history.releases()).equals((("a", date(2026, 1, 1)), ("b", date(2026, 1, 2))))
    history.close()


@pytest.mark.negative
@pytest.mark.parametrize("table", ["flake_trials", "flake_releases"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET case_id = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_nothing_is_ever_changed_or_removed(place: str, table: str, statement: str) -> None:
    """The database itself refuses to change or delete what was written, whoever asks."""
    history = open_history(place)
    history.append(batch(0))
    history.release("a", date(2026, 1, 1))
    before = (history.rows(), history.releases())
    sql = statement.format(table)
    if place.startswith("postgresql"):
        with (
            psycopg.connect(place, autocommit=True) as connection,
            expect.refusal(psycopg.errors.RaiseException, "append-only"),
        ):
            connection.execute(sql)
    else:
        refusal = pytest.raises(sqlite3.DatabaseError, match=r"append-only|syntax error")
        with refusal, sqlite3.connect(place) as file:
            file.execute(sql)
        file.close()
    expect.value((history.rows(), history.releases())).equals(before)
    history.close()


@pytest.mark.negative
def test_replacing_an_sqlite_row_leaves_it_as_it_was(tmp_path: Path) -> None:
    """INSERT OR REPLACE, which fires no delete trigger, does not overwrite a row either."""
    path = tmp_path / "history.sqlite"
    history = open_history(path)
    history.append([row("a")])
    with sqlite3.connect(path) as file:
        file.execute(
            "INSERT OR REPLACE INTO flake_trials SELECT key, at, run_id, run, case_id, 'fail', cause,"
            " signature, subject, priority, replay FROM flake_trials"
        )
    file.close()
    expect.value([row.outcome for row in history.rows()]).equals(["pass"])
    history.close()


def test_two_writers_at_once_lose_nothing(place: str) -> None:
    """Two processes that begin together and write together both have every batch in the history."""
    writers = [start(place, name, BATCHES) for name in ("x", "y")]
    for one in writers:
        one.communicate()
    expect.value([one.returncode for one in writers]).equals([0, 0])
    expected = {f"{name}{number}": BATCH for name in ("x", "y") for number in range(BATCHES)}
    expect.value(per_batch(place)).equals(expected)


@pytest.mark.parametrize("after", [1, 3])
def test_killed_writer_loses_nothing_committed_and_leaves_nothing_half(place: str, after: int) -> None:
    """After kill -9 while writing, every batch is whole or absent, and all that were told are there."""
    writer = start(place, "k")
    assert writer.stdout is not None
    for _ in range(after):
        told = writer.stdout.readline()
    writer.kill()
    told = (writer.communicate()[0].splitlines() or [told])[-1]
    found = per_batch(place)
    expect.value(set(found.values())).equals({BATCH})
    expect.value(found).contains(*(f"k{number}" for number in range(int(told))))
    history = open_history(place)
    expect.value(history.append(batch(0, "after"))).equals(BATCH)
    history.close()


@pytest.mark.negative
def test_what_is_no_history_is_refused_with_its_name(tmp_path: Path) -> None:
    """Another program's database, no database, an absent one and an unknown URL are errors that say so."""
    other, text = tmp_path / "other.sqlite", tmp_path / "text.sqlite"
    with sqlite3.connect(other) as file:
        file.execute("CREATE TABLE cookies (name)")
    file.close()
    text.write_text("not a database, and long enough to be looked at " * 50)
    for path, words in (
        (other, "another program"),
        (text, "not a database"),
        (tmp_path / "absent.sqlite", "no history here yet"),
        ("mysql://somewhere/x", "name a file or a postgresql:// URL"),
    ):
        with expect.refusal(HistoryError, words):
            open_history(path, create=False)


@pytest.mark.negative
def test_server_that_is_not_there_is_told_without_its_password() -> None:
    """A PostgreSQL that cannot be reached is an error that keeps the URL's secret."""
    with expect.refusal(HistoryError) as error:
        open_history("postgresql://user:geheim@127.0.0.1:1/none_test")
    expect.value(str(error.value)).contains("Is its URL right").lacks("geheim")


def test_trials_become_sittings() -> None:
    """Rows of one run and subject are one sitting; two entries of one trial are the worse of them."""
    rows = [
        row("a"),
        row("a", run=2),
        row("a", run=2, outcome="fail"),
        row("a", run=3, outcome="fail", cause=Cause.AGENT),
        row("a", run_id="next", at=NOON + timedelta(days=1)),
    ]
    first, second = case_histories(rows)["a"].sittings
    expect.value((first.passes, first.flaws, first.agent)).equals((1, 1, 1))
    expect.value((second.day, second.passes)).equals((date(2026, 1, 2), 1))


def test_trial_that_infrastructure_spoiled_disagrees_with_the_next_try() -> None:
    """An invalid try counts beside the pass of the same trial that came after it."""
    rows = [row("a", outcome="invalid", cause=Cause.INFRA), row("a", at=NOON + timedelta(seconds=1))]
    (sitting,) = case_histories(rows)["a"].sittings
    expect.value((sitting.passes, sitting.flaws)).equals((1, 1))


def test_replays_count_once_unless_they_come_out_otherwise() -> None:
    """Trials of one replay and one outcome are one trial; a replay that turns out differently is another."""
    same = [row("a", run=run, replay="r") for run in (1, 2, 3)]
    (sitting,) = case_histories(same)["a"].sittings
    expect.value((sitting.passes, sitting.flaws)).equals((1, 0))
    (sitting,) = case_histories([*same, row("a", run=4, replay="r", outcome="fail")])["a"].sittings
    expect.value((sitting.passes, sitting.flaws)).equals((1, 1))


def test_once_p0_always_p0() -> None:
    """A case that was ever recorded as P0 keeps that priority for quarantine."""
    rows = [row("a", priority="P0"), row("a", run=2, priority="P2")]
    expect.value(case_histories(rows)["a"].priority).equals("P0")
