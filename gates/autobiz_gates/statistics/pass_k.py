"""pass^k: the chance that a case passes k times in a row."""

from collections.abc import Sequence
from math import comb

from .arguments import StatisticsError, count, passes_of


def pass_hat_k(passes: Sequence[int], runs: int, k: int) -> float:
    """Return the mean over cases of the share of k-subsets of its runs that pass throughout."""
    count("runs", runs, least=1)
    count("k", k, least=1)
    if k > runs:
        raise StatisticsError(f"pass^{k} needs at least {k} runs of a case, not {runs}")
    if not passes:
        raise StatisticsError("passes must list at least one case")
    for passed in passes:
        passes_of(passed, runs, passes="passes", trials="runs")
    return sum(comb(passed, k) for passed in passes) / (comb(runs, k) * len(passes))
