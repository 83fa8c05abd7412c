"""Tests open databases whose name says that they are a test's, on hosts that are."""

import pytest

from autobiz_oracles import expect

from ..inner_pytest import QUIET, expect_outcomes
from ..ledgers import outcomes

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-RH04"),
    pytest.mark.test_id("P1-H09"),
]

GUARDED = '[tool.autobiz.guard]\nnetwork = ["127.0.0.1", "localhost"]\ndatabases = ["*_test"]\n'

# Nobody listens on port 9: what is not refused fails with psycopg's own error.
TESTS = """
import asyncio
import psycopg
import pytest
from psycopg import connect
from autobiz_harness.guards import GuardError, maintenance

def at_home(open_it):
    with pytest.raises(psycopg.OperationalError):
        open_it()

def swallow(open_it):
    try: open_it()
    except Exception: pass

def test_name(): swallow(lambda: connect("postgresql://127.0.0.1:9/shop"))
def test_keywords(): swallow(lambda: connect(host="127.0.0.1", port=9, dbname="test_shop"))
def test_no_name(): swallow(lambda: connect("host=127.0.0.1 port=9 user=shop"))
def test_name_of_the_user(): swallow(lambda: psycopg.Connection.connect("postgresql://shop@127.0.0.1:9"))
def test_host(): swallow(lambda: connect("postgresql://db.invalid:9/shop_test"))
def test_second_host(): swallow(lambda: connect("postgresql://127.0.0.1:9,192.0.2.1:9/shop_test"))
def test_host_address(): swallow(lambda: connect("host=localhost hostaddr=192.0.2.1 dbname=shop_test"))
def test_async(): swallow(lambda: asyncio.run(psycopg.AsyncConnection.connect("postgresql://127.0.0.1:9/shop")))
def test_environment(monkeypatch):
    monkeypatch.setenv("PGDATABASE", "shop")
    swallow(lambda: connect("host=127.0.0.1 port=9"))
def test_raised():
    with pytest.raises(GuardError):
        connect("postgresql://127.0.0.1:9/shop")
def test_after_maintenance():
    with maintenance():
        pass
    swallow(lambda: connect("postgresql://127.0.0.1:9/shop"))

def test_home_name(): at_home(lambda: connect("postgresql://127.0.0.1:9/shop_test"))
def test_home_environment(monkeypatch):
    monkeypatch.setenv("PGDATABASE", "shop_test")
    at_home(lambda: connect("host=127.0.0.1 port=9"))
def test_home_socket(tmp_path): at_home(lambda: connect(f"host={tmp_path} dbname=shop_test"))
def test_home_async():
    at_home(lambda: asyncio.run(psycopg.AsyncConnection.connect("postgresql://localhost:9/shop_test")))
def test_home_maintenance():
    with maintenance():
        at_home(lambda: connect("postgresql://127.0.0.1:9/postgres"))
"""


@pytest.mark.negative
def test_a_database_of_another_name_or_host_fails_its_test(pytester: pytest.Pytester) -> None:
    """Every way to open a database by psycopg is refused unless name and host are a test's."""
    pytester.makepyprojecttoml(GUARDED)
    pytester.makepyfile(TESTS)

    result = pytester.runpytest_subprocess(*QUIET, "--gate-ledger=ledger")

    found = outcomes(pytester.path / "ledger")
    expect.worlds(len(found), 16).alike()
    expect.worlds(found, {name: "pass" if name.startswith("test_home") else "fail" for name in found}).alike()
    result.stdout.fnmatch_lines(["REFUSED * a connection to the database 'shop', which is none of [*]_test*"])


def test_without_the_guard_psycopg_is_left_alone(pytester: pytest.Pytester) -> None:
    """A project that guards no databases has the psycopg that it installed."""
    pytester.makepyprojecttoml('[tool.autobiz.guard]\nnetwork = ["127.0.0.1"]\n')
    pytester.makepyfile(
        "from psycopg import generators\n"
        "def test_it(): assert 'autobiz' not in getattr(generators.connect, '__module__', '')\n"
    )

    expect_outcomes(pytester.runpytest_subprocess(*QUIET), passed=1)
