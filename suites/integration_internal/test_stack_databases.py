"""Templates are built once and whole; clones are separate; nothing but `..._test` is ever touched."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from autobiz_harness.guards import maintenance
from autobiz_harness.stack import StackError, clone, drop, join, template
from autobiz_harness.stack.databases import at
from autobiz_oracles import expect

from ..stack_users import own_state

BUILDER = """
import sys
from pathlib import Path

import psycopg
from autobiz_harness.stack import template

url, fingerprint, half, record = sys.argv[1:]


def migrate(database):
    with Path(record).open("a") as lines:
        lines.write("built\\n")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("create table halfway ()")
        if half == "half":
            print("halfway", flush=True)
            sys.stdin.read()


sys.stdin.readline()
print(template(url, fingerprint, migrate), flush=True)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server for this file."""
    with own_state() as state, join(state, services=["postgres"], directory=state) as stack:
        yield stack.postgres.url


def leave_empty(url: str) -> None:
    """Migrate nothing."""


def ask(url: str, query: str) -> object:
    """Ask for one value."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def names(server: str) -> set[str]:
    """List the server's databases."""
    with maintenance(), psycopg.connect(server) as connection:
        return {name for (name,) in connection.execute("select datname from pg_database")}


def builder(server: str, fingerprint: str, record: Path, *, half: bool = False) -> subprocess.Popen[str]:
    """Start a process that builds a template once it is given a line."""
    arguments = [server, fingerprint, "half" if half else "whole", str(record)]
    return subprocess.Popen(
        [sys.executable, "-c", BUILDER, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_processes_that_ask_at_once_build_one_template(server: str, tmp_path: Path) -> None:
    """Of four processes that ask for the same template at the same moment, exactly one migrates it."""
    record = tmp_path / "record"
    processes = [builder(server, "at once", record) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = {process.communicate(timeout=60)[0] for process in processes}
    expect.value(len(answers)).equals(1)
    expect.value(record.read_text()).equals("built\n")


def test_other_migrations_have_another_template(server: str) -> None:
    """The template follows the fingerprint of the migrations, and the same one is found again."""
    first, second = (template(server, text, leave_empty) for text in ("one", "two"))
    expect.value(first).differs_from(second).matches("_test$")
    expect.value(template(server, "one", pytest.fail)).equals(first)


def test_a_builder_killed_halfway_leaves_nothing_that_looks_finished(server: str, tmp_path: Path) -> None:
    """After kill -9 in the middle of a migration the next one to ask builds the template from scratch."""
    process = builder(server, "killed", tmp_path / "record", half=True)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    expect.value(process.stdout.readline()).equals("halfway\n")
    process.send_signal(signal.SIGKILL)
    process.communicate()

    name = template(server, "killed", leave_empty)
    url = clone(server, name, "after_kill_test")
    expect.value(ask(url, "select count(*) from pg_tables where tablename = 'halfway'")).equals(0)


def test_a_migration_that_fails_says_so_and_is_tried_again(server: str) -> None:
    """A migration's own error comes through as it is, and does not stand in the way of the next."""

    def fail(url: str) -> None:
        raise ZeroDivisionError

    with expect.refusal(ZeroDivisionError):
        template(server, "fails", fail)
    built = template(server, "fails", leave_empty)
    expect.value(names(server)).contains(built)


def test_a_migration_must_close_its_connections(server: str) -> None:
    """A migration that returns with an open connection is told so, since its database cannot be copied."""
    held: list[psycopg.Connection] = []
    with expect.refusal(StackError, "must close its connections"):
        template(server, "held", lambda url: held.append(psycopg.connect(url)))
    held[0].close()


def test_clones_are_separate(server: str) -> None:
    """What happens in one clone is seen neither in another nor in the template."""

    def migrate(url: str) -> None:
        with psycopg.connect(url) as connection:
            connection.execute("create table t as select 1 as x")

    source = template(server, "separate", migrate)
    first, second = (clone(server, source, f"clone{number}_test") for number in (1, 2))
    with psycopg.connect(first) as connection:
        connection.execute("insert into t values (2)")
    expect.value(ask(first, "select count(*) from t")).equals(2)
    expect.value(ask(second, "select count(*) from t")).equals(1)
    expect.value(ask(clone(server, source, "clone1_test"), "select count(*) from t")).equals(1)


def test_nobody_can_connect_to_a_template(server: str) -> None:
    """A template admits no connections, so that nothing changes it and nothing delays a clone."""
    name = template(server, "sealed", leave_empty)
    with expect.refusal(psycopg.OperationalError, "not currently accepting connections"):
        psycopg.connect(at(server, name))


def test_drop_removes_clones_in_use_and_templates(server: str) -> None:
    """A database is dropped whoever is connected to it, a template too, and an absent one is no error."""
    source = template(server, "dropped", leave_empty)
    url = clone(server, source, "dropped_test")
    with psycopg.connect(url):
        drop(server, "dropped_test")
    drop(server, source)
    drop(server, source)
    expect.value(names(server)).contains("postgres").lacks(source, "dropped_test")


@pytest.mark.parametrize(
    "name",
    [
        "postgres",
        "orders",
        "orders_test2",
        "_test",
        "Orders_test",
        'x"_test',
        "x_test\n",
        "x" * 59 + "_test",
        "",
    ],
)
def test_names_that_are_not_plainly_a_tests_are_refused(server: str, name: str) -> None:
    """Neither clone nor drop touches a database whose name is not plainly a test database's."""
    source = template(server, "refuse", leave_empty)
    before = names(server)
    for work in (
        lambda: clone(server, source, name),
        lambda: clone(server, name, "fine_test"),
        lambda: drop(server, name),
    ):
        with expect.refusal(StackError, "not the name of a test database"):
            work()
    expect.value(names(server)).equals(before)


def test_cloning_from_nothing_is_a_clear_error(server: str) -> None:
    """A template that does not exist is named in the error."""
    with expect.refusal(StackError, "absent_test"):
        clone(server, "absent_test", "fine_test")


def test_a_server_that_is_gone_is_a_clear_error() -> None:
    """A server that does not answer is the stack's error, not the driver's."""
    with expect.refusal(StackError, "cannot be reached"):
        template("postgresql://u:p@127.0.0.1:9/postgres", "x", leave_empty)
