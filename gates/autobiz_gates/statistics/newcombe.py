"""By how much may the candidate be worse? Newcombe's paired interval of a difference of rates."""

from math import sqrt
from typing import TypedDict

from .arguments import StatisticsError, count, z_quantile
from .wilson import lower_at, upper_at

MARGIN = 0.05


class PairedDifference(TypedDict):
    """Candidate rate minus baseline rate, its bounds, and whether a drop of five points is excluded."""

    difference: float
    lower: float
    upper: float
    non_inferior_5pp: bool


def newcombe_paired(
    both_pass: int,
    newly_broken: int,
    newly_fixed: int,
    both_fail: int,
    confidence: float = 0.95,
    sided: int = 1,
) -> PairedDifference:
    """Return Newcombe's square-and-add interval for paired rates, with its correlation corrected."""
    a, b = count("both_pass", both_pass), count("newly_broken", newly_broken)
    c, d = count("newly_fixed", newly_fixed), count("both_fail", both_fail)
    n = a + b + c + d
    if n == 0:
        raise StatisticsError("a paired difference needs at least one case")
    z = z_quantile(confidence, sided)
    candidate, baseline = a + c, a + b
    phi = _correlation(a, b, c, d)
    down = candidate / n - lower_at(candidate, n, z), upper_at(baseline, n, z) - baseline / n
    up = upper_at(candidate, n, z) - candidate / n, baseline / n - lower_at(baseline, n, z)
    difference = (c - b) / n
    lower = difference - _joined(*down, phi)
    return PairedDifference(
        difference=difference,
        lower=lower,
        upper=difference + _joined(*up, phi),
        non_inferior_5pp=lower > -MARGIN,
    )


def _correlation(a: int, b: int, c: int, d: int) -> float:
    """Return the correlation of the two outcomes; half a case is taken off a positive one."""
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if margins == 0:
        return 0.0
    excess = float(a * d - b * c)
    if excess > 0.0:
        excess = max(excess - (a + b + c + d) / 2.0, 0.0)
    return excess / sqrt(margins)


def _joined(one: float, other: float, phi: float) -> float:
    return sqrt(max(0.0, one * one - 2.0 * phi * one * other + other * other))
