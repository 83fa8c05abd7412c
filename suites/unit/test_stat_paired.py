"""Comparisons of the same cases then and now, against independent sources and brute force."""

from collections import Counter
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom, fisher_exact
from statsmodels.stats.contingency_tables import mcnemar

from autobiz_gates import statistics


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
