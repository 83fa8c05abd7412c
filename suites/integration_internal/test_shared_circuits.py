"""Circuits in Valkey: the script agrees with the plain functions, one probes for all, and Valkey may die."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection
from valkey.asyncio import Valkey

from autobiz_kernel import Json
from autobiz_kernel.breaker import (
    CircuitRule,
    MemoryCircuits,
    MemoryResets,
    Transition,
    ValkeyCircuits,
    key_of,
)
from autobiz_kernel.breaker.valkey import PREFIX
from autobiz_kernel.workflow import Standing
from autobiz_oracles import expect

from ..database import Connections
from ..resets import a_word
from ..shop.place import order, refund, shop_in_memory, shop_in_postgres

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P1"),
    pytest.mark.test_id("P1-T-RK05"),
    pytest.mark.risk("RK05"),
]

RULE = CircuitRule(failures_max=3, open_ms=1_000, probe_ms=500)
# A loaded machine is no server that is away.
AMPLE_S = 30.0


async def test_the_script_agrees_with_the_functions(client: Valkey) -> None:
    """Whatever happens in whatever order, both give the same permits and tell of the same changes."""
    for seed in range(8):
        rng, tenant, now_ms = Random(seed), uuid4(), 1_800_000_000_000
        key, words = key_of(tenant, "payments"), MemoryResets()
        heard: tuple[list[Transition], list[Transition]] = ([], [])
        shared = ValkeyCircuits(client, RULE, on_transition=heard[0].append, patience_s=AMPLE_S, resets=words)
        plain = MemoryCircuits(RULE, on_transition=heard[1].append, resets=words)
        permits: list[tuple[object, object]] = []
        for _ in range(60):
            now_ms += rng.choice((0, 1, 400, 499, 500, 1_000))
            if rng.random() < 0.5:
                permits.append((await shared.may(key, now_ms=now_ms), await plain.may(key, now_ms=now_ms)))
            elif rng.random() < 0.95:
                token, is_well = rng.randint(0, 4), rng.random() < 0.4
                for each in (shared, plain):
                    await each.told(key, now_ms=now_ms, token=token, is_well=is_well)
            else:
                for each in (shared, plain):
                    await each.reset(a_word(tenant))
        expect.value([one for one, _ in permits]).equals([other for _, other in permits])
        expect.value(heard[0]).equals(heard[1])


@pytest.mark.adversarial(115)
async def test_of_many_who_ask_at_once_one_probes(client: Valkey) -> None:
    """When an open circuit's time is over, exactly one of thirty-two processes may call."""
    key = uuid4().hex
    many = [ValkeyCircuits(client, RULE, patience_s=AMPLE_S) for _ in range(32)]
    for each in many[:3]:
        await each.told(key, now_ms=0, token=0, is_well=False)
    permits = await asyncio.gather(*(each.may(key, now_ms=1_000) for each in many))
    expect.value(sum(permit.is_given for permit in permits)).equals(1)


WRONG = "a text where a circuit should be"


@asynccontextmanager
async def valkey_that_is(how: str, url: str) -> AsyncIterator[Valkey]:
    """A client of a Valkey in some trouble: another database than others use, or no server at all."""
    if how in ("flushed", "wrong"):
        client = Valkey.from_url(url, db=7)
        yield client
        await client.flushdb()
        await client.aclose()
        return
    held = asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await held.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1] if how == "silent" else 1
    client = Valkey.from_url(f"valkey://127.0.0.1:{port}")
    yield client
    held.set()
    await client.aclose()
    server.close()
    await server.wait_closed()


@pytest.mark.adversarial(66, 67)
@pytest.mark.negative
@pytest.mark.parametrize("how", ["flushed", "wrong", "silent", "away"])
async def test_whatever_valkey_does_an_act_happens_once(
    how: str, valkey_url: str, app_connections: Connections, tenant: UUID
) -> None:
    """Emptied at every call, holding nonsense, silent or away: two who ask for one act cause one."""
    wires: list[AsyncConnection[Any]] = [await app_connections.borrow() for _ in range(5)]
    async with valkey_that_is(how, valkey_url) as client:
        shop = shop_in_postgres(wires, tenant)

        async def answer(operation: str, arguments: Json, key: str) -> Any:
            if how == "flushed":
                await client.flushdb()
            return await shop.answer(operation, arguments, key)

        shop.provider = answer
        shop.circuits = ValkeyCircuits(
            client, RULE, patience_s=AMPLE_S if how in ("flushed", "wrong") else 0.01
        )
        if how == "wrong":
            for tool in ("orders", "stock", "mail"):
                await client.set(f"{PREFIX}{tenant}:{tool}", WRONG)
        runs = [await shop.start("reserve_all", order()) for _ in range(2)]
        for run_id in runs:
            await shop.advance(run_id)
    made = [arguments for operation, arguments, _ in shop.seen if operation == "stock.reserve"]
    expect.value(sorted(str(each["line"]) for each in made)).equals(["l-1-0", "l-1-1", "l-1-2"])
    for wire in wires:
        await app_connections.give_back(wire)


@pytest.mark.adversarial(115)
@pytest.mark.negative
async def test_without_valkey_money_waits_and_other_calls_do_not() -> None:
    """While nobody can say how a provider is no money moves; when Valkey is back the run goes on."""
    gone = Valkey.from_url("valkey://127.0.0.1:1")
    shop = shop_in_memory()
    shop.circuits = ValkeyCircuits(gone, RULE)
    run_id = await shop.start("refund", refund())
    expect.value(await shop.advance(run_id)).equals(Standing.SUSPENDED)
    expect.value([operation for operation, _, _ in shop.seen]).equals(["orders.read"])
    shop.clock.advance(timedelta(seconds=10))
    expect.value(await shop.advance(run_id)).equals(Standing.SUSPENDED)
    shop.circuits = MemoryCircuits(RULE)
    expect.value(await shop.until_over(run_id)).equals("COMPLETED")
    expect.value([operation for operation, _, _ in shop.seen].count("payments.refund")).equals(1)
    await gone.aclose()


@pytest.mark.negative
async def test_without_valkey_a_process_learns_by_itself() -> None:
    """Without an answer calls go through, and failures that the process sees open its own circuit."""
    gone = Valkey.from_url("valkey://127.0.0.1:1", socket_connect_timeout=0.2)
    heard: list[Transition] = []
    circuits = ValkeyCircuits(gone, RULE, on_transition=heard.append)
    first = await circuits.may("k", now_ms=0)
    for _ in range(3):
        await circuits.told("k", now_ms=0, token=0, is_well=False)
    after = await circuits.may("k", now_ms=1)
    await gone.aclose()
    expect.value((first.is_given, after.is_given, [each.after.value for each in heard])).equals(
        (True, False, ["open"])
    )


@pytest.mark.negative
async def test_a_valkey_that_never_answers_is_as_good_as_away() -> None:
    """A server that takes questions and answers none keeps nobody waiting: a process goes by its own."""
    held = asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await held.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    silent = Valkey.from_url(f"valkey://127.0.0.1:{port}")
    circuits = ValkeyCircuits(silent, RULE, patience_s=0.01)
    for _ in range(RULE.failures_max):
        await circuits.told("t:pay", now_ms=0, token=0, is_well=False)
    expect.value((await circuits.may("t:pay", now_ms=1)).until_ms).equals(1_000)
    held.set()
    await silent.aclose()
    server.close()
    await server.wait_closed()
