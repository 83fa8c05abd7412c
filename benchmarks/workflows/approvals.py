"""Let thousands of requests for approval live, each beside a plain model; a forbidden step ends it all."""

import argparse
import asyncio
from random import Random
from uuid import UUID

from autobiz_kernel.approvals import MemoryApprovals
from benchmarks.kernel.stopwatch import now
from suites.shop.approval_life import Life
from suites.shop.random_graphs import Seeded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--acts", type=int, default=30)
    said = parser.parse_args()
    began = now()

    async def live() -> None:
        for seed in range(said.sequences):
            try:
                await Life(Seeded(Random(seed)), MemoryApprovals(), UUID(int=seed)).live(said.acts)
            except BaseException as error:
                error.add_note(f"in the sequence with seed {seed}")
                raise

    asyncio.run(live())
    print(f"{said.sequences} sequences of {said.acts} acts in {now() - began:.0f} s: no forbidden step")


if __name__ == "__main__":
    main()
