"""Fixtures of the stack's own tests: a place of their own, and processes that do not outlive a test."""

import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
import pytest_asyncio
from psycopg import conninfo, sql
from valkey.asyncio import Valkey

from autobiz_harness.stack import clone, drop, template
from autobiz_kernel import Ledger, MemoryLedger, PostgresLedger, RunRecord, make_weeks
from autobiz_kernel.breaker import PostgresResets

from .. import untimed  # noqa: F401  # loaded for its Hypothesis profile
from ..kernel_tables import VICTIM_SECRET
from ..ledgers_alike import a_run, asked, settle
from ..resets import a_word
from ..retained import MONDAY, Place
from ..stack_users import Member, no_given_servers, own_state


@pytest.fixture
def stack_state() -> Iterator[Path]:
    """A state directory of the test's own."""
    with own_state() as path:
        yield path


@pytest.fixture
def no_servers_given() -> Iterator[None]:
    """Start what the test needs, whatever the environment offers."""
    with no_given_servers():
        yield


@pytest.fixture
def member(stack_state: Path) -> Iterator[Callable[..., Member]]:
    """Start processes that join the stack in the test's state directory."""
    started: list[Member] = []

    def start(*services: str) -> Member:
        started.append(Member(stack_state, *(services or ("valkey",))))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


@pytest_asyncio.fixture(loop_scope="session", params=["memory", "postgres"])
async def books(request: pytest.FixtureRequest, ledger: PostgresLedger) -> Ledger:
    """Each test runs on both, which is what makes the one the other's model."""
    return MemoryLedger() if request.param == "memory" else ledger


@pytest_asyncio.fixture(loop_scope="session")
async def run(books: Ledger, tenant: UUID) -> RunRecord:
    begun = a_run(tenant)
    await books.begin(begun)
    return begun


@pytest_asyncio.fixture(loop_scope="session")
async def victim(ledger: PostgresLedger, app_database: str) -> UUID:
    """A tenant with rows in the books, and a circuit that was reset."""
    tenant = uuid4()
    run = a_run(tenant)
    await ledger.begin(run)
    await settle(ledger, run, await ledger.claim(asked(run)), {"id": VICTIM_SECRET})
    await PostgresResets(app_database).keep(a_word(tenant, why=VICTIM_SECRET))
    return tenant


@pytest_asyncio.fixture(loop_scope="session")
async def client(valkey_url: str) -> AsyncIterator[Valkey]:
    """The shared Valkey, where circuits are kept."""
    connected = Valkey.from_url(valkey_url)
    yield connected
    await connected.aclose()


@pytest.fixture(scope="session")
def job_word(database: str) -> Iterator[tuple[str, str]]:
    """The login of retention's job, which is no superuser: what two roles may is all it may."""
    name, word = f"job_{secrets.token_hex(6)}", secrets.token_hex(16)
    login = sql.Identifier(name)
    with psycopg.connect(database, autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE autobiz_owner, autobiz_archive").format(
                login, sql.Literal(word)
            )
        )
        yield name, word
        server.execute(sql.SQL("DROP ROLE {}").format(login))


@pytest.fixture
def place(
    postgres_url: str,
    database_migration: tuple[str, Callable[[str], None]],
    app_database: str,
    job_word: tuple[str, str],
    tmp_path: Path,
) -> Iterator[Place]:
    """A database in which a test may drop partitions, with the three of one week."""
    name = f"autobiz_{secrets.token_hex(4)}_retention_test"
    url = clone(postgres_url, template(postgres_url, *database_migration), name)
    make_weeks(url, now=MONDAY, weeks=1)
    user, word = job_word
    yield Place(
        url=url,
        app=conninfo.make_conninfo(app_database, dbname=name),
        job=conninfo.make_conninfo(url, user=user, password=word),
        folder=tmp_path,
    )
    drop(postgres_url, name)


@pytest_asyncio.fixture(loop_scope="session")
async def place_ledger(place: Place) -> AsyncIterator[PostgresLedger]:
    """The books of that database, as the application's login writes them."""
    ledger = await PostgresLedger.connect(place.app)
    yield ledger
    await ledger.close()
