"""Statistics against independent sources: scipy, statsmodels, brute force, exact arithmetic."""

import math
from collections import Counter
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import betabinom, binom, chi2, fisher_exact
from statsmodels.stats.contingency_tables import cochrans_q, mcnemar
from statsmodels.stats.proportion import proportion_confint

from autobiz_gates import statistics
from autobiz_gates.statistics import (
    allowed_failures,
    anova_icc,
    case_lower,
    case_upper,
    clustered_lcb,
    ecusum,
    eprocess_min_n,
    eprocess_value,
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


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_that_of_statsmodels(broken: int, fixed: int) -> None:
    """The two-sided exact p agrees with statsmodels, the one-sided one with the binomial tail."""
    ours = statistics.mcnemar_exact(broken, fixed)
    if broken + fixed:
        theirs = mcnemar(np.array([[0, broken], [fixed, 0]]), exact=True).pvalue
        assert ours["two_sided"] == pytest.approx(theirs, abs=1e-10)
    tail = float(binom.sf(broken - 1, broken + fixed, 0.5))
    assert ours["one_sided"] == pytest.approx(tail, abs=1e-10)
    assert ours["mid_p_two_sided"] <= ours["two_sided"] <= 1.0


@given(st.lists(st.integers(-4, 4), max_size=10))
def test_sign_flip_is_brute_force_over_all_signs(differences: list[int]) -> None:
    """The p-value is the share of sign patterns with a sum no greater than the observed."""
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]
    share = sum(total <= sum(differences) for total in sums) / len(sums)
    assert statistics.signflip_exact(differences) == pytest.approx(share, abs=1e-12)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 5))
def test_sign_flip_of_equal_sizes_is_mcnemar(broken: int, fixed: int, size: int) -> None:
    """With one size of difference the test is McNemar's one-sided one."""
    ours = statistics.signflip_exact([-size] * broken + [size] * fixed)
    assert ours == pytest.approx(statistics.mcnemar_exact(broken, fixed)["one_sided"], abs=1e-12)


COUNTS = st.integers(1, 5).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


@given(COUNTS, COUNTS)
def test_one_case_is_fishers_test(before: tuple[int, int], now: tuple[int, int]) -> None:
    """With a single case the test is Fisher's one-sided exact one."""
    table = np.array([[now[0], now[1] - now[0]], [before[0], before[1] - before[0]]])

    assert statistics.fisher_by_case([(before, now)]) == pytest.approx(
        float(fisher_exact(table, alternative="less").pvalue), abs=1e-10
    )


@given(st.lists(st.tuples(COUNTS, COUNTS), max_size=4))
def test_several_cases_are_all_assignments_of_their_trials(
    cases: list[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    """The p-value is the share of assignments of each case's own trials that pass no more often now."""
    chances = {0: Fraction(1)}
    for before, now in cases:
        outcomes = [1] * (before[0] + now[0]) + [0] * (before[1] + now[1] - before[0] - now[0])
        sums = Counter(sum(chosen) for chosen in combinations(outcomes, now[1]))
        mixed: dict[int, Fraction] = {}
        for (total, chance), (more, ways) in product(chances.items(), sums.items()):
            mixed[total + more] = mixed.get(total + more, Fraction(0)) + chance * Fraction(ways, sums.total())
        chances = mixed
    seen = sum(now[0] for _, now in cases)
    expected = sum(chance for total, chance in chances.items() if total <= seen)
    assert statistics.fisher_by_case(cases) == pytest.approx(float(expected), abs=1e-12)


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=4), st.data())
def test_one_more_pass_now_never_makes_it_look_worse(
    cases: list[tuple[tuple[int, int], tuple[int, int]]], data: st.DataObject
) -> None:
    """A failed trial of now that passes instead raises p, or leaves it."""
    failed = [place for place, (_, now) in enumerate(cases) if now[0] < now[1]]
    assume(failed)
    place = data.draw(st.sampled_from(failed))
    before, now = cases[place]
    better = [*cases]
    better[place] = before, (now[0] + 1, now[1])

    assert statistics.fisher_by_case(better) >= statistics.fisher_by_case(cases)


def test_sign_flip_of_a_thousand_cases_stays_exact() -> None:
    """A long suite neither overflows nor loses the answer."""
    assert statistics.signflip_exact([-1, 1] * 600) == pytest.approx(
        float(binom.cdf(600, 1200, 0.5)), abs=1e-12
    )


@given(*[st.integers(0, 60)] * 4)
def test_newcombe_interval_holds_the_difference_and_mirrors(a: int, b: int, c: int, d: int) -> None:
    """The interval lies in [-1, 1] around the difference, and swapping the sides mirrors it."""
    if a + b + c + d == 0:
        return
    ours = statistics.newcombe_paired(a, b, c, d)
    mirrored = statistics.newcombe_paired(a, c, b, d)
    assert -1.0 - 1e-12 <= ours["lower"] <= ours["difference"] <= ours["upper"] <= 1.0 + 1e-12
    assert ours["lower"] == pytest.approx(-mirrored["upper"], abs=1e-12)
    assert ours["difference"] == (c - b) / (a + b + c + d)


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


@given(st.floats(0.5, 0.97), st.floats(0.01, 1.0), st.integers(1, 6))
def test_bet_never_gains_on_average_at_the_threshold(p0: float, part: float, runs: int) -> None:
    """A case's expected factor is one at a rate of p0, for whole and for fully agreeing runs alike."""
    q = p0 + (1.0 - p0) * part
    bet = eprocess_value({"1": 1}, p0, q)["lambda"]
    independent = sum(float(binom.pmf(k, runs, p0)) * (1.0 + bet * (k / runs - p0)) for k in range(runs + 1))
    agreeing = p0 * (1.0 + bet * (1.0 - p0)) + (1.0 - p0) * (1.0 - bet * p0)
    assert independent == pytest.approx(1.0, abs=1e-9)
    assert agreeing == pytest.approx(1.0, abs=1e-9)


@given(st.integers(0, 30), st.floats(0.5, 0.97), st.floats(0.05, 0.95), st.floats(0.001, 0.3))
def test_fewest_cases_are_where_the_bet_first_wins(
    failures: int, p0: float, part: float, alpha: float
) -> None:
    """With so many cases the e-value suffices, with one passing case fewer it does not."""
    q = p0 + (1.0 - p0) * part
    n = eprocess_min_n(failures, p0, q, alpha)
    wealth = math.log(q / p0) * (n - failures) + math.log((1 - q) / (1 - p0)) * failures
    if abs(wealth - math.log(1 / alpha)) > 1e-9:
        assert eprocess_value({"1": n - failures, "0": failures}, p0, q, alpha)["pass"]
    if n > failures:
        assert not eprocess_value({"1": n - failures - 1, "0": failures}, p0, q, alpha)["pass"]


def test_early_pass_of_the_bet_satisfies_the_wilson_bound_too() -> None:
    """Wherever the bet wins on whole cases, their two-sided Wilson bound reaches the threshold."""
    for failures in range(40):
        n = eprocess_min_n(failures)
        assert wilson_lower(n - failures, n, 0.95, 2) >= 0.95
        assert failures <= allowed_failures(n, 0.95)


def test_bet_accepts_means_as_fractions_and_survives_extremes() -> None:
    """Means may be fractions, a lost all-in bet stays lost, and an endless success is not an overflow."""
    as_text = eprocess_value({"1": 100, "2/3": 1})
    assert eprocess_value({Fraction(1): 100, Fraction(2, 3): 1}) == as_text
    assert eprocess_value({"1": 500, "0": 1}, q=1.0)["e_value"] == 0.0
    assert eprocess_value({"1": 10**6})["e_value"] == math.inf
    assert eprocess_value({})["e_value"] == 1.0


def test_kill_switch_sees_a_drop_and_forgets_old_success() -> None:
    """Five failures in a row raise the alarm, however many successes went before."""
    assert ecusum([True] * 1000)["alarm_after"] is None
    assert ecusum([True] * 1000 + [False] * 5)["alarm_after"] == 1005
    assert ecusum([False] * 4)["alarm_after"] is None
    assert ecusum([])["value"] == 1.0
    assert ecusum([False] * 5 + [True] * 300)["alarm_after"] == 5


@given(st.lists(st.booleans(), max_size=60))
def test_kill_switch_grows_with_failures(outcomes: list[bool]) -> None:
    """Turning a success into a failure never lowers the bet at its end."""
    for place, passed in enumerate(outcomes):
        if passed:
            worse = [*outcomes[:place], False, *outcomes[place + 1 :]]
            assert ecusum(worse)["value"] >= ecusum(outcomes)["value"]


@given(
    st.floats(0.05, 0.9), st.floats(0.02, 0.99), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)
)
def test_wealth_is_the_product_of_its_bets(
    p0: float, gap: float, fails: int, halves: int, passes: int
) -> None:
    """Each case multiplies the wealth by one plus the bet times what it exceeds p0 by, at any odds."""
    q = p0 + gap * (1.0 - p0)
    bet = (q - p0) / (p0 * (1.0 - p0))
    logs = [
        cases * math.log1p(bet * (share - p0))
        for share, cases in ((0.0, fails), (0.5, halves), (1.0, passes))
    ]

    value = eprocess_value({"0": fails, "1/2": halves, "1": passes}, p0=p0, q=q)

    assert value["lambda"] == pytest.approx(bet, rel=1e-12)
    assert math.log(value["e_value"]) == pytest.approx(sum(logs), rel=1e-6, abs=1e-9)


@given(st.floats(0.05, 0.9), st.floats(0.1, 0.9), st.integers(0, 5), st.floats(0.001, 0.5))
def test_so_many_cases_win_the_bet_and_one_fewer_does_not(
    p0: float, gap: float, failures: int, alpha: float
) -> None:
    """The fewest cases are those at which the wealth first suffices, at any odds."""
    q = p0 + gap * (1.0 - p0)
    cases = eprocess_min_n(failures, p0=p0, q=q, alpha=alpha)
    assume(cases < 10_000)

    def wealth(passes: int) -> float:
        return passes * math.log(q / p0) + failures * math.log((1.0 - q) / (1.0 - p0))

    assert wealth(cases - failures) >= math.log(1.0 / alpha) - 1e-9
    assert wealth(cases - failures - 1) < math.log(1.0 / alpha) + 1e-9
