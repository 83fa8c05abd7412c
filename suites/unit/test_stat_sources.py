"""Statistics against independent sources: scipy, statsmodels, brute force, exact arithmetic."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, binom, chi2
from statsmodels.stats.contingency_tables import cochrans_q
from statsmodels.stats.proportion import proportion_confint

from autobiz_gates import statistics
from autobiz_gates.statistics import (
    anova_icc,
    case_lower,
    case_upper,
    clustered_lcb,
    wilson_lower,
)

RATES = st.floats(0.01, 0.99)


@st.composite
def counts(draw: st.DrawFn, most: int = 3000) -> tuple[int, int]:
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


@st.composite
def suites(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    runs = draw(st.lists(st.integers(1, 5), min_size=1, max_size=25))
    return [draw(st.integers(0, m)) for m in runs], runs


@given(counts(), st.sampled_from([1, 2]), st.floats(0.001, 0.3))
def test_exact_bounds_are_those_of_statsmodels(pair: tuple[int, int], sided: int, alpha: float) -> None:
    """Clopper-Pearson bounds agree with statsmodels at the same tail."""
    k, n = pair
    low, high = proportion_confint(k, n, alpha=2.0 * alpha / sided, method="beta")
    assert statistics.clopper_pearson_lower(k, n, alpha, sided) == pytest.approx(low, abs=1e-9)
    assert statistics.clopper_pearson_upper(k, n, alpha, sided) == pytest.approx(high, abs=1e-9)


@given(counts(20000), RATES)
def test_gate_size_is_the_binomial_distribution(pair: tuple[int, int], true_rate: float) -> None:
    """The chance of at most so many failures agrees with scipy, also in long suites."""
    failures, n = pair
    expected = float(binom.cdf(failures, n, 1.0 - true_rate))
    assert statistics.gate_size(n, failures, true_rate) == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize(("true_rate", "chance"), [(0.0, 0.0), (1.0, 1.0)])
def test_gate_size_is_certain_at_the_ends(true_rate: float, chance: float) -> None:
    """A subject that always or never passes has nothing left to chance."""
    assert statistics.gate_size(20, 3, true_rate) == chance
    assert statistics.gate_size(20, -1, true_rate) == 0.0
    assert statistics.gate_size(20, 20, true_rate) == 1.0


@given(st.floats(0.0, 500.0), st.integers(1, 60))
def test_chi_square_tail_is_that_of_scipy(value: float, df: int) -> None:
    """The tail is right for odd and even degrees of freedom."""
    assert statistics.chi_square_tail(value, df) == pytest.approx(float(chi2.sf(value, df)), abs=1e-11)


@given(
    st.integers(2, 5).flatmap(
        lambda k: st.lists(st.tuples(*[st.integers(0, 1)] * k), min_size=1, max_size=30)
    )
)
def test_cochran_q_is_that_of_statsmodels(rows: list[tuple[int, ...]]) -> None:
    """Q and its p-value agree with statsmodels wherever runs disagree at all."""
    ours = statistics.cochran_q(rows, len(rows[0]))
    if all(len(set(row)) == 1 for row in rows):
        assert ours == {"q": 0.0, "df": len(rows[0]) - 1, "p_value": 1.0}
        return
    theirs = cochrans_q(np.array(rows))
    assert ours["q"] == pytest.approx(theirs.statistic, abs=1e-9)
    assert ours["p_value"] == pytest.approx(theirs.pvalue, abs=1e-9)


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 10), st.integers(0, 10))
def test_predictive_tail_is_the_beta_binomial_of_scipy(
    failures: int, passes: int, bad: int, good: int
) -> None:
    """The tail predicted from a history is scipy's beta-binomial with Jeffreys' prior."""
    ours = statistics.history_predictive_p(failures, failures + passes, bad, bad + good)
    theirs = betabinom.sf(bad - 1, bad + good, failures + 0.5, passes + 0.5)
    assert ours == pytest.approx(float(theirs), abs=1e-10)


@given(RATES, RATES)
def test_reruns_are_the_fewest_that_suffice(flake_rate: float, probability: float) -> None:
    """So many reruns show the flake with the wanted probability, one fewer does not."""
    reruns = statistics.reruns_to_detect(flake_rate, probability)
    assert 1.0 - (1.0 - flake_rate) ** reruns >= probability - 1e-9
    if reruns > 1:
        assert 1.0 - (1.0 - flake_rate) ** (reruns - 1) < probability + 1e-9


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.integers(1, 5))
def test_pass_hat_k_counts_subsets_of_runs(passes: list[int], k: int) -> None:
    """pass^k is the share of k-subsets of runs that pass throughout, by listing them."""
    shares = []
    for passed in passes:
        subsets = list(combinations([True] * passed + [False] * (5 - passed), k))
        shares.append(sum(all(subset) for subset in subsets) / len(subsets))
    assert statistics.pass_hat_k(passes, 5, k) == pytest.approx(sum(shares) / len(shares), abs=1e-12)


@given(st.integers(1, 30), st.integers(1, 6), RATES, st.floats(0.01, 0.98))
def test_all_pass_chance_is_the_beta_binomial_of_scipy(
    cases: int, runs: int, mean: float, icc: float
) -> None:
    """The chance of a spotless suite is scipy's beta-binomial at full score, to the power of the cases."""
    both = (1.0 - icc) / icc
    one = float(betabinom.pmf(runs, runs, mean * both, (1.0 - mean) * both))
    assert statistics.p_all_pass_betabinomial(cases, runs, mean, icc) == pytest.approx(one**cases, abs=1e-9)


@given(suites())
def test_case_bound_never_exceeds_the_pooled_one_of_equal_runs(suite: tuple[list[int], list[int]]) -> None:
    """With equally many runs the case bound is the most cautious, and every other lies between."""
    passes, runs = suite
    passes, runs = [min(k, 3) for k in passes], [3] * len(runs)
    bounds = clustered_lcb(passes, runs)
    between = [
        bounds["lcb_icc_0.2"],
        bounds["lcb_icc_0.5"],
        bounds.get("lcb_icc_anova"),
        bounds.get("lcb_rao_scott"),
    ]
    assert bounds["lcb_icc_1.0"] == pytest.approx(bounds["lcb_case"], abs=1e-12)
    for bound in between:
        if bound is not None:
            assert bounds["lcb_case"] - 1e-12 <= bound <= bounds["lcb_trial"] + 1e-12


@given(suites(), st.data())
def test_case_bound_is_monotone_in_every_outcome(
    suite: tuple[list[int], list[int]], data: st.DataObject
) -> None:
    """One more pass in any case never lowers either case bound."""
    passes, runs = suite
    open_cases = [place for place, (k, m) in enumerate(zip(passes, runs, strict=True)) if k < m]
    if not open_cases:
        return
    place = data.draw(st.sampled_from(open_cases))
    better = [k + (i == place) for i, k in enumerate(passes)]
    assert case_lower(better, runs) >= case_lower(passes, runs)
    assert case_upper(better, runs) >= case_upper(passes, runs)


@given(suites())
def test_icc_is_the_analysis_of_variance(suite: tuple[list[int], list[int]]) -> None:
    """The intraclass correlation agrees with sums of squares over the single outcomes."""
    passes, runs = suite
    rows = [[1.0] * k + [0.0] * (m - k) for k, m in zip(passes, runs, strict=True)]
    values = np.concatenate([np.array(row) for row in rows])
    ours = anova_icc(passes, runs)
    if len(rows) < 2 or len(values) == len(rows) or values.min() == values.max():
        assert ours is None
        return
    between = sum(len(row) * (np.mean(row) - values.mean()) ** 2 for row in rows) / (len(rows) - 1)
    within = sum(((np.array(row) - np.mean(row)) ** 2).sum() for row in rows) / (len(values) - len(rows))
    typical = (len(values) - sum(m * m for m in runs) / len(values)) / (len(rows) - 1)
    assert ours == pytest.approx((between - within) / (between + (typical - 1) * within), abs=1e-9)


@pytest.mark.parametrize("planned", [1, 5, 20, 60, 75, 90, 120])
@pytest.mark.parametrize("threshold", [0.6, 0.9, 0.95])
def test_curtailment_never_changes_the_verdict(planned: int, threshold: float) -> None:
    """At every point of every suite, PASS and BLOCK are what all completions come to, CONTINUE is not."""
    for done in range(planned + 1):
        for failures in range(done + 1):
            said = statistics.curtail(planned, done, failures, threshold)["decision"]
            best = wilson_lower(planned - failures, planned) >= threshold
            worst = wilson_lower(done - failures, planned) >= threshold
            assert said == ("PASS" if worst else "CONTINUE" if best else "BLOCK")
