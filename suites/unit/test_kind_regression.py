"""Kind regression: pairs of the same case, an exact test, and no answer where pairs are missing."""

from datetime import date
from pathlib import Path

import pytest

from autobiz_gates import Decision, GateDecision, RegressionGate, decide, fold

from ..ledger_lines import header, plan, trial, write_ledger

pytestmark = pytest.mark.priority("P0")

TODAY = date(2026, 1, 1)
GATE = RegressionGate(name="no-worse", baseline="baseline", runs=3)


def write(folder: Path, rows: dict[str, str], run_id: str = "run-a") -> Path:
    """Three runs of cases, each given as its outcomes: p, f or -."""
    words = {"p": "pass", "f": "fail"}
    for run in (1, 2, 3):
        trials = [
            trial(case, words[row[run - 1]], run=run, run_id=run_id)
            for case, row in rows.items()
            if row[run - 1] != "-"
        ]
        first, asked = header(run=run, run_id=run_id), plan(*rows, run=run, run_id=run_id)
        write_ledger(folder / f"{run}.jsonl", first, asked, *trials)
    return folder


def compared(root: Path, before: dict[str, str], now: dict[str, str]) -> GateDecision:
    write(root / "baseline", before)
    return decide(GATE, fold([write(root / "now", now)]), TODAY, root)


def rows(count: int, row: str) -> dict[str, str]:
    return {f"case-{number}": row for number in range(count)}


def test_the_same_outcomes_open(tmp_path: Path) -> None:
    """Nothing changed: open, and p is 1."""
    decision = compared(tmp_path, rows(10, "ppf"), rows(10, "ppf"))

    assert decision.decision is Decision.OPEN
    assert "p = 1" in decision.reason


@pytest.mark.parametrize(("broken", "expected"), [(4, Decision.OPEN), (5, Decision.SHUT)])
def test_five_newly_dead_cases_are_the_first_that_shut(
    tmp_path: Path, broken: int, expected: Decision
) -> None:
    """Five cases at minus three give p = 0.03125, four give 0.0625."""
    before = rows(60, "ppp")

    decision = compared(tmp_path, before, before | rows(broken, "fff"))

    assert decision.decision is expected


def test_a_drop_of_more_than_five_points_is_told_even_when_it_may_be_chance(tmp_path: Path) -> None:
    """Two of ten cases lost is an alert, not a block."""
    before = rows(10, "ppp")

    decision = compared(tmp_path, before, before | rows(2, "fff"))

    assert decision.decision is Decision.OPEN
    assert "ALERT: the pass rate fell by 20.0 points" in decision.reason


def test_doing_better_is_open(tmp_path: Path) -> None:
    """An improvement never shuts."""
    assert compared(tmp_path, rows(20, "fff"), rows(20, "ppp")).decision is Decision.OPEN


def test_new_cases_are_nobodys_regression(tmp_path: Path) -> None:
    """Cases that the baseline does not know are left to other gates."""
    before = rows(10, "ppp")

    assert compared(tmp_path, before, before | {"new": "fff"}).decision is Decision.OPEN


@pytest.mark.negative
def test_a_case_that_vanished_leaves_it_undecided(tmp_path: Path) -> None:
    """Deleting a failing case is not an improvement."""
    decision = compared(tmp_path, rows(10, "ppp") | {"gone": "ppp"}, rows(10, "ppp"))

    assert decision.decision is Decision.UNDECIDED
    assert "gone" in decision.reason


@pytest.mark.negative
def test_fewer_runs_than_in_the_baseline_cannot_be_compared(tmp_path: Path) -> None:
    """A case judged three times then and twice now is undecided."""
    decision = compared(tmp_path, rows(10, "ppp"), rows(10, "ppp") | {"case-0": "pp-"})

    assert decision.decision is Decision.UNDECIDED
    assert "judged in fewer runs than in the baseline: case case-0" in decision.reason


@pytest.mark.negative
def test_where_one_case_cannot_be_compared_no_test_is_made(tmp_path: Path) -> None:
    """However much the others lost, a comparison that is unfair to one case answers nothing."""
    decision = compared(tmp_path, rows(10, "ppp"), rows(10, "fff") | {"case-0": "ff-"})

    assert decision.decision is Decision.UNDECIDED
    assert "sign-flip" not in {one.name for one in decision.conditions}


@pytest.mark.parametrize(
    ("row", "expected", "p"),
    [
        ("pppppp", Decision.OPEN, "1"),
        ("pppppf", Decision.OPEN, "0.6667"),
        ("fffppp", Decision.SHUT, "0.0135"),
    ],
)
def test_attempts_that_add_up_are_compared(tmp_path: Path, row: str, expected: Decision, p: str) -> None:
    """Two attempts on one subject make six trials a case, which are compared with the baseline's three."""
    write(tmp_path / "baseline", rows(10, "ppp"))
    now = rows(10, "pppppp") | rows(3 if p == "0.0135" else 1, row)
    attempts = [
        write(tmp_path / half, {case: taken[place : place + 3] for case, taken in now.items()}, half)
        for half, place in (("first", 0), ("second", 3))
    ]

    decision = decide(GATE, fold(attempts), TODAY, tmp_path)

    assert decision.decision is expected
    assert f"Fisher by case p = {p}" in decision.reason


def test_half_a_trial_lost_by_case_is_lost_all_the_same(tmp_path: Path) -> None:
    """Where there are more trials now, a loss is counted in trials of the baseline, and not rounded away."""
    write(tmp_path / "baseline", rows(10, "ppp"))
    attempts = [
        write(tmp_path / "first", rows(10, "ppp"), "first"),
        write(tmp_path / "second", rows(10, "ppf"), "second"),
    ]

    reason = decide(GATE, fold(attempts), TODAY, tmp_path).reason

    assert "10 of 10 cases did worse, 0 better" in reason
    assert "the pass rate fell by 16.7 points" in reason


def test_worse_and_better_are_counted_apart(tmp_path: Path) -> None:
    """What lost, what won and what stayed are three groups, and only the first two are told."""
    before = rows(60, "ppp") | {"won": "pff", "won-2": "ffp", "stayed": "pfp"}

    reason = compared(
        tmp_path, before, before | rows(1, "ppf") | {"won": "ppp", "won-2": "ppp", "stayed": "fpp"}
    ).reason

    assert "1 of 63 cases did worse, 2 better, sign-flip p = " in reason
    assert "worse: case" not in reason


def test_only_those_that_lost_are_named_as_worse(tmp_path: Path) -> None:
    """A gate that shuts names the cases that lost, and none of the others."""
    before = rows(60, "ppp") | {"won": "ffp"}

    reason = compared(tmp_path, before, before | rows(6, "fff") | {"won": "pfp"}).reason

    assert reason.partition("worse: ")[2].startswith("cases case-0, case-1")
    assert "won" not in reason


@pytest.mark.parametrize(("lost", "alert"), [(2, ""), (3, ""), (4, "the pass rate fell by 6.7 points")])
def test_more_than_five_points_are_an_alert(tmp_path: Path, lost: int, alert: str) -> None:
    """Five points to the dot are none; what is beyond is told with its size, be it chance or not."""
    before = rows(20, "ppp")

    decision = compared(tmp_path, before, before | rows(lost, "ppf"))

    assert decision.decision is Decision.OPEN
    assert decision.reason.partition("ALERT: ")[2].partition(";")[0] == alert


def test_a_rate_that_rose_is_no_alert(tmp_path: Path) -> None:
    """A change for the better, however large, alarms nobody."""
    reason = compared(tmp_path, rows(20, "pff"), rows(20, "ppp")).reason

    assert "ALERT" not in reason


@pytest.mark.parametrize(("cases", "shown"), [(60, "shown"), (20, "not shown")])
def test_whether_nothing_was_lost_is_shown_is_told(tmp_path: Path, cases: int, shown: str) -> None:
    """Sixty equal cases show that less than five points were lost, twenty do not."""
    reason = compared(tmp_path, rows(cases, "ppp"), rows(cases, "ppp")).reason

    assert f"non-inferior by 5 points: {shown}" in reason


@pytest.mark.parametrize(("alpha", "expected"), [(0.0625, Decision.OPEN), (0.0626, Decision.SHUT)])
def test_alpha_itself_does_not_shut(tmp_path: Path, alpha: float, expected: Decision) -> None:
    """Four dead cases have p = 0.0625: the level must be above it."""
    before = rows(60, "ppp")
    write(tmp_path / "baseline", before)
    gate = RegressionGate(name="no-worse", baseline="baseline", runs=3, alpha=alpha)

    assert (
        decide(gate, fold([write(tmp_path / "now", before | rows(4, "fff"))]), TODAY, tmp_path).decision
        is expected
    )


def test_its_figures_are_the_pooled_ones(tmp_path: Path) -> None:
    """All trials count, against a floor of all, with a two-sided bound at 95 %."""
    figures = compared(tmp_path, rows(10, "ppp"), rows(10, "ppf")).figures

    assert figures is not None
    assert (figures.floor, figures.confidence, figures.sided) == (1.0, 0.95, 2)
    assert (figures.passes, figures.trials) == (20, 30)


@pytest.mark.negative
def test_a_baseline_that_is_not_there_leaves_it_undecided(tmp_path: Path) -> None:
    """Without a baseline nothing is compared, and the reason names it."""
    decision = decide(GATE, fold([write(tmp_path / "now", rows(5, "ppp"))]), TODAY, tmp_path)

    assert decision.decision is Decision.UNDECIDED
    assert "baseline: no such ledger" in decision.reason
