"""How often do rules for a suite of three runs open for a bad subject, or stay shut for a good one?

python -m benchmarks.decision_quality                       # our profiles and naive rules
python -m benchmarks.decision_quality --peers PYTHON        # and the tools installed there
python -m benchmarks.decision_quality --chart FILE.svg      # draw it as well
"""

import argparse
import random
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
from scipy.special import gammaln

from autobiz_gates import CaseTally, Decision, P1Gate, Tallies, decide
from autobiz_gates.statistics import case_failure_masses

from .chart import chart
from .compositions import RUNS, Compositions
from .figures import BAD, GOOD, chance, false_blocks, false_pass, false_pass_of_mixtures, rewards_failure
from .peers import peer_rules
from .rules import CASES_MIN, NAIVE, OURS, Rule

SIZES = (60, 100, 150)
SCAN = (*range(CASES_MIN, 121), 150, 200)
DAY = date(2030, 1, 1)


def table(rules: Mapping[str, Rule], cases: int) -> None:
    print(f"\n{cases} cases, {RUNS} runs; false pass: worst over rho; false block: least to most over rho\n")
    head = (
        [f"opens at {rate:g}" for rate in BAD] + ["mixture at 0.95"] + [f"shut at {rate:g}" for rate in GOOD]
    )
    head.append("a failure can help")
    print("| rule | " + " | ".join(head) + " |")
    print("|---" * (len(head) + 1) + "|")
    for name, rule in rules.items():
        cells = [false_pass(rule, cases, rate) for rate in BAD]
        words = [f"{cell.chance:.1%} ({cell.where})" for cell in cells]
        words.append(f"{false_pass_of_mixtures(rule, cases).chance:.1%}")
        for rate in GOOD:
            blocks = false_blocks(rule, cases, rate)
            words.append(f"{min(blocks):.1%} to {max(blocks):.1%}")
        words.append("yes" if rewards_failure(rule, cases) else "no")
        print(f"| {name} | " + " | ".join(words) + " |")


def scan(rule: Rule) -> None:
    """Say how the default profile fares at every size from its least one on."""
    worst = [(false_pass(rule, cases, 0.95), cases) for cases in SCAN]
    mixed = [(false_pass_of_mixtures(rule, cases), cases) for cases in SCAN]
    for least in (59, 60, 75, 100):
        beta = max((one for one in worst if one[1] >= least), key=lambda one: one[0].chance)
        mixture = max((one for one in mixed if one[1] >= least), key=lambda one: one[0].chance)
        print(
            f"default, from {least} cases: {beta[0].chance:.2%} at {beta[1]} cases, {beta[0].where}; "
            f"mixture {mixture[0].chance:.2%} at {mixture[1]} cases, {mixture[0].where}"
        )


def powers() -> None:
    """Print the chance of opening for good subjects, a row for each number of cases."""
    for rate, cases in ((0.99, 60), (0.99, 100), (0.99, 150), (0.995, 100), (0.999, 100)):
        rows = [
            " ".join(f"{chance(OURS[name], cases, rate, rho):.2f}" for rho in (0.0, 0.05, 0.2, 0.5))
            for name in ("default", "strict")
        ]
        print(f"opens at {rate:g} with {cases} cases, rho 0/.05/.2/.5: default {rows[0]}, strict {rows[1]}")


def check(samples: int) -> None:
    """Hold the rules of this benchmark against the real decision on sampled suites."""
    chosen, opened = random.Random(20300101), 0
    for number in range(samples):
        name = list(OURS)[number % len(OURS)]
        gate = P1Gate(
            name="g",
            floor=0.95,
            profile=name,
            sided=1 if name == "strict" else 2,
            cases_min=CASES_MIN if name == "default" else 1,
        )
        cases = chosen.randint(1, 160)
        masses = case_failure_masses(RUNS, chosen.choice((0.95, 0.98, 0.99, 0.995)), chosen.random())
        lost = chosen.choices(range(RUNS + 1), masses, k=cases)
        tallies = Tallies(
            cases=tuple(
                CaseTally(case=str(place), outcomes=("fail",) * k + ("pass",) * (RUNS - k))
                for place, k in enumerate(lost)
            ),
            runs=(1, 2, 3),
        )
        counts = np.array([[lost.count(k) for k in range(RUNS + 1)]])
        one = Compositions(cases=cases, counts=counts, log_ways=np.asarray(gammaln(counts).sum(axis=1)))
        expected = bool(OURS[name](one)[0])
        assert (decide(gate, tallies, DAY).decision is Decision.OPEN) is expected, (name, counts)
        opened += expected
    print(f"{samples} sampled suites: the rules above and the real decision agree on each; {opened} opened")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", type=Path, help="A Python in which the peers are installed.")
    parser.add_argument("--chart", type=Path, help="Write the chart to this file.")
    parser.add_argument("--check", type=int, default=6000, help="How many suites to decide for real as well.")
    asked = parser.parse_args()
    rules: dict[str, Rule] = {**OURS, **NAIVE}
    if asked.peers:
        more, notes = peer_rules(asked.peers, SIZES)
        rules |= more
        print(*notes, sep="\n")
    check(asked.check)
    scan(OURS["default"])
    powers()
    for cases in SIZES:
        table(rules, cases)
    if asked.chart:
        asked.chart.write_text(chart({**OURS, **NAIVE}), encoding="utf-8")


if __name__ == "__main__":
    main()
