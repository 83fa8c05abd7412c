"""Two workers at a time compete for the same runs and are killed with SIGKILL, until all is done.

Arguments: database URL, tenant, number of runs, steps in each, kills, seed. Workers are forked from this
process, so that a death costs milliseconds. Half of them die at a named point (claimed, acted, settled), half
at any moment, such as in the middle of a commit. When the kills are used up, one last worker finishes.
"""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from uuid import UUID

from psycopg import AsyncConnection

from autobiz_kernel import BoundsConfig, ClaimOutcome, Json, LoopConfig, PostgresLedger, Principal
from autobiz_mocks import VirtualClock

from ..calling import AGENT, ask, kernel_for
from ..tools import contract, tool
from .provider import ask_provider

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
DONE = (ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY)
BOUNDS = BoundsConfig(
    steps_max=10**6,
    tool_calls_max=10**6,
    loops=LoopConfig(polling={"provider.refund": 10**6}),
    wall_ms_max=10**12,
)
PASSAGES_MAX = 40
MOMENT_S_MAX = 0.15


class Doom:
    """Decides when its process dies."""

    def __init__(self, seed: str) -> None:
        rng = random.Random(seed)
        self._moment = rng.uniform(0.0, MOMENT_S_MAX) if rng.random() < 0.5 else None
        self._passages = rng.randint(1, PASSAGES_MAX)

    def start(self) -> None:
        if self._moment is not None:
            asyncio.get_running_loop().call_later(self._moment, self.die)

    def pass_by(self) -> None:
        if self._moment is None:
            self._passages -= 1
            if not self._passages:
                self.die()

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


async def work(url: str, tenant: UUID, runs: int, steps: int, now: datetime, doom: Doom | None) -> bool:
    """Work through all runs; say whether every step was answered."""
    if doom is not None:
        doom.start()
    ledger = await PostgresLedger.connect(url)
    provider = await AsyncConnection.connect(url, autocommit=True)

    async def execute(arguments: Json, key: str) -> Json:
        if doom is not None:
            doom.pass_by()
        result = await ask_provider(provider, tenant, arguments["refund_id"], key)
        if doom is not None:
            doom.pass_by()
        return result

    refund = tool(execute, contract(timeout_ms=5_000))
    kernel = kernel_for(ledger, VirtualClock(now), tenant, refund, bounds=BOUNDS)

    async def finish(number: int) -> bool:
        principal = Principal(name=AGENT, tenant=tenant)
        run = await kernel.resume(tenant=tenant, run_id=UUID(int=number), principal=principal)
        # Every other run lets its steps ride with the claims that follow.
        async with kernel.carrying(run) if number % 2 else nullcontext():
            for step in range(steps):
                reply = await kernel.call(run, ask(refund, {"refund_id": f"{number}-{step}"}, path=str(step)))
                if doom is not None:
                    doom.pass_by()
                if reply.outcome not in DONE:
                    return False
        return run.is_mine

    answered = await asyncio.gather(*(finish(number) for number in range(1, runs + 1)))
    await provider.close()
    await ledger.close()
    return all(answered)


def fork(url: str, tenant: UUID, runs: int, steps: int, now: datetime, doom: Doom | None) -> int:
    """Start a worker; it ends with 0 when all is done, with 1 when others hold something, or dies."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        code = 0 if asyncio.run(work(url, tenant, runs, steps, now, doom)) else 1
    finally:
        os._exit(code)


async def begin(url: str, tenant: UUID, runs: int) -> None:
    ledger = await PostgresLedger.connect(url)

    async def never(_arguments: Json, _key: str) -> Json:
        raise AssertionError("nothing runs yet")

    kernel = kernel_for(ledger, VirtualClock(BEGIN), tenant, tool(never), bounds=BOUNDS)
    for number in range(1, runs + 1):
        principal = Principal(name=AGENT, tenant=tenant)
        await kernel.begin(tenant=tenant, principal=principal, workflow="kills", run_id=UUID(int=number))
    await ledger.close()


def main() -> None:
    _, url, tenant_text, *numbers = sys.argv
    runs, steps, kills, seed = map(int, numbers)
    tenant = UUID(tenant_text)
    asyncio.run(begin(url, tenant, runs))
    ends: Counter[int] = Counter()
    generation = 0
    while ends[signal.SIGKILL] < kills:
        generation += 1
        now = BEGIN + timedelta(minutes=2 * generation)
        # The second one lives a lease later, so what the first holds is in doubt to it from the beginning.
        children = [
            fork(
                url,
                tenant,
                runs,
                steps,
                now + each * timedelta(seconds=40),
                Doom(f"{seed}/{generation}/{each}"),
            )
            for each in range(2)
        ]
        for child in children:
            _, status = os.waitpid(child, 0)
            ends[os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)] += 1
        if not generation % 1000:
            raise SystemExit("nobody dies any more")
    last = fork(url, tenant, runs, steps, BEGIN + timedelta(minutes=2 * generation + 10), None)
    _, status = os.waitpid(last, 0)
    told = {"kills": ends[signal.SIGKILL], "generations": generation, "finished": os.WEXITSTATUS(status) == 0}
    print(json.dumps(told))  # noqa: T201  # this script's only way to speak


if __name__ == "__main__":
    main()
