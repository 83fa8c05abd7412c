"""The Wilson bound and what follows from it: allowances, needed trials, identities."""

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from statsmodels.stats.proportion import proportion_confint

from autobiz_gates.statistics import (
    StatisticsError,
    allowed_failed_runs_case_unit,
    allowed_failures,
    min_trials,
    wilson_interval,
    wilson_lower,
    wilson_upper,
    z_quantile,
)

LEVELS = st.floats(min_value=0.55, max_value=0.9999)
THRESHOLDS = st.floats(min_value=0.01, max_value=0.999)
SIDES = st.sampled_from([1, 2])


@st.composite
def counts(draw: st.DrawFn, trials_max: int = 5000) -> tuple[int, int]:
    n = draw(st.integers(1, trials_max))
    return draw(st.integers(0, n)), n


def clears_exactly(k: int, n: int, threshold: float, z: float) -> bool:
    """Decide in exact arithmetic and without the bound's formula whether it reaches the threshold."""
    t = Fraction(threshold)
    ahead = k - n * t
    return ahead >= 0 and ahead * ahead >= Fraction(z) ** 2 * n * t * (1 - t)


@given(counts(), THRESHOLDS, LEVELS, SIDES)
def test_bound_reaches_threshold_exactly_when_the_score_inequality_holds(
    pair: tuple[int, int], threshold: float, confidence: float, sided: int
) -> None:
    """LCB >= t holds exactly when k >= nt and (k - nt)^2 >= z^2 n t (1 - t)."""
    k, n = pair
    z = z_quantile(confidence, sided)
    bound = wilson_lower(k, n, confidence, sided)
    assume(abs(bound - threshold) > 1e-12)
    assert (bound >= threshold) is clears_exactly(k, n, threshold, z)


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("sided", [1, 2])
def test_score_inequality_holds_for_every_small_count(threshold: float, sided: int) -> None:
    """Every k of n up to 120 trials is decided alike by the bound and by exact arithmetic."""
    z = z_quantile(0.95, sided)
    for n in range(1, 121):
        for k in range(n + 1):
            assert (wilson_lower(k, n, 0.95, sided) >= threshold) is clears_exactly(k, n, threshold, z)


@given(counts(), LEVELS, SIDES)
def test_one_more_pass_never_lowers_the_bound(pair: tuple[int, int], confidence: float, sided: int) -> None:
    """The bound is monotone in passes, whether a failure turns into a pass or a passing trial is added."""
    k, n = pair
    bound = wilson_lower(k, n, confidence, sided)
    if k < n:
        assert wilson_lower(k + 1, n, confidence, sided) > bound
    assert wilson_lower(k + 1, n + 1, confidence, sided) > bound


@given(st.integers(1, 10**12), LEVELS, SIDES)
def test_ends_are_exact(n: int, confidence: float, sided: int) -> None:
    """No pass gives exactly 0 and all passes give exactly n / (n + z^2)."""
    z = z_quantile(confidence, sided)
    assert wilson_lower(0, n, confidence, sided) == 0.0
    assert wilson_lower(n, n, confidence, sided) == n / (n + z * z)
    assert wilson_upper(n, n, confidence, sided) == 1.0


@given(counts(), LEVELS)
def test_interval_agrees_with_two_independent_sources(pair: tuple[int, int], confidence: float) -> None:
    """The two-sided interval is the one that scipy and statsmodels compute."""
    k, n = pair
    ours = wilson_interval(k, n, confidence, 2)
    scipys = binomtest(k, n).proportion_ci(confidence, method="wilson")
    low, high = proportion_confint(k, n, alpha=1.0 - confidence, method="wilson")
    assert ours["lower"] == pytest.approx(scipys.low, abs=1e-10)
    assert ours["upper"] == pytest.approx(scipys.high, abs=1e-10)
    assert ours["lower"] == pytest.approx(low, abs=1e-10)
    assert ours["upper"] == pytest.approx(high, abs=1e-10)


@given(LEVELS)
def test_quantile_is_never_rounded(confidence: float) -> None:
    """The quantile equals scipy's to the last digits, for one and for two sides."""
    assert z_quantile(confidence, 1) == pytest.approx(float(norm.ppf(confidence)), rel=1e-12)
    assert z_quantile(confidence, 2) == pytest.approx(float(norm.ppf((1 + confidence) / 2)), rel=1e-12)


@given(counts(2000), THRESHOLDS, SIDES)
def test_allowance_is_the_last_count_that_clears(pair: tuple[int, int], threshold: float, sided: int) -> None:
    """As many failures as are allowed clear the threshold, and one more does not."""
    _, n = pair
    allowed = allowed_failures(n, threshold, 0.95, sided)
    if allowed >= 0:
        assert wilson_lower(n - allowed, n, 0.95, sided) >= threshold
    if allowed < n:
        assert wilson_lower(n - allowed - 1, n, 0.95, sided) < threshold


@given(st.integers(0, 60), THRESHOLDS, SIDES)
def test_needed_trials_are_the_fewest_that_clear(failures: int, threshold: float, sided: int) -> None:
    """The needed trials clear the threshold with these failures, and one trial fewer does not."""
    n = min_trials(failures, threshold, 0.95, sided)
    assert wilson_lower(n - failures, n, 0.95, sided) >= threshold
    if n > failures + 1:
        assert wilson_lower(n - 1 - failures, n - 1, 0.95, sided) < threshold


@pytest.mark.parametrize(
    ("k", "n", "words"),
    [
        (4, 3, "k counts passes among n trials, so it cannot be 4 of 3"),
        (-1, 3, "k must be at least 0, not -1"),
        (0, 0, "n must be at least 1, not 0"),
        (0, -2, "n must be at least 1, not -2"),
        (True, 3, "k must be a whole number, not True"),
        (1, math.nan, "n must be a whole number, not nan"),
        (1.5, 3, "k must be a whole number, not 1.5"),
        ("1", 3, "k must be a whole number, not '1'"),
    ],
)
def test_counts_that_cannot_be_are_refused_in_words(k: Any, n: Any, words: str) -> None:
    """Impossible passes or trials raise a ValueError that names the argument and its value."""
    with pytest.raises(StatisticsError) as caught:
        wilson_lower(k, n)
    assert str(caught.value) == words
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.1, 1.5, math.nan, math.inf, True, "0.95", None])
def test_levels_outside_zero_and_one_are_refused(confidence: Any) -> None:
    """A confidence that is no number strictly between 0 and 1 is refused."""
    with pytest.raises(StatisticsError, match="confidence must"):
        wilson_lower(1, 2, confidence)


@pytest.mark.parametrize(
    ("confidence", "sided", "words"),
    [(0.4, 1, "below one half"), (math.nextafter(1.0, 0.0), 2, "too close to 1"), (0.95, 3, "sided must be")],
)
def test_levels_without_a_useful_quantile_are_refused(confidence: float, sided: int, words: str) -> None:
    """A level whose quantile would be negative or infinite, or a third side, is refused."""
    with pytest.raises(StatisticsError, match=words):
        z_quantile(confidence, sided)


@pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0, 2.0, math.nan, True])
def test_thresholds_that_no_count_decides_are_refused(threshold: float) -> None:
    """A threshold of 0 or 1, or outside them, has no allowance and no number of needed trials."""
    with pytest.raises(StatisticsError, match="threshold must"):
        allowed_failures(10, threshold)
    with pytest.raises(StatisticsError, match="threshold must"):
        min_trials(0, threshold)


@given(st.integers(1, 400), st.integers(1, 6), THRESHOLDS)
def test_case_allowance_never_exceeds_what_the_bound_allows(cases: int, runs: int, threshold: float) -> None:
    """With a single run a case is a trial, and more runs scale the allowance by their number."""
    allowance = allowed_failed_runs_case_unit(cases, runs, threshold, 0.95, 1)
    assert allowance["max_failed_runs"] <= max(-1.0, runs * allowance["max_case_failures"])
    single = allowed_failed_runs_case_unit(cases, 1, threshold, 0.95, 1)["max_failed_runs"]
    assert abs(single - allowed_failures(cases, threshold, 0.95, 1)) <= 1
