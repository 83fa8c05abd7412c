"""Rules for a suite of three runs, as the chance of opening for each way in which it can end.

Our profiles are written here a second time, in whole-number arithmetic and without the kernel of any gate:
`__main__.py` holds them against `autobiz_gates.decide` on sampled suites.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from autobiz_gates.statistics import z_quantile

from .compositions import RUNS, Compositions, Floats

FLOOR: Final = Fraction(95, 100)
# A gate reads 0.95 as a float, a little less than 95/100: no count of up to 450 trials tells them apart.
CASES_MIN: Final = 59
Rule = Callable[[Compositions], Floats]


@lru_cache(maxsize=4096)
def may_fail(units: int, parts: int, z: float) -> int:
    """Return how many parts of so many units may be lost, by the score inequality in exact arithmetic; or -1.

    A unit of one part is a trial, a unit of three is a case with its three runs.
    """
    square = Fraction(z) ** 2
    most = -1
    for lost in range(units * parts + 1):
        ahead = units - Fraction(lost, parts) - units * FLOOR
        if ahead < 0 or ahead**2 < square * units * FLOOR * (1 - FLOOR):
            break
        most = lost
    return most


def default(every: Compositions) -> Floats:
    enough = every.cases >= CASES_MIN
    return literal(every) * _true(every.lost == 0) * float(enough)


def literal(every: Compositions) -> Floats:
    return _true(every.failed <= may_fail(every.cases * RUNS, 1, z_quantile(0.95, 2)))


def strict(every: Compositions) -> Floats:
    return _true(every.failed <= may_fail(every.cases, RUNS, z_quantile(0.95, 1)))


def point_rate(every: Compositions) -> Floats:
    return _true(every.failed * 20 <= every.cases * RUNS)


def one_run_green(every: Compositions) -> Floats:
    """One run, all of it green: a case that failed k of three runs passes a given one with (3 - k)/3."""
    chances = np.prod([((RUNS - k) / RUNS) ** every.counts[:, k] for k in range(RUNS + 1)], axis=0)
    return np.asarray(chances, dtype=np.float64)


def three_runs_green(every: Compositions) -> Floats:
    return _true(every.failed == 0)


def retry_until_pass(every: Compositions) -> Floats:
    return _true(every.counts[:, RUNS] == 0)


def majority_then_rate(every: Compositions) -> Floats:
    return _true(every.lost * 20 <= every.cases)


def unclustered_wilson(every: Compositions) -> Floats:
    return _true(every.failed <= may_fail(every.cases * RUNS, 1, z_quantile(0.95, 1)))


OURS: Final[dict[str, Rule]] = {"default": default, "literal": literal, "strict": strict}
NAIVE: Final[dict[str, Rule]] = {
    "pass rate >= 95 %": point_rate,
    "one run, all green": one_run_green,
    "three runs, all green": three_runs_green,
    "retry until pass (3 tries)": retry_until_pass,
    "majority of 3, then rate >= 95 %": majority_then_rate,
    "Wilson over trials, z = 1.645": unclustered_wilson,
}


def _true(opens: NDArray[np.bool_]) -> Floats:
    return opens.astype(np.float64)
