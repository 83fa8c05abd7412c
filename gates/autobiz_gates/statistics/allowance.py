"""How many failures a floor allows, and how many trials it needs: the Wilson bound turned around."""

from math import ceil, floor, inf, sqrt
from typing import TypedDict

from .arguments import StatisticsError, count, inner_rate, real, z_quantile
from .search import first_where
from .wilson import lower_at

IMPOSSIBLE = -1


class CaseAllowance(TypedDict):
    """Failures that a case-unit bound allows, in cases and in runs."""

    max_case_failures: float
    max_failed_runs: int


def allowed_failures(n: int, threshold: float, confidence: float = 0.95, sided: int = 2) -> int:
    """Return how many of n trials may fail before the bound misses the threshold; -1 if it misses anyway."""
    count("n", n)
    t = inner_rate("threshold", threshold)
    z = z_quantile(confidence, sided)
    if n == 0:
        return IMPOSSIBLE
    # One failure less than the first that is too many.
    return first_where(lambda failures: lower_at(n - failures, n, z) < t, 0, n + 1) - 1


def min_trials(failures: int, threshold: float, confidence: float = 0.95, sided: int = 2) -> int:
    """Return the fewest trials in which this many failures still leave the bound at the threshold."""
    count("failures", failures)
    t = inner_rate("threshold", threshold)
    z = z_quantile(confidence, sided)
    return _units_needed(failures, t, z)


def min_cases(case_failures: float, threshold: float, confidence: float = 0.95, sided: int = 1) -> int:
    """Return the fewest cases in which so many lost cases leave the case bound at the threshold."""
    failures = real("case_failures", case_failures)
    if not 0.0 <= failures < inf:
        raise StatisticsError(f"case_failures must be finite and at least 0, not {case_failures!r}")
    return _units_needed(failures, inner_rate("threshold", threshold), z_quantile(confidence, sided))


def _units_needed(failures: float, threshold: float, z: float) -> int:
    return first_where(
        lambda trials: lower_at(trials - failures, trials, z) >= threshold, max(1, ceil(failures))
    )


def allowed_failed_runs_case_unit(
    cases: int, runs_per_case: int, threshold: float, confidence: float = 0.95, sided: int = 1
) -> CaseAllowance:
    """Return the failures that the bound allows when a case, not a trial, is the unit.

    A case that fails one run of three is a third of a failure, so the allowance in cases is a real number;
    negative means that even a perfect score is too small.
    """
    count("cases", cases, least=1)
    count("runs_per_case", runs_per_case, least=1)
    t = inner_rate("threshold", threshold)
    z = z_quantile(confidence, sided)
    case_failures = cases * (1.0 - t) - z * sqrt(cases * t * (1.0 - t))
    return CaseAllowance(
        max_case_failures=case_failures, max_failed_runs=max(IMPOSSIBLE, floor(runs_per_case * case_failures))
    )
