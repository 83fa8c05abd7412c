"""Evidence that may be looked at after every case: a fixed bet against a rate on the threshold."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, inf, log
from typing import TypedDict

from .arguments import StatisticsError, count, inner_rate, rate
from .search import first_where

EValue = TypedDict("EValue", {"lambda": float, "e_value": float, "pass": bool})

_LOG_MAX = 709.0


def eprocess_value(
    case_means: Mapping[str, int] | Mapping[Fraction, int],
    p0: float = 0.95,
    q: float = 0.99,
    alpha: float = 0.05,
) -> EValue:
    """Return the bet's wealth after so many cases of each mean over their runs, and whether it suffices.

    At a rate of p0 or below, wealth ever reaches 1/alpha with at most chance alpha, whenever one looks and
    however the runs of a case hang together. Means may be written "2/3".
    """
    _check_bet(p0, q, alpha)
    bet = (q - p0) / (p0 * (1.0 - p0))
    wealth = 0.0
    for mean, cases in case_means.items():
        share = _share(mean)
        count("cases", cases)
        # 1 + bet * (share - p0), written so that a lost all-in bet is exactly zero.
        factor = (1.0 - share) * (1.0 - q) / (1.0 - p0) + share * q / p0
        if cases and factor <= 0.0:
            wealth = -inf
        elif cases:
            wealth += cases * log(factor)
    value = inf if wealth > _LOG_MAX else exp(wealth)
    return EValue({"lambda": bet, "e_value": value, "pass": value >= 1.0 / alpha})


def eprocess_min_n(failures: int, p0: float = 0.95, q: float = 0.99, alpha: float = 0.05) -> int:
    """Return the fewest cases with which the bet wins although so many failed in every run."""
    count("failures", failures)
    _check_bet(p0, q, alpha)
    if q == 1.0 and failures:
        raise StatisticsError("a bet on q = 1 never recovers from a failure")
    gain = log(q / p0)
    loss = log((1.0 - q) / (1.0 - p0)) if failures else 0.0
    enough = log(1.0 / alpha)
    return first_where(lambda passes: passes * gain + failures * loss >= enough, 1) + failures


def _check_bet(p0: float, q: float, alpha: float) -> None:
    inner_rate("p0", p0)
    rate("q", q)
    inner_rate("alpha", alpha)
    if q <= p0:
        raise StatisticsError(f"q must exceed p0, the rate it bets against, but {q} <= {p0}")


def _share(mean: str | Fraction) -> float:
    try:
        share = Fraction(mean)
    except (ValueError, ZeroDivisionError) as error:
        raise StatisticsError(f"a case mean must read like '2/3', not {mean!r}") from error
    return rate("case mean", float(share))
