"""Bets that may be looked at at any time: the e-process and the kill switch."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from autobiz_gates.statistics import (
    allowed_failures,
    ecusum,
    eprocess_min_n,
    eprocess_value,
    wilson_lower,
)


@given(st.floats(0.5, 0.97), st.floats(0.01, 1.0), st.integers(1, 6))
def test_bet_never_gains_on_average_at_the_threshold(p0: float, part: float, runs: int) -> None:
    """A case's expected factor is one at a rate of p0, for whole and for fully agreeing runs alike."""
    q = p0 + (1.0 - p0) * part
    bet = eprocess_value({"1": 1}, p0, q)["lambda"]
    independent = sum(float(binom.pmf(k, runs, p0)) * (1.0 + bet * (k / runs - p0)) for k in range(runs + 1))
    agreeing = p0 * (1.0 + bet * (1.0 - p0)) + (1.0 - p0) * (1.0 - bet * p0)
    assert independent == pytest.approx(1.0, abs=1e-9)
    assert agreeing == pytest.approx(1.0, abs=1e-9)


@given(st.integers(0, 30), st.floats(0.05, 0.97), st.floats(0.05, 0.95), st.floats(0.001, 0.3))
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
