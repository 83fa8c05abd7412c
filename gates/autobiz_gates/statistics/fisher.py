"""Is the candidate worse on the same cases, tried another number of times? Exact, no random numbers."""

from collections.abc import Sequence
from fractions import Fraction
from math import comb

from .arguments import passes_of

Counts = tuple[int, int]


def fisher_by_case(cases: Sequence[tuple[Counts, Counts]]) -> float:
    """Return the chance of so few passes now, or fewer, if every case passed as often as before.

    Each case is (passes, trials) of the baseline and of now. Given how often a case passed in all, any of its
    trials may as well have been those of now; the cases' chances are folded into one.
    """
    ways, least, seen = [1], 0, 0
    for before, now in cases:
        for passes, trials in (before, now):
            passes_of(passes, trials, passes="passes", trials="trials")
        passed, trials = before[0] + now[0], now[1]
        low, high = max(0, passed - before[1]), min(passed, trials)
        own = [comb(trials, x) * comb(before[1], passed - x) for x in range(low, high + 1)]
        ways = _folded(ways, own)
        least, seen = least + low, seen + now[0]
    return float(Fraction(sum(ways[: seen - least + 1]), sum(ways)))


def _folded(one: list[int], other: list[int]) -> list[int]:
    if len(other) == 1:
        # A case that always passed or always failed shifts nothing; most do, and there may be thousands.
        return one
    sums = [0] * (len(one) + len(other) - 1)
    for place, ways in enumerate(one):
        for step, more in enumerate(other):
            sums[place + step] += ways * more
    return sums
