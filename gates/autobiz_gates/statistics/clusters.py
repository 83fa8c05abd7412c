"""What repeating a case is worth: agreement within cases, design effects, bounds that respect them."""

from collections import Counter
from collections.abc import Sequence
from math import fsum
from typing import NotRequired, TypedDict

from .arguments import StatisticsError, count, inner_rate, passes_of, rate, real, z_quantile
from .wilson import lower_at

ClusteredBounds = TypedDict(
    "ClusteredBounds",
    {
        "cases": int,
        "trials": int,
        "phat_trials": float,
        "phat_cases": float,
        "icc_anova": float | None,
        "kish_mbar": float,
        "deff_robust": float | None,
        "lcb_trial": float,
        "lcb_case": float,
        "lcb_icc_0.2": float,
        "lcb_icc_0.5": float,
        "lcb_icc_1.0": float,
        "lcb_icc_anova": NotRequired[float],
        "lcb_rao_scott": NotRequired[float],
    },
)


class DesignEffect(TypedDict):
    """How many independent trials the runs of one case are worth."""

    deff: float
    n_eff_per_case: float


def kish_deff(runs_per_case: int, icc: float) -> DesignEffect:
    """Return Kish's design effect of equally many runs in every case."""
    runs = count("runs_per_case", runs_per_case, least=1)
    deff = 1.0 + (runs - 1) * rate("icc", icc)
    return DesignEffect(deff=deff, n_eff_per_case=runs / deff)


def icc_from_pass_k(pass_1: float, pass_2: float) -> float:
    """Return the agreement of two runs of one case, read off published pass^1 and pass^2."""
    once = inner_rate("pass_1", pass_1)
    twice = rate("pass_2", pass_2)
    if twice > once:
        raise StatisticsError(f"pass_2 cannot exceed pass_1, but {pass_2} > {pass_1}")
    return (twice - once * once) / (once * (1.0 - once))


def anova_icc(passes: Sequence[int], runs: Sequence[int]) -> float | None:
    """Return the ANOVA intraclass correlation, or None where nothing varies or no case was repeated."""
    cases, trials = len(runs), sum(runs)
    if cases < 2 or trials <= cases:
        return None
    mean = sum(passes) / trials
    alike = _alike(passes, runs)
    between = sum(times * m * (k / m - mean) ** 2 for (k, m), times in alike) / (cases - 1)
    within = sum(times * k * (m - k) / m for (k, m), times in alike) / (trials - cases)
    runs_typical = (trials - sum(times * m * m for (_, m), times in alike) / trials) / (cases - 1)
    spread = between + (runs_typical - 1.0) * within
    return (between - within) / spread if spread > 0.0 else None


def robust_deff(passes: Sequence[int], runs: Sequence[int]) -> float | None:
    """Return the design effect of the cluster-robust variance, or None where nothing varies."""
    cases, trials, passed = len(runs), sum(runs), sum(passes)
    if cases < 2 or passed in (0, trials):
        return None
    mean = passed / trials
    squares = sum(times * (k - m * mean) ** 2 for (k, m), times in _alike(passes, runs))
    robust = cases / (cases - 1) * squares / trials**2
    return robust / (mean * (1.0 - mean) / trials)


def case_lower(passes: Sequence[int], runs: Sequence[int], confidence: float = 0.95, sided: int = 1) -> float:
    """Return the Wilson lower bound with a case as the unit: of the mean case rate, over so many cases."""
    _check_counts(passes, runs)
    return _case_lower(passes, runs, z_quantile(confidence, sided))


def case_upper(passes: Sequence[int], runs: Sequence[int], confidence: float = 0.95, sided: int = 1) -> float:
    """Return the upper bound with a case as the unit."""
    failures = [m - k for k, m in zip(passes, runs, strict=True)]
    return 1.0 - case_lower(failures, runs, confidence, sided)


def clustered_lcb(
    passes: Sequence[int],
    runs: Sequence[int],
    confidence: float = 0.95,
    sided: int = 1,
    suite: str = "",  # noqa: ARG001  a reader's label for these counts; it changes nothing
) -> ClusteredBounds:
    """Return the lower bounds of one suite under every convention for repeated cases, for reports.

    Only `lcb_trial` and `lcb_case` may gate: an estimated design effect is discontinuous at a perfect
    score, where one run worse can raise the bound.
    """
    _check_counts(passes, runs)
    z = z_quantile(confidence, sided)
    cases, trials = len(runs), sum(runs)
    mean = sum(passes) / trials
    mbar = sum(m * m for m in runs) / trials

    def shrunk(deff: float) -> float:
        effective = trials / min(max(deff, 1.0), mbar)
        return lower_at(mean * effective, effective, z)

    icc = anova_icc(passes, runs)
    deff_robust = robust_deff(passes, runs)
    bounds = ClusteredBounds(
        {
            "cases": cases,
            "trials": trials,
            "phat_trials": mean,
            "phat_cases": fsum(k / m for k, m in zip(passes, runs, strict=True)) / cases,
            "icc_anova": icc,
            "kish_mbar": mbar,
            "deff_robust": deff_robust,
            "lcb_trial": lower_at(sum(passes), trials, z),
            "lcb_case": _case_lower(passes, runs, z),
            "lcb_icc_0.2": shrunk(1.0 + (mbar - 1.0) * 0.2),
            "lcb_icc_0.5": shrunk(1.0 + (mbar - 1.0) * 0.5),
            "lcb_icc_1.0": shrunk(mbar),
        }
    )
    if icc is not None:
        bounds["lcb_icc_anova"] = shrunk(1.0 + (mbar - 1.0) * icc)
    if deff_robust is not None:
        bounds["lcb_rao_scott"] = shrunk(deff_robust)
    return bounds


def p_all_pass_betabinomial(cases: int, runs: int, mean: float, icc: float) -> float:
    """Return the chance that every run of every case passes, when case rates vary as a beta distribution."""
    count("cases", cases)
    count("runs", runs, least=1)
    average, agreement = rate("mean", mean), rate("icc", icc)
    one_case = average
    for again in range(1, runs):
        one_case *= (average * (1.0 - agreement) + again * agreement) / (1.0 - agreement + again * agreement)
    return real("chance", one_case**cases)


def _case_lower(passes: Sequence[int], runs: Sequence[int], z: float) -> float:
    rates = fsum(times * (k / m) for (k, m), times in _alike(passes, runs))
    return lower_at(min(rates, len(runs)), len(runs), z)


def _alike(passes: Sequence[int], runs: Sequence[int]) -> list[tuple[tuple[int, int], int]]:
    """Each pair of counts with how many cases have it: of many cases there are few pairs."""
    return list(Counter(zip(passes, runs, strict=True)).items())


def _check_counts(passes: Sequence[int], runs: Sequence[int]) -> None:
    if len(passes) != len(runs) or not runs:
        raise StatisticsError(
            f"passes and runs must list the same cases, at least one, not {len(passes)} and {len(runs)}"
        )
    # Equal counts of many cases are checked once; a bool equals a number, so the types go along.
    kinds = {(type(k), k, type(m), m) for k, m in zip(passes, runs, strict=True)}
    for _, k, _, m in kinds:
        passes_of(k, m, passes="passes", trials="runs")
