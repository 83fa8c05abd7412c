"""Statistics of the decision path at equality, at their defaults, and over every end of small suites."""

import pytest

from autobiz_gates.statistics import (
    StatisticsError,
    allowed_failed_runs_case_unit,
    allowed_failures,
    curtail,
    min_cases,
    min_trials,
    p1_gate,
    wilson_interval,
    wilson_lower,
    wilson_upper,
)
from autobiz_gates.statistics.wilson import lower_at


def test_curtail_stops_exactly_where_every_end_agrees() -> None:
    """Over all counts up to thirty trials: BLOCK once failures are too many, PASS once they cannot be."""
    for planned in (0, 1, 7, 16, 29, 30):
        for threshold in (0.5, 0.7, 0.8):
            allowed = allowed_failures(planned, threshold)
            for done in range(planned + 1):
                for failures in range(done + 1):
                    ends = {failures + more <= allowed for more in range(planned - done + 1)}
                    expected = "CONTINUE" if len(ends) == 2 else "PASS" if ends == {True} else "BLOCK"
                    said = curtail(planned, done, failures, threshold)
                    assert said == {"allowed_failures": allowed, "decision": expected}


def test_levels_default_to_what_the_gates_use() -> None:
    """Bounds over trials are two-sided, bounds over cases one-sided, both at 95 %, unless told otherwise."""
    assert curtail(300, 0, 0, 0.95) == curtail(300, 0, 0, 0.95, 0.95, 2)
    assert curtail(300, 0, 0, 0.95)["allowed_failures"] == 7
    assert curtail(300, 0, 0, 0.95, 0.95, 1)["allowed_failures"] == 8
    for n in (59, 73, 109, 110, 300, 10_000):
        assert allowed_failures(n, 0.95) == allowed_failures(n, 0.95, 0.95, 2)
    assert [min_trials(failures, 0.95) for failures in (0, 1, 2, 3, 5, 8)] == [73, 110, 142, 173, 230, 311]
    assert [min_cases(failures, 0.95) for failures in (0, 1, 2, 3, 5, 8)] == [52, 87, 118, 147, 202, 280]
    assert [
        allowed_failed_runs_case_unit(cases, 3, 0.95)["max_failed_runs"] for cases in (52, 60, 100, 200)
    ] == [
        0,
        0,
        4,
        14,
    ]
    assert wilson_lower(95, 100) == wilson_lower(95, 100, 0.95, 2)
    assert wilson_upper(95, 100) == wilson_upper(95, 100, 0.95, 2)
    assert wilson_interval(95, 100) == {"lower": wilson_lower(95, 100), "upper": wilson_upper(95, 100)}


def test_one_trial_has_bounds_and_none_has_not() -> None:
    """A bound needs a trial; one is enough, and without a pass its lower bound is exactly nothing."""
    assert wilson_lower(0, 1) == 0.0
    assert wilson_upper(1, 1) == 1.0
    assert wilson_lower(1, 1) == pytest.approx(1 / (1 + 1.959963984540054**2))
    with pytest.raises(StatisticsError):
        wilson_lower(0, 0)


@pytest.mark.parametrize(
    ("passes", "trials"), [(0.0, 0.0), (-0.5, 1.0), (1.5, 1.0), (0.0, -1.0), (-1.0, -1.0)]
)
def test_real_valued_counts_that_cannot_be_are_refused(passes: float, trials: float) -> None:
    """Effective sample sizes are held to what counts are: something was tried, and no more of it passed."""
    with pytest.raises(StatisticsError, match="cannot be bounded"):
        lower_at(passes, trials, 1.96)


def test_real_valued_counts_are_bounded_up_to_all_of_them() -> None:
    """None, a part, or all of an effective sample of less than one may have passed."""
    assert [lower_at(passes, 0.5, 1.0) for passes in (0.0, 0.5)] == [0.0, pytest.approx(0.5 / 1.5)]
    assert 0.0 < lower_at(0.25, 0.5, 1.0) < 0.5 / 1.5


def test_three_parts_hold_at_equality() -> None:
    """Exactly enough cases, exactly half of a case's runs, a bound exactly on the threshold: each will do."""
    bound = wilson_lower(59 * 4 - 2, 59 * 4)
    said = p1_gate({4: 58, 2: 1}, 4, threshold=bound)
    assert (said["min_cases_ok"], said["floor_ok"], said["lcb_ok"]) == (True, True, True)
    assert (said["verdict"], said["deploy"]) == ("PASS", True)
    above = p1_gate({4: 58, 2: 1}, 4, threshold=bound + 1e-12)
    assert (above["verdict"], above["deploy"]) == ("BELOW_LCB", False)
    assert p1_gate({4: 58, 1: 1}, 4, threshold=0.5)["verdict"] == "CASE_BROKEN"


def test_one_run_that_failed_is_a_broken_case() -> None:
    """With a single run there is no half: a failed case is broken."""
    assert p1_gate({1: 99, 0: 1}, 1, threshold=0.5)["verdict"] == "CASE_BROKEN"


def test_three_part_rule_defaults_to_the_gates_numbers() -> None:
    """A floor of 0.95 and 59 cases, unless told otherwise."""
    assert p1_gate({3: 58}, 3)["verdict"] == "INSUFFICIENT_EVIDENCE"
    assert p1_gate({3: 59}, 3)["verdict"] == "PASS"
    assert p1_gate({3: 59}, 3) == p1_gate({3: 59}, 3, 0.95, 59, "majority")
    just = p1_gate({3: 57, 2: 3}, 3)
    assert just["verdict"] == "PASS"
    assert just["lcb_pooled"] == pytest.approx(0.9521518, abs=1e-7)
    assert p1_gate({3: 56, 2: 4}, 3)["verdict"] == "BELOW_LCB"
    assert just["lcb_case"] == pytest.approx(wilson_lower(59, 60, 0.95, 1))


@pytest.mark.parametrize("case_floor", ["none", "all", "majority "])
def test_another_floor_for_cases_is_refused(case_floor: str) -> None:
    """The rule knows one floor for a single case, and says so of any other word."""
    with pytest.raises(StatisticsError, match="majority"):
        p1_gate({3: 60}, 3, case_floor=case_floor)


def test_no_case_at_all_has_no_verdict() -> None:
    """An empty suite is refused; one case is judged as too few; no case is ever less than none."""
    with pytest.raises(StatisticsError, match="at least one case"):
        p1_gate({3: 0}, 3)
    assert p1_gate({3: 1}, 3)["verdict"] == "INSUFFICIENT_EVIDENCE"
    assert p1_gate({1: 1}, 1, threshold=0.1, min_cases=0)["verdict"] == "PASS"
    with pytest.raises(StatisticsError, match="runs_per_case"):
        p1_gate({}, 0)
