"""Replay runs from books in memory: how many steps a second are judged anew, with no tool and no effect."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from autobiz_kernel import MemoryLedger, Reply, Run, replay

from .place import AGENT, TENANT, answer, asked, kernel_on
from .stopwatch import Stopwatch

Call = Callable[..., Awaitable[Reply]]
WANTED = 10_000


def workflow(steps: int) -> Callable[[Call], Awaitable[None]]:
    async def work(call: Call) -> None:
        for number in range(steps):
            reply = await call(asked(f"step-{number}"), patch_of=lambda result: {"last": result["id"]})
            if reply.result is None:
                raise SystemExit(f"step {number} ended with {reply}")

    return work


async def measure(steps: int, rounds: int) -> float:
    """Do a run once, and replay it so many times; return the steps replayed in a second."""
    ledger = MemoryLedger()
    kernel = kernel_on(ledger, answer)
    run: Run = await kernel.begin(tenant=TENANT, principal=AGENT, workflow="bench", prefix="shop-one")

    async def call(*what: object, **more: object) -> Reply:
        return await kernel.call(run, *what, **more)  # type: ignore[arg-type]  # as the workflow asks

    work = workflow(steps)
    await work(call)
    watch = Stopwatch()
    for _ in range(rounds):
        told = await replay(
            ledger,
            kernel.policy,
            work,
            tenant=TENANT,
            run_id=run.run_id,
            principal=AGENT,
            prefix="shop-one",
        )
        if not told.is_same or told.calls != steps:
            raise SystemExit(f"the replay came to something else: {told}")
    rate = steps * rounds / watch.lap().wall_s
    print(f"{steps:>6,} steps, {rounds} times  {rate:>9,.0f} steps/s", flush=True)
    return rate


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    rates = [asyncio.run(measure(steps, rounds)) for steps, rounds in ((20, 100), (200, 10), (5_000, 1))]
    if min(rates) < WANTED:
        raise SystemExit(f"fewer than {WANTED:,} steps/s")


if __name__ == "__main__":
    main()
