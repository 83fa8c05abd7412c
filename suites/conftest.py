"""Fixtures of the suites that use real servers: each test lives in a tenant and a trial of its own."""

import uuid
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from autobiz_kernel import EffectStore
from autobiz_mocks import VirtualClock, WireMock, shipped_stubs

from .database import Connect, Connections, ReadReceipts, read_receipts
from .stripe_tools import TRIAL_HEADER, ReadJournal, StripeTools


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def tenant() -> uuid.UUID:
    """A tenant nobody else uses, which is all the isolation that a shared database needs."""
    return uuid.uuid4()


@pytest.fixture
def trial() -> str:
    """The name under which this execution of this test is found in a shared journal."""
    return uuid.uuid4().hex


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def connections(database: str) -> AsyncIterator[Connections]:
    shared = Connections(url=database)
    yield shared
    await shared.close()


@pytest_asyncio.fixture(loop_scope="session")
async def connection(connections: Connections) -> AsyncIterator[AsyncConnection[Any]]:
    """A plain connection, past the kernel."""
    borrowed = await connections.borrow()
    yield borrowed
    await connections.give_back(borrowed)


@pytest_asyncio.fixture(loop_scope="session")
async def connect(connections: Connections) -> AsyncIterator[Connect]:
    """Opens stores on connections of their own: one for each worker process that a test plays."""
    borrowed: list[AsyncConnection[Any]] = []

    async def open_store() -> EffectStore:
        borrowed.append(await connections.borrow())
        return EffectStore(borrowed[-1])

    yield open_store
    for each in borrowed:
        await connections.give_back(each)


@pytest_asyncio.fixture(loop_scope="session")
async def store(connect: Connect) -> EffectStore:
    return await connect()


@pytest.fixture
def receipts_of(connection: AsyncConnection[Any]) -> ReadReceipts:
    return partial(read_receipts, connection)


@pytest.fixture(scope="session")
def wiremock(wiremock_url: str) -> Iterator[WireMock]:
    """This worker's admin client of the shared server, with all shipped stubs installed."""
    with WireMock(wiremock_url) as client:
        client.install((*shipped_stubs("stripe"), *shipped_stubs("common")))
        yield client


@pytest.fixture
def read_journal(wiremock: WireMock, trial: str) -> ReadJournal:
    """Reads what the providers have seen of this trial."""
    wiremock.mark(TRIAL_HEADER, trial)
    return partial(wiremock.journal, TRIAL_HEADER, trial)


@pytest.fixture
def stripe(wiremock_url: str, trial: str, read_journal: ReadJournal) -> Iterator[StripeTools]:
    tools = StripeTools(wiremock_url, trial=trial)
    yield tools
    tools.close()
