"""Would a case's own history make these failures a surprise?"""

from fractions import Fraction
from math import comb

from .arguments import StatisticsError, count


def history_predictive_p(
    history_failures: int, history_trials: int, new_failures_at_least: int, new_trials: int
) -> float:
    """Return the chance of at least so many new failures, predicted from the history.

    The failure rate has Jeffreys' prior, updated by the history; everything is a ratio of whole numbers,
    so nothing is lost to rounding.
    """
    failures, trials = count("history_failures", history_failures), count("history_trials", history_trials)
    least, new = count("new_failures_at_least", new_failures_at_least), count("new_trials", new_trials)
    if failures > trials or least > new:
        raise StatisticsError(
            f"failures cannot exceed trials, but are {failures} of {trials} and {least} of {new}"
        )
    # Twice the beta parameters are odd whole numbers, so twice each rising factor is whole.
    fail, succeed, both = 2 * failures + 1, 2 * (trials - failures) + 1, 2 * trials + 2
    tail = sum(
        comb(new, bad) * _rising(fail, bad) * _rising(succeed, new - bad) for bad in range(least, new + 1)
    )
    return float(Fraction(tail, _rising(both, new)))


def _rising(start: int, steps: int) -> int:
    product = 1
    for step in range(steps):
        product *= start + 2 * step
    return product
