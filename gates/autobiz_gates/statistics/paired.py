"""Is the candidate worse than the baseline on the same cases? Exact tests, no random numbers."""

from collections.abc import Sequence
from fractions import Fraction
from math import comb
from typing import TypedDict

from .arguments import StatisticsError, count


class McNemar(TypedDict):
    """Chances of so many newly broken cases if breaking and fixing were equally likely."""

    one_sided: float
    two_sided: float
    mid_p_two_sided: float


def mcnemar_exact(newly_broken: int, newly_fixed: int) -> McNemar:
    """Return exact McNemar p-values; the one-sided one asks whether more broke than were fixed."""
    broken, fixed = count("newly_broken", newly_broken), count("newly_fixed", newly_fixed)
    changed = broken + fixed
    every = 2**changed
    at_least = sum(comb(changed, more) for more in range(broken, changed + 1))
    at_most = every - at_least + comb(changed, broken)
    smaller = min(at_least, at_most)
    # Fractions of whole numbers stay exact where powers of two would leave a float's range.
    return McNemar(
        one_sided=float(Fraction(at_least, every)),
        two_sided=float(min(Fraction(1), Fraction(2 * smaller, every))),
        mid_p_two_sided=float(Fraction(2 * smaller - comb(changed, broken), every)),
    )


def signflip_exact(differences: Sequence[int]) -> float:
    """Return the chance of a sum of differences this low if every sign were a coin flip.

    Differences are candidate passes minus baseline passes, one per case; cases without one are dropped.
    When all have one size this is the one-sided McNemar test.
    """
    for difference in differences:
        if isinstance(difference, bool) or not isinstance(difference, int):
            raise StatisticsError(f"differences must be whole numbers, not {difference!r}")
    sizes = [abs(difference) for difference in differences if difference]
    total = sum(sizes)
    # A sum of signed sizes is twice the positively signed part minus the total.
    positive = (sum(differences) + total) // 2
    ways = [1] + [0] * positive
    for size in sizes:
        for reached in range(positive, size - 1, -1):
            ways[reached] += ways[reached - size]
    return float(Fraction(sum(ways), 2 ** len(sizes)))
