"""The stack's fixtures, as a project uses them: in a pytest of their own."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autobiz_harness.stack import join, standings
from autobiz_oracles import expect

from ..inner_pytest import ending_of
from ..stack_users import own_state

PROJECT = """
import os

import psycopg
import pytest

@pytest.fixture(scope="session")
def database_migration():
    def migrate(url):
        with psycopg.connect(url) as connection:
            connection.execute("create table built as select %s::text as worker", (worker(),))

    return os.environ["SEEN"], migrate


def worker():
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.mark.parametrize("number", range(4))
def test_database(database, valkey_url, number):
    with psycopg.connect(database) as connection:
        name, builder = connection.execute("select current_database(), worker from built").fetchone()
        connection.execute("create table if not exists mine (worker text)")
        connection.execute("insert into mine values (%s)", (worker(),))
        others = connection.execute("select count(*) from mine where worker <> %s", (worker(),)).fetchone()[0]
    assert name.endswith(f"_{worker()}_test")
    assert others == 0
    with open(os.environ["SEEN"], "a") as seen:
        seen.write(f"{name} {builder} {valkey_url}\\n")
"""
EMPTY = """
import psycopg


def test_empty(database):
    with psycopg.connect(database) as connection:
        tables = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    assert tables == (0,)
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Path]:
    """A stack that is up already, as it is for every xdist worker but the first."""
    with own_state() as state, join(state, services=["postgres", "valkey"], directory=state):
        yield state


@pytest.fixture
def project(tmp_path: Path, running: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project that uses that stack."""
    monkeypatch.setenv("AUTOBIZ_STACK_DIR", str(running))
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    return tmp_path


def run_pytest(project: Path, *options: str) -> None:
    """Run the project's tests with nothing loaded but our fixtures and xdist; judge that they pass."""
    arguments = [
        "-p",
        "no:autobiz",
        "-p",
        "autobiz_harness.stack.fixtures",
        "-p",
        "no:valkey",
        "-q",
        *options,
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    expect.program(ending_of(done)).ended(0).said(" passed", on="out")


@pytest.mark.parametrize("options", [(), ("-n", "0"), ("-n", "2")], ids=["alone", "n0", "n2"])
def test_each_worker_has_its_own_clone_of_one_template(project: Path, options: tuple[str, ...]) -> None:
    """Every worker sees one database of its own, made from a template that one of them migrated."""
    (project / "test_project.py").write_text(PROJECT)
    run_pytest(project, *options)
    seen = [line.split() for line in (project / "seen").read_text().splitlines()]
    expect.value(len(seen)).equals(4)
    names, builders, valkeys = ({row[column] for row in seen} for column in range(3))
    expect.value(len(builders)).equals(1)
    expect.value(len(valkeys)).equals(1)
    expect.value(len(names)).at_most(2 if "2" in options else 1)


def test_without_a_migration_the_database_is_empty(project: Path) -> None:
    """A project that registers no migration gets an empty database."""
    (project / "test_empty.py").write_text(EMPTY)
    run_pytest(project)


def test_only_the_services_that_tests_ask_for_are_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_servers_given: None
) -> None:
    """A project whose tests want Valkey alone starts neither PostgreSQL nor WireMock."""
    state = tmp_path / "stack"
    monkeypatch.setenv("AUTOBIZ_STACK_DIR", str(state))
    (tmp_path / "test_one.py").write_text("def test_one(valkey_url):\n    assert valkey_url\n")
    run_pytest(tmp_path)
    expect.value([standing.name for standing in standings(state)]).equals(["valkey"])
