"""How many tests the state machine quarantines, rightly and wrongly, against the rule of one disagreement.

Each test fails a trial by itself with its flake rate, independently; a night is three trials under one
commit, and a suspect gets its burst of 32 at once. What is counted is the night when a quarantine is due.
"""

import argparse
import json
import math
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import numpy as np

from autobiz_gates.flakes import BURST, Sitting, Standing, State, step

RATES = (0.0005, 0.001, 0.005, 0.01, 0.02, 0.05, 0.10)
NIGHTS = 90
EARLY = 30
TRIALS = 3
FIRST = date(2026, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Shares of the tests of one flake rate, and the median night of those that became due."""

    rate: float
    tests: int
    due_early: float
    due: float
    night_median: int | None
    naive_early: float
    naive: float

    @property
    def error(self) -> float:
        """One standard error of `due`."""
        return math.sqrt(self.due * (1 - self.due) / self.tests)


def night_due(
    flakes: "np.ndarray[tuple[int], np.dtype[np.int64]]", rate: float, chance: np.random.Generator
) -> int:
    """The night on which a quarantine of this test is due, or one beyond the last.

    Only nights with a failure can change anything, so the quiet ones between them are told as one sitting.
    """
    standing, told = Standing(), 0
    for night in np.flatnonzero(flakes):
        day, subject, failed = FIRST + timedelta(days=int(night)), f"commit{night}", int(flakes[night])
        if night > told:
            quiet = Sitting(day=day, subject=f"before{night}", passes=TRIALS * int(night - told))
            standing = step(standing, quiet)
        standing = step(standing, Sitting(day=day, subject=subject, passes=TRIALS - failed, flaws=failed))
        if standing.state is State.SUSPECT:
            bad = int(chance.binomial(BURST, rate))
            standing = step(standing, Sitting(day=day, subject=subject, passes=BURST - bad, flaws=bad))
        if standing.due:
            return int(night) + 1
        told = int(night) + 1
    return NIGHTS + 1


def simulate(rate: float, tests: int, seed: int) -> Outcome:
    """So many tests of one flake rate, each over its nights."""
    chance = np.random.default_rng([seed, round(rate * 1e6)])
    due, naive = np.full(tests, NIGHTS + 1), np.full(tests, NIGHTS + 1)
    for test in range(tests):
        flakes = chance.binomial(TRIALS, rate, NIGHTS)
        disagreeing = np.flatnonzero((flakes > 0) & (flakes < TRIALS))
        if disagreeing.size:
            naive[test] = disagreeing[0] + 1
            due[test] = night_due(flakes, rate, chance)
    caught = due[due <= NIGHTS]
    return Outcome(
        rate=rate,
        tests=tests,
        due_early=float((due <= EARLY).mean()),
        due=float((due <= NIGHTS).mean()),
        night_median=int(np.median(caught)) if caught.size else None,
        naive_early=float((naive <= EARLY).mean()),
        naive=float((naive <= NIGHTS).mean()),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=100_000, help="tests of each flake rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", dest="as_json")
    asked = parser.parse_args()
    found = [simulate(rate, asked.tests, asked.seed) for rate in RATES]
    by_rate = {one.rate: one for one in found}
    wrong, right = by_rate[0.001].due, by_rate[0.05].due_early
    if asked.as_json:
        rows = [{**asdict(one), "error": one.error} for one in found]
        print(json.dumps({"seed": asked.seed, "nights": NIGHTS, "rates": rows}, indent=2))
    else:
        print(f"{asked.tests} tests a rate, {TRIALS} trials a night, {NIGHTS} nights, seed {asked.seed}")
        print("flake rate   due by 30   due by 90     +/-   median   naive by 30   naive by 90")
        for one in found:
            print(
                f"{one.rate:9.2%} {one.due_early:11.2%} {one.due:11.2%} {1.96 * one.error:8.2%}"
                f" {one.night_median or '-':>7} {one.naive_early:12.1%} {one.naive:13.1%}"
            )
        print(f"wrongly, at 0.1 %, by night 90: {wrong:.2%} (at most 1 %)")
        print(f"rightly, at 5 %, by night 30: {right:.2%} (at least 95 %)")
    if wrong > 0.01 or right < 0.95:
        raise SystemExit("a target is missed")


if __name__ == "__main__":
    main()
