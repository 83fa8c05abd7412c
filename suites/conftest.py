"""Fixtures of the suites that use real servers: each test lives in a tenant and a trial of its own."""

import secrets
import uuid
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from psycopg import AsyncConnection, conninfo, sql

from autobiz_kernel import PostgresLedger
from autobiz_kernel.transport import Egress, HttpTransport
from autobiz_mocks import TRIAL_HEADER, VirtualClock, WireMock, World, shipped_stubs, stamped

from .database import Connect, Connections, ReadReceipts, read_receipts
from .providing import RESOURCES, Trial, machines
from .stripe_tools import ReadJournal, StripeTools, stripe_account


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def tenant() -> uuid.UUID:
    """A tenant nobody else uses, which is all the isolation that a shared database needs."""
    return uuid.uuid4()


@pytest.fixture(scope="session")
def journal_salt() -> str:
    """Keeps apart what two sessions play at one server; in letters, for digits could be somebody's card."""
    return "".join(secrets.choice("ghijklmnopqrstuvwxyz") for _ in range(12))


@pytest.fixture
def trial() -> str:
    """The name under which this execution of this test is found in a shared journal."""
    return uuid.uuid4().hex


@pytest.fixture(scope="session")
def app_database(database: str) -> Iterator[str]:
    """The worker's database as the product sees it: through a login that is an application, no more."""
    name, word = f"app_{secrets.token_hex(6)}", secrets.token_hex(16)
    login = sql.Identifier(name)
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE autobiz_app").format(login, sql.Literal(word))
        )
        yield conninfo.make_conninfo(database, user=name, password=word)
        owner.execute(sql.SQL("DROP ROLE {}").format(login))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def connections(database: str) -> AsyncIterator[Connections]:
    shared = Connections(url=database)
    yield shared
    await shared.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def app_connections(app_database: str) -> AsyncIterator[Connections]:
    shared = Connections(url=app_database)
    yield shared
    await shared.close()


@pytest_asyncio.fixture(loop_scope="session")
async def connection(connections: Connections) -> AsyncIterator[AsyncConnection[Any]]:
    """A plain connection, past the kernel and above all policies."""
    borrowed = await connections.borrow()
    yield borrowed
    await connections.give_back(borrowed)


@pytest_asyncio.fixture(loop_scope="session")
async def app_connection(app_connections: Connections) -> AsyncIterator[AsyncConnection[Any]]:
    """A plain connection of the application's role."""
    borrowed = await app_connections.borrow()
    yield borrowed
    await app_connections.give_back(borrowed)


@pytest_asyncio.fixture(loop_scope="session")
async def connect(app_connections: Connections) -> AsyncIterator[Connect]:
    """Opens ledgers on connections of their own: one for each worker process that a test plays."""
    opened: list[PostgresLedger] = []

    async def open_ledger() -> PostgresLedger:
        writes, looks = await app_connections.borrow(), await app_connections.borrow()
        opened.append(PostgresLedger(writes, writes, looks))
        return opened[-1]

    yield open_ledger
    for ledger in opened:
        writes, _, looks = ledger.connections
        await app_connections.give_back(writes)
        await app_connections.give_back(looks)


@pytest_asyncio.fixture(loop_scope="session")
async def ledger(connect: Connect) -> PostgresLedger:
    return await connect()


@pytest.fixture
def receipts_of(connection: AsyncConnection[Any]) -> ReadReceipts:
    return partial(read_receipts, connection)


@pytest.fixture(scope="session")
def wiremock(wiremock_url: str) -> Iterator[WireMock]:
    """This worker's admin client of the shared server, with all shipped stubs installed."""
    with WireMock(wiremock_url) as client:
        client.install(stub for resource in RESOURCES for stub in shipped_stubs(resource))
        yield client


@pytest.fixture
def read_journal(wiremock: WireMock, trial: str) -> ReadJournal:
    """Reads what the providers have seen of this trial."""
    wiremock.mark(TRIAL_HEADER, trial)
    return partial(wiremock.journal, TRIAL_HEADER, trial)


@pytest.fixture(scope="session")
def shared_egress() -> Egress:
    return Egress()


@pytest.fixture
def egress(shared_egress: Egress) -> Iterator[Egress]:
    """The door of this process; a test in which it refused anything has failed, whoever swallowed that."""
    yield shared_egress
    refused, shared_egress.refused[:] = tuple(shared_egress.refused), []
    assert not refused, refused


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stripe_wire(wiremock_url: str, shared_egress: Egress) -> AsyncIterator[HttpTransport]:
    """Connections to the Stripe stand-in that all tests share."""
    async with HttpTransport(stripe_account(wiremock_url), shared_egress) as wire:
        yield wire


@pytest.fixture
def stripe(
    wiremock_url: str,
    stripe_wire: HttpTransport,
    trial: str,
    clock: VirtualClock,
    egress: Egress,
    read_journal: ReadJournal,
) -> StripeTools:
    return StripeTools(wiremock_url, stamped(stripe_wire, trial=trial, clock=clock), egress, clock)


@pytest.fixture
def world(wiremock: WireMock, trial: str, read_journal: ReadJournal) -> Iterator[World]:
    """The providers of this trial, with whatever payments it speaks of made before it began."""
    with World(wiremock, trial=trial, machines=machines) as made:
        yield made


@pytest.fixture
def at_providers(
    wiremock_url: str,
    stripe_wire: HttpTransport,
    egress: Egress,
    clock: VirtualClock,
    ledger: PostgresLedger,
    tenant: uuid.UUID,
    world: World,
) -> Trial:
    """One trial at all providers, with books in PostgreSQL."""
    return Trial(
        url=wiremock_url,
        wire=stripe_wire,
        egress=egress,
        clock=clock,
        ledger=ledger,
        tenant=tenant,
        world=world,
    )
