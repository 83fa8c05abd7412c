"""The same cases then and now: which are paired, what is fair, and non-inferiority from the letters."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from autobiz_gates import Case, CaseTally, Condition, Decision, RunPlan, Selection, fold
from autobiz_gates.given import Given
from autobiz_gates.pairing import Comparison, Pair, compared, non_inferiority
from autobiz_gates.statistics import newcombe_paired

from ..ledger_lines import header, trial, write_ledger

pytestmark = pytest.mark.priority("P0")

WORDS = {"p": "pass", "f": "fail", "u": "unknown", "s": "skip", "m": "missing"}
ROW = st.tuples(st.sampled_from(["ppp", "fff"]), st.text("pfusm", min_size=3, max_size=7), st.integers(1, 90))


def tally(row: str) -> CaseTally:
    return CaseTally(case="c", outcomes=tuple(WORDS[letter] for letter in row))


def difference(outcomes: list[tuple[bool, bool]]) -> tuple[float, float]:
    """Both ends of Newcombe's interval for what these pairs of majorities lost or won."""
    a, b, c, d = (outcomes.count((was, now)) for was in (True, False) for now in (True, False))
    found = newcombe_paired(a, b, c, d, 0.95, 1)
    return found["lower"], found["upper"]


@given(st.lists(ROW, min_size=1, max_size=4))
@example([("ppp", "ppp", 60)])
@example([("ppp", "ppp", 20), ("ppp", "fff", 1)])
@example([("ppp", "pmm", 30), ("ppp", "fff", 2)])
@example([("ppp", "fffmmm", 60)])
@example([("ppp", "fffmmmm", 60)])
@example([("ppp", "ppp", 90), ("ppp", "fff", 6)])
@example([("ppp", "ppp", 90), ("ppp", "fff", 40)])
def test_a_loss_is_excluded_shown_or_left_open(rows: list[tuple[str, str, int]]) -> None:
    """Open where five points are excluded; shut where no end of the open trials could still exclude them."""
    pairs = [
        Pair(case="c", before=tally(before), now=tally(now))
        for before, now, times in rows
        for _ in range(times)
    ]
    then = [before == "ppp" for before, _, times in rows for _ in range(times)]
    seen, could = [], []
    for _, now, times in rows:
        against, judged = now.count("f") + now.count("u"), sum(map(now.count, "pfu"))
        seen += [2 * now.count("p") > judged] * times
        could += [2 * (len(now) - against) > len(now)] * times
    lower, _ = difference(list(zip(then, seen, strict=True)))
    best_lower, best_upper = difference(list(zip(then, could, strict=True)))
    clean_lower, _ = difference([(was, True) for was in then])

    answer = non_inferiority(pairs, 0.95)

    if not any(sum(map(now.count, "pfu")) for _, now, _ in rows):
        assert answer.decision is Decision.UNDECIDED
    elif lower > -0.05:
        assert answer.decision is Decision.OPEN
    elif best_upper < -0.05 or clean_lower > -0.05 >= best_lower:
        assert answer.decision is Decision.SHUT
    else:
        assert answer.decision is Decision.UNDECIDED
        more = answer.clean_cases_more
        assert more is not None
        both = list(zip(then, could, strict=True))
        assert difference([*both, *[(True, True)] * more])[0] > -0.05
        assert more == 0 or difference([*both, *[(True, True)] * (more - 1)])[0] <= -0.05


def judged(counts: tuple[int, int, int, int], confidence: float = 0.95) -> Condition:
    """So many cases that passed both times, were newly lost, newly won, and failed both times."""
    rows = [("ppp", "ppp"), ("ppp", "fff"), ("fff", "ppp"), ("fff", "fff")]
    every = [row for row, times in zip(rows, counts, strict=True) for _ in range(times)]
    return non_inferiority(
        [Pair(case="c", before=tally(was), now=tally(now)) for was, now in every], confidence
    )


def test_the_reason_tells_how_many_points_are_sure() -> None:
    """Newcombe's lower end stands there in points, of so many cases, and what it would have to be."""
    assert judged((60, 0, 0, 0)).reason == "the difference of 60 cases is above -4.31 points"
    assert judged((40, 0, 20, 3)).reason == "the difference of 63 cases is above 21.65 points"
    assert judged((20, 1, 0, 0)).reason == (
        "the difference of 21 cases is above -18.78 points, and must be above -5 to exclude a loss against "
        "the baseline; 66 more cases that pass both times would show it"
    )


@pytest.mark.parametrize(
    ("counts", "confidence", "expected"),
    [
        ((38, 6, 0, 0), 0.95, Decision.UNDECIDED),
        ((37, 6, 0, 0), 0.95, Decision.SHUT),
        ((37, 9, 0, 0), 0.99, Decision.SHUT),
        ((38, 9, 0, 0), 0.99, Decision.UNDECIDED),
    ],
)
def test_it_is_worse_from_five_points_on(
    counts: tuple[int, int, int, int], confidence: float, expected: Decision
) -> None:
    """With the upper end of the difference at -4.99 points it is open to doubt, at -5.005 it is worse."""
    answer = judged(counts, confidence)

    assert answer.decision is expected
    assert answer.reason.endswith(": it is worse") is (expected is Decision.SHUT)


@pytest.mark.parametrize(
    ("runs", "fair", "even"),
    [
        ([("ppp", "ppp")], True, True),
        ([("ppp", "pppp")], True, False),
        ([("ppp", "pp")], False, False),
        ([("ppp", "pppp"), ("ppp", "pp")], False, False),
        ([("ppp", "ppm"), ("ppp", "fff")], False, False),
        ([("ppp", "fff"), ("pp", "ppp")], True, False),
    ],
)
def test_more_trials_are_fair_and_only_as_many_are_even(
    runs: list[tuple[str, str]], fair: bool, even: bool
) -> None:
    """One case with fewer judged trials is unfair to it, one with more is fair, and neither is even."""
    pairs = tuple(Pair(case="c", before=tally(was), now=tally(now)) for was, now in runs)
    comparison = Comparison(pairs=pairs, wanting=())

    assert (comparison.fair, comparison.even) == (fair, even)


def test_only_what_the_gate_looks_at_is_paired(tmp_path: Path) -> None:
    """Of a baseline neither counts what the gate does not select nor what it is to do without."""
    asked = {"here": "P1", "quarantined": "P1", "of another gate": "P2"}
    planned = RunPlan.of("run-a", 1, [Case(case=name, priority=priority) for name, priority in asked.items()])
    trials = [replace(trial(name), priority=priority) for name, priority in asked.items()]
    write_ledger(tmp_path / "baseline" / "1.jsonl", header(), planned, *trials)
    tallies = fold([tmp_path / "baseline"])
    looked_at = Given(tallies=tallies, today=date(2026, 1, 1), root=tmp_path)
    cases = [case for case in tallies.cases if case.case == "here"]

    found = compared(looked_at, "baseline", Selection(priority=("P1",)), cases, ["quarantined"])

    assert [pair.case for pair in found.pairs] == ["here"]
    assert found.wanting == ()
