"""Measure how long a business takes to compile, and how fast a transcript replays."""

import argparse
import asyncio
from statistics import median
from uuid import uuid4

from autobiz_kernel import MemoryLedger, SystemClock, Tool
from autobiz_kernel.approvals import MemoryApprovals
from autobiz_kernel.business import compile_business
from autobiz_kernel.workflow import MemoryQueue, Orchestrator, replay_transcript, transcript_of
from benchmarks.kernel.place import CONTRACT, WHERE, answer
from benchmarks.kernel.stopwatch import now
from suites.shop.place import TEXT
from suites.shop.tools import CONTRACTS

from .beside_dbos import business


async def replayed(steps: int, rounds: int) -> float:
    tenant = uuid4()
    ledger, queue = MemoryLedger(), MemoryQueue()
    worker = Orchestrator(
        compiled=business(tenant, steps),
        ledger=ledger,
        queue=queue,
        approvals=MemoryApprovals(),
        clock=SystemClock(),
        tools={WHERE: Tool(contract=CONTRACT, execute=answer)},
        owner=uuid4(),
    )
    run_id = await worker.start(tenant, "flow", {"act": "act", "order": "shop-one:order-1001"})
    await worker.advance(tenant, run_id)
    transcript = await transcript_of(ledger, queue, tenant, run_id)
    began = now()
    for _ in range(rounds):
        replay_transcript(worker.compiled, transcript)
    return steps * rounds / (now() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    rounds = parser.parse_args().rounds
    took = []
    for _ in range(rounds):
        began = now()
        compile_business(TEXT, CONTRACTS)
        took.append(now() - began)
    print(f"the shop (3 workflows, 17 steps) compiles in {median(took) * 1000:.1f} ms, median of {rounds}")
    for steps in (5, 20, 100):
        began = now()
        business(uuid4(), steps)
        compiled = now() - began
        rate = asyncio.run(replayed(steps, max(1, rounds // 5)))
        print(f"{steps:>4} steps: compile {compiled * 1000:>6.1f} ms, replay {rate:>6,.0f} steps/s")


if __name__ == "__main__":
    main()
