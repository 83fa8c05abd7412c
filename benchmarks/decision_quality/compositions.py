"""Every way in which the cases of a suite can end, and how likely each is: exact, no draw, no cut-off.

A suite of G cases, three runs each, ends in one of C(G + 3, 3) compositions: how many cases failed once,
twice and always. A rule is an array over them, the chance that it opens; a subject is a mass over 0..3
failures of one case. The chance that the rule opens for the subject is the sum over all compositions.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

RUNS = 3
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compositions:
    """How many of the cases failed never, once, twice, always: one row for each possible ending."""

    cases: int
    counts: Ints
    log_ways: Floats

    @property
    def failed(self) -> Ints:
        """Failed trials of each ending."""
        return self.counts @ np.arange(RUNS + 1)

    @property
    def lost(self) -> Ints:
        """Cases that failed most of their runs."""
        return self.counts[:, 2] + self.counts[:, 3]


@lru_cache(maxsize=4)
def compositions(cases: int) -> Compositions:
    once, twice, always = np.indices((cases + 1,) * RUNS).reshape(RUNS, -1)
    fits = once + twice + always <= cases
    counts = np.stack([cases - once - twice - always, once, twice, always], axis=1)[fits]
    log_ways = gammaln(cases + 1) - gammaln(counts + 1).sum(axis=1)
    return Compositions(cases=cases, counts=counts.astype(np.int64), log_ways=log_ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The endings for which a rule may open, with its chance there; all others are left out once."""

    counts: Ints
    log_ways: Floats
    weights: Floats

    @classmethod
    def of(cls, every: Compositions, weights: Floats) -> "Opening":
        may = weights > 0.0
        return cls(counts=every.counts[may], log_ways=every.log_ways[may], weights=weights[may])

    def chance(self, masses: list[float]) -> float:
        """Return the chance of opening for a subject whose cases fail 0..3 times with these masses."""
        logs = self.log_ways + xlogy(self.counts, np.array(masses)).sum(axis=1)
        return float(min(1.0, (np.exp(logs) * self.weights).sum()))


def two_point_masses(mean: float, share: float, weak: float) -> list[float]:
    """Return the masses if this share of the cases passes with rate `weak` and all others with one rate."""
    strong = (mean - share * weak) / (1.0 - share)
    return [
        (1.0 - share) * _binomial(failures, strong) + share * _binomial(failures, weak)
        for failures in range(RUNS + 1)
    ]


def _binomial(failures: int, passing: float) -> float:
    return float(comb(RUNS, failures) * passing ** (RUNS - failures) * (1.0 - passing) ** failures)
