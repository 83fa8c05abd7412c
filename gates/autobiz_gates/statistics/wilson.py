"""Wilson score bounds of a pass rate."""

from math import sqrt
from typing import TypedDict

from .arguments import StatisticsError, passes_of, z_quantile


class Interval(TypedDict):
    """A lower and an upper bound of one rate."""

    lower: float
    upper: float


def wilson_lower(k: int, n: int, confidence: float = 0.95, sided: int = 2) -> float:
    """Return the Wilson lower bound of a pass rate after k passes in n trials."""
    passes_of(k, n)
    return lower_at(k, n, z_quantile(confidence, sided))


def wilson_upper(k: int, n: int, confidence: float = 0.95, sided: int = 2) -> float:
    """Return the Wilson upper bound of a pass rate after k passes in n trials."""
    passes_of(k, n)
    return upper_at(k, n, z_quantile(confidence, sided))


def wilson_interval(k: int, n: int, confidence: float = 0.95, sided: int = 2) -> Interval:
    """Return both Wilson bounds, each at the quantile that `sided` names."""
    passes_of(k, n)
    z = z_quantile(confidence, sided)
    return Interval(lower=lower_at(k, n, z), upper=upper_at(k, n, z))


def lower_at(passes: float, trials: float, z: float) -> float:
    """Return the lower bound for real-valued passes and trials: effective sample sizes, sums of case rates.

    Written as passes squared over a sum of positive terms: the usual form subtracts two nearly equal
    numbers when passes are few, and is not exactly 0 without passes.
    """
    if not 0.0 <= passes <= trials or trials <= 0.0:
        raise StatisticsError(f"{passes} passes of {trials} trials cannot be bounded")
    if passes == trials:
        return trials / (trials + z * z)
    spread = z * sqrt(passes * (trials - passes) / trials + z * z / 4.0)
    return passes * (passes / trials) / (passes + z * z / 2.0 + spread)


def upper_at(passes: float, trials: float, z: float) -> float:
    """Return the upper bound, which is the mirror image of the failures' lower bound."""
    return 1.0 - lower_at(trials - passes, trials, z)
