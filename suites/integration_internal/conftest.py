"""Fixtures of the stack's own tests: a place of their own, and processes that do not outlive a test."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from autobiz_kernel import Ledger, MemoryLedger, PostgresLedger, RunRecord

from .. import untimed  # noqa: F401  # loaded for its Hypothesis profile
from ..kernel_tables import VICTIM_SECRET
from ..ledgers_alike import a_run, asked, settle
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
async def victim(ledger: PostgresLedger) -> UUID:
    """A tenant with a row in the books."""
    tenant = uuid4()
    run = a_run(tenant)
    await ledger.begin(run)
    await settle(ledger, run, await ledger.claim(asked(run)), {"id": VICTIM_SECRET})
    return tenant
