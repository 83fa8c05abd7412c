"""What a step costs the process as a run grows: one run of many effects, with books in memory.

Processor time, because nothing here waits; what a database adds is `beside_dbos`' affair.
"""

import argparse
import asyncio
from statistics import median
from uuid import uuid4

from autobiz_kernel import MemoryLedger, SystemClock, Tool
from autobiz_kernel.approvals import MemoryApprovals
from autobiz_kernel.workflow import MemoryQueue, Orchestrator
from benchmarks.kernel.place import CONTRACT, WHERE, answer
from benchmarks.kernel.stopwatch import Stopwatch

from .beside_dbos import business


async def run(steps: int) -> tuple[float, int]:
    """Seconds of one run, and how large its state has become."""
    tenant = uuid4()
    ledger = MemoryLedger()
    worker = Orchestrator(
        compiled=business(tenant, steps),
        ledger=ledger,
        queue=MemoryQueue(),
        approvals=MemoryApprovals(),
        clock=SystemClock(),
        tools={WHERE: Tool(contract=CONTRACT, execute=answer)},
        owner=uuid4(),
    )
    run_id = await worker.start(tenant, "flow", {"act": "a", "order": "shop-one:order-1001"})
    watch = Stopwatch()
    while await worker.work():
        pass
    took = watch.lap().client_s
    record = await ledger.load_run(tenant, run_id)
    if record is None or (record.receipt_seq, record.termination_reason) != (steps, "COMPLETED"):
        raise SystemExit(f"the run has not done its steps: {record}")
    return took, len(record.state)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, nargs="*", default=[20, 200, 1_000])
    parser.add_argument("--times", type=int, default=7)
    said = parser.parse_args()
    for steps in said.steps:
        told = [asyncio.run(run(steps)) for _ in range(said.times)]
        took, size = [each[0] for each in told], told[0][1]
        best, middle = (1e6 * each / steps for each in (min(took), median(took)))
        print(
            f"{steps:>5} steps: {middle:,.0f} us a step, {best:,.0f} at best; state of {size:,} bytes",
            flush=True,
        )


if __name__ == "__main__":
    main()
