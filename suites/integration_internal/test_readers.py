"""Readers of the world on real servers: a database after a crash, our books, metrics and logs."""

import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import psycopg
import pytest

from autobiz_harness.adapters import (
    EvidenceError,
    after_crash,
    log_file,
    metrics_at,
    receipts_of,
    rows,
    rows_of,
)
from autobiz_oracles import Outcome, PlainCrash, PlainRequest, expect, nothing_lost, unheard

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-TR05")]

ROOT = Path(__file__).parents[2]
KEYS = "SELECT key FROM probe_rows ORDER BY key"


@pytest.fixture
def table(database: str) -> Iterator[str]:
    """A table of the test's own, found first under a fixed name."""
    schema = f"probe_{uuid.uuid4().hex}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(
            f"CREATE TABLE {schema}.probe_rows"
            " (key text PRIMARY KEY, n numeric, at timestamptz, raw bytea, doc json)"
        )
        yield schema
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def url(database: str, table: str) -> str:
    return f"{database}{'&' if '?' in database else '?'}options=-csearch_path%3D{table}"


def killed_writer(database: str, table: str) -> tuple[list[str], list[str]]:
    """What a killed process had tried, and what it had said is safe."""
    argv = [sys.executable, "-m", "suites.integration_internal.row_writer", database, f"{table}.probe_rows"]
    with subprocess.Popen(
        argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = []
        while "safe 20" not in said:
            said.append(process.stdout.readline().strip())
        process.kill()
        said += [line.strip() for line in process.stdout]
    tried = [f"k{line.split()[1]}" for line in said if line.startswith("try")]
    return tried, [f"k{line.split()[1]}" for line in said if line.startswith("safe")]


def crash_of(database: str, table: str, url: str) -> PlainCrash:
    tried, safe = killed_writer(database, table)
    return after_crash(url, KEYS, attempted=tried, acknowledged=safe)


@pytest.mark.oracle("Durability")
def test_what_a_killed_process_called_safe_is_in_the_database(database: str, table: str, url: str) -> None:
    """After SIGKILL every acknowledged row is read back, once, and none that nobody tried."""
    crash = crash_of(database, table, url)
    assert crash.acknowledged is not None
    expect.value(len(crash.acknowledged)).equals(21)
    expect.durability(crash).nothing_lost().nothing_invented()


@pytest.mark.negative
@pytest.mark.oracle("Consistency")
def test_a_row_that_is_gone_is_lost(database: str, table: str, url: str) -> None:
    """Broken on purpose, a store that forgets one acknowledged row fails, and the row is named."""
    crash = crash_of(database, table, url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM probe_rows WHERE key = 'k7'")
    again = after_crash(url, KEYS, attempted=crash.attempted, acknowledged=crash.acknowledged)
    with unheard():
        verdict = nothing_lost(again)
        unread = nothing_lost(replace(crash, found=None))
    expect.worlds([verdict.outcome, unread.outcome], [Outcome.FAIL, Outcome.UNKNOWN]).alike()
    expect.value(verdict.reason).equals("k7: acknowledged and lost")


@pytest.mark.oracle("StateChange")
def test_two_readings_of_a_table_are_two_worlds(url: str) -> None:
    """Rows come as JSON values, whatever their types, so that before and after can be told apart."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO probe_rows VALUES ('a', 1.50, '2026-01-01T00:00Z', '\\x00ff', '{\"b\": [1]}')"
        )
        before = rows_of(url, "SELECT * FROM probe_rows")
        connection.execute("UPDATE probe_rows SET n = 2 WHERE key = 'a'")
    after = rows_of(url, "SELECT * FROM probe_rows WHERE key = %s", ["a"])
    expect.state(before, after).changed_only("/0/n")
    expect.state(before, after).became("/0/raw", "00ff").became("/0/doc", {"b": [1]})
    with expect.refusal(EvidenceError, "row 1 has no external_key"):
        receipts_of(after)


@pytest.mark.oracle("Consistency")
def test_books_in_a_table_are_matched_with_a_journal(url: str) -> None:
    """Receipts are read from the database itself, and agree with what the provider saw."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO probe_rows (key) VALUES ('autobiz:1')")
    seen = [
        PlainRequest(
            method="POST", path="/v1/refunds", accepted=True, headers={"Idempotency-Key": "autobiz:1"}
        )
    ]
    books = receipts_of(rows_of(url, "SELECT key AS external_key FROM probe_rows"))
    expect.receipts(books).match(seen)


@pytest.mark.negative
def test_a_reader_changes_nothing_and_sees_only_what_is_committed(url: str) -> None:
    """A statement that writes is refused, and another's open transaction is not evidence."""
    with expect.refusal(psycopg.errors.ReadOnlySqlTransaction):
        rows_of(url, "INSERT INTO probe_rows (key) VALUES ('b') RETURNING key")
    with psycopg.connect(url) as open_one:
        open_one.execute("INSERT INTO probe_rows (key) VALUES ('c')")
        expect.worlds(len(rows_of(url, KEYS)), 0).alike()


@pytest.mark.negative
def test_more_than_can_be_judged_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows beyond the limit are not cut off, and a query with further columns gives no keys."""
    monkeypatch.setattr(rows, "ROWS_MAX", 2)
    expect.worlds(len(rows_of(url, "SELECT generate_series(1, 2)")), 2).alike()
    with expect.refusal(EvidenceError, "more than 2 rows"):
        rows_of(url, "SELECT generate_series(1, 3)")
    with expect.refusal(EvidenceError, "2 columns"):
        after_crash(url, "SELECT 1 AS a, 2 AS b", attempted=[], acknowledged=[])


@pytest.mark.negative
def test_a_database_that_is_not_there_is_an_error(url: str) -> None:
    """Nobody at the other end is not an empty table."""
    with expect.refusal(psycopg.OperationalError):
        rows_of("postgresql://127.0.0.1:1/none_test", KEYS)


class Shop(BaseHTTPRequestHandler):
    """A service with a counter."""

    refunds: ClassVar[int] = 0

    def do_GET(self) -> None:
        body = f'# TYPE refunds counter\nrefunds{{tenant="t1"}} {self.refunds}\nup 1\n'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing."""


@pytest.mark.oracle("Observability")
def test_metrics_and_logs_tell_what_happened(tmp_path: Path) -> None:
    """A counter is read from the service before and after, and the log from its file."""
    with HTTPServer(("127.0.0.1", 0), Shop) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/metrics"
        before = metrics_at(address)
        Shop.refunds += 2
        after = metrics_at(address)
        server.shutdown()
        thread.join()
    log = tmp_path / "agent.log"
    log.write_text(
        "".join(json.dumps({"event": "refunded", "tenant": "t1", "n": n}) + "\n" for n in range(2))
    )
    expect.metrics(before, after, where=address).moved('refunds{tenant="t1"}', by=2).nothing_else()
    expect.log(log_file(log), where=str(log)).tells("refunded", times=2, fields={"tenant": "t1"})
