"""The ways in which the world asks for an act: once, twice, at once, out of order, while things break."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from autobiz_kernel import (
    LEASE,
    WINDOW,
    ClaimOutcome,
    Json,
    Ledger,
    Refused,
    Reply,
    Tool,
    external_key,
    internal_key,
)
from autobiz_kernel.transport import TurnedAwayError, UnheardError
from autobiz_mocks import TRIAL_HEADER, Fault, Stub, VirtualClock, WireMock, faulty_once, shipped_stubs

from ..calling import governed_call
from ..database import Connect
from ..stripe_tools import KEY_HEADER
from .acts import ACTS_MAX, Act

Results: TypeAlias = list[list[Json]]

_REPEATS_MAX = 3
# All repeats of all acts of a trial fit into one window, or running anew would be right.
_PAUSE_MAX = WINDOW / (ACTS_MAX * _REPEATS_MAX + 1)

_STUBS: dict[str, Stub] = {stub["metadata"]["op"]: stub for stub in shipped_stubs("stripe")}


class WorkerKilledError(BaseException):
    """Plays the end of a worker between effect and receipt."""


class Delivery(StrEnum):
    ONCE = "once"
    DUPLICATED = "duplicated"
    CONCURRENT = "concurrent"
    REORDERED = "reordered"
    ANSWER_LOST = "answer_lost"
    SERVER_ERROR = "server_error"
    CRASHED = "crashed"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that one trial plays with."""

    connect: Connect
    clock: VirtualClock
    wiremock: WireMock
    tenant: UUID
    trial: str
    rng: random.Random

    async def call(self, ledger: Ledger, act: Act) -> Reply:
        return await governed_call(
            ledger=ledger, clock=self.clock, tool=act.tool, tenant=self.tenant, arguments=act.arguments
        )

    def key_of(self, act: Act) -> str:
        """The key under which the provider will see this act."""
        contract = act.tool.contract
        identity = contract.identity_of(act.arguments)
        return external_key(
            internal_key(
                tenant=self.tenant, tool=contract.name, operation=contract.operation, identity=identity
            )
        )

    @contextmanager
    def fault(self, act: Act, fault: Fault, *, delay_ms: int = 0) -> Iterator[None]:
        """Let the provider misbehave once towards this act."""
        headers = {TRIAL_HEADER: self.trial, KEY_HEADER: self.key_of(act)}
        stub = faulty_once(_STUBS[act.tool.contract.operation], fault, headers=headers, delay_ms=delay_ms)
        with self.wiremock.planted(stub):
            yield


async def deliver(delivery: Delivery, scene: Scene, acts: tuple[Act, ...]) -> Results:
    """Ask for every act in one way; return, act by act, the results that were given."""
    return await _PATTERNS[delivery](scene, acts)


async def _once(scene: Scene, acts: tuple[Act, ...]) -> Results:
    ledger = await scene.connect()
    return [[_result(await scene.call(ledger, act), ClaimOutcome.CLAIMED)] for act in acts]


async def _duplicated(scene: Scene, acts: tuple[Act, ...]) -> Results:
    ledger = await scene.connect()
    results: Results = []
    for act in acts:
        given = [_result(await scene.call(ledger, act), ClaimOutcome.CLAIMED)]
        for _ in range(scene.rng.randint(1, _REPEATS_MAX)):
            scene.clock.advance(scene.rng.random() * _PAUSE_MAX)
            given.append(_result(await scene.call(ledger, act), ClaimOutcome.REPLAY))
        results.append(given)
    return results


async def _concurrent(scene: Scene, acts: tuple[Act, ...]) -> Results:
    ledgers = [await scene.connect() for _ in range(3)]
    results: Results = []
    for act in acts:
        with scene.fault(act, Fault.DELAY, delay_ms=scene.rng.randint(1, 12)):
            replies = await asyncio.gather(*(scene.call(ledger, act) for ledger in ledgers))
        results.append(_results_of_a_race(replies))
    return results


async def _reordered(scene: Scene, acts: tuple[Act, ...]) -> Results:
    ledger = await scene.connect()
    order = [number for number in range(len(acts)) for _ in range(scene.rng.randint(1, 3))]
    scene.rng.shuffle(order)
    results: Results = [[] for _ in acts]
    for number in order:
        names = list(acts[number].arguments)
        scene.rng.shuffle(names)
        act = replace(acts[number], arguments={name: acts[number].arguments[name] for name in names})
        wanted = ClaimOutcome.REPLAY if results[number] else ClaimOutcome.CLAIMED
        results[number].append(_result(await scene.call(ledger, act), wanted))
        scene.clock.advance(timedelta(seconds=scene.rng.randint(0, 90)))
    return results


async def _answer_lost(scene: Scene, acts: tuple[Act, ...]) -> Results:
    ledger = await scene.connect()
    return [await _retried_after(scene, ledger, act, Fault.ANSWER_LOST) for act in acts]


async def _server_error(scene: Scene, acts: tuple[Act, ...]) -> Results:
    ledger = await scene.connect()
    return [await _retried_after(scene, ledger, act, Fault.SERVER_ERROR) for act in acts]


async def _retried_after(scene: Scene, ledger: Ledger, act: Act, fault: Fault) -> list[Json]:
    with scene.fault(act, fault):
        try:
            await scene.call(ledger, act)
        except (TurnedAwayError, UnheardError):
            pass
        else:
            raise AssertionError(f"{fault} was planted, yet the call returned")
    # The doubt is written down, so nobody has to wait for the end of a lease.
    scene.clock.advance(timedelta(seconds=scene.rng.randint(0, 3600)))
    return [_result(await scene.call(ledger, act), ClaimOutcome.CLAIMED)]


async def _crashed(scene: Scene, acts: tuple[Act, ...]) -> Results:
    doomed, *heirs = [await scene.connect() for _ in range(3)]
    results: Results = []
    for act in acts:
        try:
            await scene.call(doomed, act.with_tool(_dying_after_effect))
        except WorkerKilledError:
            pass
        else:
            raise AssertionError("the worker survived its own end")
        scene.clock.advance(LEASE)
        replies = await asyncio.gather(*(scene.call(heir, act) for heir in heirs))
        results.append(_results_of_a_race(replies))
    return results


async def _overtaken(scene: Scene, acts: tuple[Act, ...]) -> Results:
    slow, fast = await scene.connect(), await scene.connect()
    return [await _race_of_two_holders(scene, slow, fast, act) for act in acts]


async def _race_of_two_holders(scene: Scene, slow: Ledger, fast: Ledger, act: Act) -> list[Json]:
    """Both have acted, the first one's lease is over, and either may be the first to write its receipt."""
    pauses = [Pause(), Pause()]
    calls: list[asyncio.Task[Reply]] = []
    for ledger, pause in zip((slow, fast), pauses, strict=True):
        calls.append(asyncio.create_task(scene.call(ledger, act.with_tool(pause.after_effect))))
        await pause.acted.wait()
        scene.clock.advance(LEASE)
    late_first = scene.rng.random() < 0.5
    order = (0, 1) if late_first else (1, 0)
    for holder in order:
        pauses[holder].may_return.set()
        await calls[holder]
    late, heir = calls[0].result(), calls[1].result()
    given = [_result(heir, ClaimOutcome.CLAIMED)]
    if late_first:
        # The heir's lease is over as well, so all that can be said is that nobody knows yet.
        assert (late.outcome, late.result) == (ClaimOutcome.UNCERTAIN, None), late
    else:
        given.append(_result(late, ClaimOutcome.REPLAY))
    return given


class Pause:
    """Holds a worker between its effect and its receipt."""

    def __init__(self) -> None:
        self.acted, self.may_return = asyncio.Event(), asyncio.Event()

    def after_effect(self, tool: Tool) -> Tool:
        async def execute(arguments: Json, key: str) -> Json | Refused:
            result = await tool.execute(arguments, key)
            self.acted.set()
            await self.may_return.wait()
            return result

        return replace(tool, execute=execute)


def _dying_after_effect(tool: Tool) -> Tool:
    async def execute(arguments: Json, key: str) -> Json | Refused:
        await tool.execute(arguments, key)
        raise WorkerKilledError

    return replace(tool, execute=execute)


def _results_of_a_race(replies: Sequence[Reply]) -> list[Json]:
    outcomes = [reply.outcome for reply in replies]
    assert outcomes.count(ClaimOutcome.CLAIMED) == 1, outcomes
    assert set(outcomes) <= {ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY, ClaimOutcome.IN_FLIGHT}, outcomes
    return [reply.result for reply in replies if reply.result is not None]


def _result(reply: Reply, wanted: ClaimOutcome) -> Json:
    assert reply.outcome is wanted, reply
    assert reply.result is not None, reply
    return reply.result


_PATTERNS: dict[Delivery, Callable[[Scene, tuple[Act, ...]], Awaitable[Results]]] = {
    Delivery.ONCE: _once,
    Delivery.DUPLICATED: _duplicated,
    Delivery.CONCURRENT: _concurrent,
    Delivery.REORDERED: _reordered,
    Delivery.ANSWER_LOST: _answer_lost,
    Delivery.SERVER_ERROR: _server_error,
    Delivery.CRASHED: _crashed,
    Delivery.OVERTAKEN: _overtaken,
}
