"""Draw thousands of workflows and worlds: an answer for each, an end within the bounds, a true replay."""

import argparse
import asyncio
from collections import Counter
from random import Random

from autobiz_kernel.business import CompileError, compile_business
from benchmarks.kernel.stopwatch import now
from suites.shop.place import shop_in_memory
from suites.shop.random_graphs import Seeded, lives_through, random_business
from suites.shop.tools import CONTRACTS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=int, default=10_000)
    parser.add_argument("--first-seed", type=int, default=0)
    said = parser.parse_args()
    ended: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    began = now()
    for seed in range(said.first_seed, said.first_seed + said.graphs):
        chance = Seeded(Random(seed))
        text = random_business(chance)
        try:
            compile_business(text, CONTRACTS)
        except CompileError as error:
            codes.update({each.code.value for each in error.complaints})
            continue
        try:
            ended[asyncio.run(lives_through(chance, shop_in_memory(text)))[0]] += 1
        except BaseException as error:
            error.add_note(f"of the graph with seed {seed}")
            raise
    print(f"{said.graphs} graphs in {now() - began:.0f} s: {ended.total()} compiled, ended and replayed")
    print("ended:", ", ".join(f"{reason} {times}" for reason, times in ended.most_common()))
    print("refused:", ", ".join(f"{code} {times}" for code, times in codes.most_common()))


if __name__ == "__main__":
    main()
