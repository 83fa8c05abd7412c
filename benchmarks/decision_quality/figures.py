"""How often a rule decides wrongly: the worst over subjects whose runs hang together more or less."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from autobiz_gates.statistics import case_failure_masses

from .compositions import RUNS, Opening, compositions, two_point_masses
from .rules import FLOOR, Rule

BAD: Final = (0.93, 0.95)
GOOD: Final = (0.97, 0.99, 0.995)
AGREEMENTS: Final = tuple(step / 20 for step in range(21))
WEAK: Final = (0.0, 0.2, 0.4, 0.6, 0.8)
_SHARES: Final = tuple(step / 40 for step in range(1, 41))


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """A chance at its highest, and the subject there."""

    chance: float
    where: str


@lru_cache(maxsize=64)
def opening(rule: Rule, cases: int) -> Opening:
    every = compositions(cases)
    return Opening.of(every, rule(every))


def chance(rule: Rule, cases: int, rate: float, agreement: float) -> float:
    """Return the chance of opening for case rates of this mean, beta-distributed."""
    return opening(rule, cases).chance(case_failure_masses(RUNS, rate, agreement))


def false_pass(rule: Rule, cases: int, rate: float) -> Worst:
    """Return the highest chance of opening over all agreements of a case's runs."""
    return max(
        (
            Worst(chance=chance(rule, cases, rate, agreement), where=f"rho {agreement:g}")
            for agreement in AGREEMENTS
        ),
        key=lambda worst: round(worst.chance, 9),
    )


def false_pass_of_mixtures(rule: Rule, cases: int) -> Worst:
    """Return the highest chance of opening on the floor if some cases are weak and the others alike."""
    rate, opens = float(FLOOR), opening(rule, cases)
    worst = []
    for weak in WEAK:
        most = (1.0 - rate) / (1.0 - weak)
        for part in _SHARES:
            masses = two_point_masses(rate, part * most, weak)
            where = f"{part * most:.1%} of cases at {weak:g}"
            worst.append(Worst(chance=opens.chance([max(0.0, mass) for mass in masses]), where=where))
    return max(worst, key=lambda one: one.chance)


def rewards_failure(rule: Rule, cases: int) -> bool:
    """Return whether some ending would open only if one trial more had failed."""
    every = compositions(cases)
    chances = np.zeros((cases + 1,) * RUNS)
    chances[tuple(every.counts[:, 1:].T)] = rule(every)
    for worse in range(1, RUNS + 1):
        had = every.counts[every.counts[:, worse] > 0]
        better = had.copy()
        better[:, worse] -= 1
        better[:, worse - 1] += 1
        if (chances[tuple(better[:, 1:].T)] < chances[tuple(had[:, 1:].T)] - 1e-12).any():
            return True
    return False


def false_blocks(rule: Rule, cases: int, rate: float) -> list[float]:
    """Return the chance of not opening at each agreement, from none to full."""
    return [1.0 - chance(rule, cases, rate, agreement) for agreement in AGREEMENTS]
