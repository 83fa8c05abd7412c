"""Gates of kind count, and decisions in words."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import (
    CaseTally,
    CountGate,
    Decision,
    GateFileError,
    MarkExpression,
    P1Gate,
    Selection,
    Tallies,
    Waiver,
    decide,
    explain,
    read_gate_file,
)

TODAY = date(2030, 6, 15)
WORDS = {"p": "pass", "f": "fail", "u": "unknown", "s": "skip", "m": "missing"}


def tallied(*outcomes: str) -> Tallies:
    cases = tuple(
        CaseTally(case=f"c{place}", outcomes=tuple(WORDS[letter] for letter in word), marks=("negative",))
        for place, word in enumerate(outcomes)
    )
    return Tallies(cases=cases, runs=(1, 2, 3))


def count(cases_min: int) -> CountGate:
    selection = Selection(marks=MarkExpression.parse("negative"))
    return CountGate(name="g", cases_min=cases_min, selection=selection)


@pytest.mark.parametrize(
    ("outcomes", "decision", "reason"),
    [
        (["ppp"] * 3, "open", "g is open: 3 cases passed every trial, 3 are needed."),
        (["ppp"] * 3 + ["fff"], "open", "3 cases passed every trial"),
        (["ppp"] * 2, "undecided", "g is undecided: needs 3 cases that pass every trial, has 2."),
        (["ppp"] * 2 + ["pps"], "undecided", "needs 3 cases that pass every trial, has 2."),
        (["ppp"] * 3 + ["ppm"], "undecided", "1 planned trials left no outcome, in case c3."),
        (["ppp"] * 2 + ["ppf"], "shut", "has 2; a trial failed or could not be judged in case c2."),
        (["ppp"] * 2 + ["uuu"], "shut", "in case c2."),
        (["ppp", "fff"], "undecided", "has 1."),
        ([], "undecided", "no case matches marks 'negative'"),
    ],
)
def test_count_gate_counts_spotless_cases(outcomes: list[str], decision: str, reason: str) -> None:
    """Enough spotless cases open it, failures among enough cases shut it, too few leave it undecided."""
    decided = decide(count(3), tallied(*outcomes), TODAY)
    assert decided.decision == decision
    assert reason in decided.reason


@pytest.mark.parametrize(
    ("outcomes", "cases_min", "decision", "more"),
    [
        (["ppp"] * 3, 2, "open", None),
        (["ppp"] * 2, 5, "undecided", 3),
        (["ppp"] * 2 + ["fff"] * 2, 3, "shut", 1),
        (["ppp", "ppp", "pps", "fff"], 3, "undecided", 1),
        (["ppp", "pps", "pps", "pps", "fff"], 3, "undecided", 2),
        (["ppp", "pps", "fff", "fff"], 3, "shut", 2),
    ],
)
def test_failures_shut_only_where_the_rest_is_too_small(
    outcomes: list[str], cases_min: int, decision: str, more: int | None
) -> None:
    """It is shut when no skipped case could make up for those that failed, and says how many are lacking."""
    decided = decide(count(cases_min), tallied(*outcomes), TODAY)
    (condition,) = [one for one in decided.conditions if one.name == "spotless cases"]
    assert (decided.decision, condition.clean_cases_more) == (decision, more)


def test_its_figures_ask_for_every_trial() -> None:
    """The floor is all of them, the bound is told two-sided at 95 %, and the least number is in it."""
    figures = decide(count(3), tallied("ppp", "ppf", "ppp"), TODAY).figures
    assert figures is not None
    assert (figures.floor, figures.confidence, figures.sided) == (1.0, 0.95, 2)
    assert (figures.passes, figures.trials) == (8, 9)


@given(st.integers(1, 5), st.lists(st.text("ppfusm", min_size=3, max_size=3), max_size=7), st.data())
def test_count_gate_is_monotone(cases_min: int, outcomes: list[str], data: st.DataObject) -> None:
    """Turning any outcome into a pass leaves the decision as it is or makes it better."""
    badness = {Decision.OPEN: 0, Decision.UNDECIDED: 1, Decision.SHUT: 2}
    slots = [(i, j) for i, word in enumerate(outcomes) for j in range(3) if word[j] != "p"]
    if not slots:
        return
    i, j = data.draw(st.sampled_from(slots))
    better = [*outcomes[:i], outcomes[i][:j] + "p" + outcomes[i][j + 1 :], *outcomes[i + 1 :]]
    before = decide(count(cases_min), tallied(*outcomes), TODAY).decision
    after = decide(count(cases_min), tallied(*better), TODAY).decision
    assert badness[after] <= badness[before]


def test_count_gate_is_read_from_a_file(tmp_path: Path) -> None:
    """Its one key is required and says how many cases."""
    path = tmp_path / "gate.toml"
    path.write_text("[gate.g]\nkind = 'count'\nmarks = 'negative'\ncases_min = 12\n")
    assert read_gate_file(path).gates == (count(12),)
    path.write_text("[gate.g]\nkind = 'count'\n")
    with pytest.raises(GateFileError, match="'cases_min' is missing"):
        read_gate_file(path)


def test_explanation_says_what_held_what_did_not_and_what_it_cost() -> None:
    """Every condition has a line with its remedy, then the numbers, then the cases that cost the gate."""
    waivers = (
        Waiver(case="c1", reason="r", expires=TODAY),
        Waiver(case="c9", reason="r", expires=date(2030, 1, 1)),
    )
    gate = P1Gate(name="refunds", floor=0.95, waivers=waivers, dry_run=True)
    text = explain(decide(gate, tallied("ppf", "fff", *["ppp"] * 38), TODAY))
    assert text.splitlines() == [
        (
            "refunds is shut: LCB 0.9174 of 116/120 trials is below 0.95: 4 failed or could not be judged, "
            "1 of 120 may. (dry run: reported, never blocks)"
        ),
        (
            "  - pooled bound: LCB 0.9174 of 116/120 trials is below 0.95: 4 failed or could not be judged, "
            "1 of 120 may (82 more clean trials would do)"
        ),
        "  ? cases: needs 59 distinct cases, has 40 (19 more clean cases would do)",
        "  + broken cases: no case fails most of its trials",
        "  116/120 trials passed (0.9667), 40 cases, 3 of 3 runs",
        ("  LCB 0.9174 (wilson over pooled trials, z = 1.959964), floor 0.95; by case 0.8831 (z = 1.644854)"),
        "  pass^3 0.950, ICC 0.747, deff 2.546",
        "  waived: c1",
        "  waivers that expired: c9",
        "  cost: c1 (3 failed)",
        "  cost: c0 (2 passed, 1 failed)",
    ]


def test_explanation_of_nothing_and_of_much_stays_short() -> None:
    """Without trials it says so, and of many costly cases it names ten."""
    assert "no trial was judged" in explain(decide(count(1), tallied(), TODAY))
    text = explain(decide(count(1), tallied(*["fff"] * 14), TODAY))
    assert text.count("  cost: ") == 11
    assert text.endswith("  cost: 4 more cases")
