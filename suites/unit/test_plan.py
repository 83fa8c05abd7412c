"""Planning a suite: how large it must be and how often the gate would be wrong."""

import json
from collections import Counter
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import plan
from autobiz_gates.statistics import (
    StatisticsError,
    allowed_failures,
    case_failure_masses,
    chance_of_opening,
    gate_size,
)

TABLE = [
    (0.99, 60, "default", [0.88, 0.84, 0.72, 0.60]),
    (0.99, 100, "default", [0.96, 0.84, 0.62, 0.43]),
    (0.99, 150, "default", [0.96, 0.78, 0.48, 0.28]),
    (0.995, 100, "default", [0.99, 0.93, 0.79, 0.66]),
    (0.99, 60, "strict", [0.16, 0.18, 0.23, 0.33]),
    (0.99, 100, "strict", [0.82, 0.81, 0.79, 0.76]),
    (0.99, 150, "strict", [0.98, 0.98, 0.96, 0.94]),
]


@pytest.mark.parametrize(("true_rate", "cases", "profile", "chances"), TABLE)
def test_chance_of_opening_is_that_of_the_published_table(
    true_rate: float, cases: int, profile: str, chances: list[float]
) -> None:
    """A good agent's chances at four agreements between runs come out as in the table of the statistics."""
    for icc, expected in zip((0.0, 0.05, 0.2, 0.5), chances, strict=True):
        ours = plan(0.95, true_rate, cases=cases, profile=profile, icc=icc)
        assert round(ours.chance_open, 2) == expected
        assert ours.false_block == 1.0 - ours.chance_open


@pytest.mark.parametrize(
    ("profile", "cases", "low", "high"),
    [
        ("default", 59, 0.051, 0.053),
        ("literal", 25, 0.27, 0.28),
        ("strict", 52, 0.069, 0.070),
        ("default", 58, 0.0, 0.0),
    ],
)
def test_false_pass_at_worst_is_that_of_the_published_table(
    profile: str, cases: int, low: float, high: float
) -> None:
    """The chance that an agent on the floor passes, at the worst agreement between runs, is bounded."""
    assert low <= plan(0.95, 0.99, cases=cases, profile=profile).false_pass_worst <= high


@pytest.mark.parametrize("profile", ["default", "literal", "strict"])
@pytest.mark.parametrize("true_rate", [0.98, 0.99, 0.999])
def test_planned_suite_is_the_smallest_with_the_power(profile: str, true_rate: float) -> None:
    """The planned suite reaches the power, and no smaller one does."""
    ours = plan(0.95, true_rate, profile=profile)
    if ours.cases is None:
        return
    assert ours.chance_open >= 0.9
    for cases in range(1, ours.cases):
        assert plan(0.95, true_rate, cases=cases, profile=profile).chance_open < 0.9


def test_needed_cases_for_a_perfect_agent_are_the_known_minima() -> None:
    """All-green suites open from 25 pooled, 52 case-unit and 59 three-part cases."""
    least = {profile: plan(0.95, 1.0, profile=profile).cases for profile in ("literal", "strict", "default")}
    assert least == {"literal": 25, "strict": 52, "default": 59}


@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.floats(0.1, 0.9),
    st.floats(0.0, 1.0),
    st.integers(-1, 9),
    st.data(),
)
def test_chance_is_the_sum_over_all_suites(
    cases: int, runs: int, mean: float, icc: float, allowed: int, data: st.DataObject
) -> None:
    """The chance equals the listed sum over every combination of failures of every case."""
    most = data.draw(st.none() | st.integers(0, runs))
    masses = case_failure_masses(runs, mean, icc)
    assert sum(masses) == pytest.approx(1.0, abs=1e-9)
    total = 0.0
    for failures in product(range(runs + 1), repeat=cases):
        if sum(failures) <= allowed and all(most is None or one <= most for one in failures):
            chance = 1.0
            for one, times in Counter(failures).items():
                chance *= masses[one] ** times
            total += chance
    assert chance_of_opening(cases, runs, allowed, mean, icc, most) == pytest.approx(total, abs=1e-9)


@given(st.integers(1, 300), st.floats(0.8, 0.999))
def test_independent_single_runs_are_the_binomial_gate(cases: int, true_rate: float) -> None:
    """With one run a case and no agreement the chance is the plain binomial one."""
    allowed = allowed_failures(cases, 0.9)
    ours = chance_of_opening(cases, 1, allowed, true_rate)
    assert ours == pytest.approx(gate_size(cases, allowed, true_rate), abs=1e-9)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"true_rate": 0.99}, "may fail: a true rate of 0.99 opens the gate with chance 0.9"),
        ({"true_rate": 0.95}, "is not above the floor 0.95: the gate is to stop it."),
        ({"true_rate": 0.96, "icc": 0.5}, "No suite of up to 3000 cases opens for a true rate of 0.96"),
        ({"true_rate": 0.99, "cases": 40}, "40 cases x 3 runs cannot open the gate: it needs 59 cases."),
    ],
)
def test_plan_says_in_a_sentence_what_it_found(arguments: dict[str, Any], words: str) -> None:
    """Each plan carries its answer in words, and plain values for JSON."""
    ours = plan(0.95, **arguments)
    assert words in ours.reason
    assert json.loads(json.dumps(ours.to_dict(), allow_nan=False)) == ours.to_dict()


@pytest.mark.parametrize(
    "arguments",
    [
        {"floor": 1.0, "true_rate": 0.99},
        {"floor": 0.0, "true_rate": 0.99},
        {"floor": 0.9, "true_rate": 1.5},
        {"floor": 0.9, "true_rate": 0.99, "icc": 2.0},
        {"floor": 0.9, "true_rate": 0.99, "runs": 0},
        {"floor": 0.9, "true_rate": 0.99, "power": 1.0},
        {"floor": 0.9, "true_rate": 0.99, "profile": "lax"},
        {"floor": 0.9, "true_rate": 0.99, "cases": -1},
    ],
)
def test_plans_for_impossible_numbers_are_refused(arguments: dict[str, Any]) -> None:
    """Rates, runs, power and profiles that cannot be raise a ValueError with words."""
    with pytest.raises(StatisticsError):
        plan(**arguments)
