"""Measure governed calls: many runs at once, one run alone, and on books in memory."""

import argparse
import asyncio
import gc
from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext
from uuid import uuid4

from autobiz_kernel import Asked, ClaimOutcome, Kernel, Ledger, MemoryLedger, PostgresLedger

from .place import AGENT, TENANT, answer, asked, database, kernel_on
from .stopwatch import Stopwatch, now

FIGURES = (
    "{name:<22} {rate:>7,.0f} calls/s  p50 {p50:>6.2f} ms  p99 {p99:>6.2f} ms  "
    "CPU {client:>4.0f} + {server:>4.0f} us"
)


async def one_run(kernel: Kernel, acts: Iterable[Asked], took: list[float], *, carries: bool = False) -> None:
    run = await kernel.begin(tenant=TENANT, principal=AGENT, workflow="bench", prefix="shop-one")
    async with kernel.carrying(run) if carries else nullcontext():
        for act in acts:
            began = now()
            reply = await kernel.call(run, act)
            took.append(now() - began)
            if reply.outcome is not ClaimOutcome.CLAIMED:
                raise SystemExit(f"{act.path} ended with {reply}")


async def measure(
    name: str, ledger: Ledger, runs: int, calls: int, server: Collection[int] = (), *, carries: bool = False
) -> None:
    kernel = kernel_on(ledger, answer)
    acts = [acts_of_a_run(5 + calls) for _ in range(runs)]
    await asyncio.gather(*(one_run(kernel, of_run[:5], [], carries=carries) for of_run in acts))
    # What a worker process does once everything is loaded: the collector looks at none of it again.
    gc.collect()
    gc.freeze()
    took: list[float] = []
    watch = Stopwatch(server)
    await asyncio.gather(*(one_run(kernel, of_run[5:], took, carries=carries) for of_run in acts))
    lap = watch.lap()
    took.sort()
    total = runs * calls
    print(
        FIGURES.format(
            name=name,
            rate=total / lap.wall_s,
            p50=percentile(took, 0.50) * 1000,
            p99=percentile(took, 0.99) * 1000,
            client=lap.client_s / total * 1e6,
            server=lap.server_s / total * 1e6,
        ),
        flush=True,
    )


def acts_of_a_run(calls: int) -> list[Asked]:
    """Think up what a run will ask for; that is the caller's work, and not on the watch."""
    run = uuid4().hex
    return [asked(f"{run}-{call}") for call in range(calls)]


def percentile(sorted_values: Sequence[float], share: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


async def in_postgres(url: str, scale: float) -> None:
    ledger = await PostgresLedger.connect(url)
    # Whatever works for our three connections; the server's own helpers are shared and small beside them.
    pids = [connection.info.backend_pid for connection in ledger.connections]
    for runs, calls in ((64, 150), (256, 40), (8, 400), (1, 1500)):
        await measure(f"{runs} runs, PostgreSQL", ledger, runs, max(1, int(calls * scale)), pids)
    await measure("1 run, carrying", ledger, 1, max(1, int(1500 * scale)), pids, carries=True)
    await ledger.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="more or fewer calls than usual")
    scale = parser.parse_args().scale
    asyncio.run(measure("64 runs, memory", MemoryLedger(), 64, max(1, int(150 * scale))))
    with database() as url:
        asyncio.run(in_postgres(url, scale))


if __name__ == "__main__":
    main()
