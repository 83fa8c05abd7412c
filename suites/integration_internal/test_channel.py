"""The way from the ledger to the database: one connection, one question at a time, and no doubt unnoticed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import psycopg
import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from autobiz_kernel import Channel
from autobiz_oracles import expect

from ..database import Connections

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.requirement("INV-05"),
]

ECHO = b"SELECT $1::text"
FAIL = b"SELECT ($1::text)::int::text"
SLOW = b"SELECT pg_sleep($1::float8)::text"


@pytest_asyncio.fixture(loop_scope="session")
async def channel(app_connections: Connections) -> AsyncIterator[Channel]:
    """A channel that a test may break."""
    opened = Channel(await AsyncConnection.connect(app_connections.url, autocommit=True))
    yield opened
    await opened.close()


async def test_questions_that_come_at_once_are_answered_in_turn(channel: Channel) -> None:
    """Of many questions at once, of two kinds, each gets its own answer."""
    asked = [f"question {number}".encode() for number in range(40)]
    told = await asyncio.gather(*(channel.ask(ECHO, each) for each in asked))
    expect.value(list(told)).equals(asked)


@pytest.mark.parametrize("size", [0, 1, 8_191, 8_192, 4_000_000])
async def test_any_size_goes_through(channel: Channel, size: int) -> None:
    """What the socket does not take at once is sent bit by bit, and comes back whole."""
    sent = b"x" * size
    told = await channel.ask(ECHO, sent)
    expect.value((len(told), set(told))).equals((size, set(sent)))


@pytest.mark.negative
async def test_an_error_is_raised_and_the_next_question_is_answered(channel: Channel) -> None:
    """What the database refuses comes back as its own error, and spoils nothing."""
    with expect.refusal(psycopg.errors.InvalidTextRepresentation):
        await channel.ask(FAIL, b"no number")
    expect.value(await channel.ask(FAIL, b"7")).equals(b"7")


@pytest.mark.negative
@pytest.mark.parametrize("when", ["idle", "asked"])
async def test_a_server_that_goes_away_is_told_and_never_waited_for(
    channel: Channel, connection: AsyncConnection[Any], when: str
) -> None:
    """A connection that ends is an error, for the question under way and for each one after it."""
    await channel.ask(ECHO, b"")
    victim = channel.hand_over().info.backend_pid
    waiting = asyncio.create_task(channel.ask(SLOW, b"600")) if when == "asked" else None
    await asyncio.sleep(0)
    await connection.execute("SELECT pg_terminate_backend(%s, 5000)", [victim])
    if waiting is not None:
        with expect.refusal(psycopg.OperationalError):
            await waiting
    for _ in range(2):
        with expect.refusal(psycopg.OperationalError):
            await channel.ask(ECHO, b"")


@pytest.mark.negative
async def test_who_gives_up_waiting_leaves_nothing_half_asked(channel: Channel) -> None:
    """A question that nobody waits for any more ends its connection: its answer must reach nobody else."""
    await channel.ask(ECHO, b"")
    task = asyncio.create_task(channel.ask(SLOW, b"600"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with expect.refusal(asyncio.CancelledError):
        await task
    with expect.refusal(psycopg.OperationalError):
        await channel.ask(ECHO, b"")


async def test_the_connection_can_be_used_otherwise_between_two_questions(channel: Channel) -> None:
    """Handed over, the connection serves its driver, and then the channel again."""
    before = await channel.ask(ECHO, b"a")
    cursor = await channel.hand_over().execute("SELECT 'b'")
    between = await cursor.fetchone()
    after = await channel.ask(ECHO, orjson.dumps({"c": 1}))
    expect.value([before, between, after]).equals([b"a", ("b",), b'{"c":1}'])
