"""Decisions in words: each profile, waivers, vetoes, selections, and the fold to a deploy."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from autobiz_gates import (
    CaseTally,
    Decision,
    MarkExpression,
    P0Gate,
    P1Gate,
    Selection,
    Tallies,
    Waiver,
    decide,
    decide_all,
    deploy_allowed,
    fold_decisions,
    read_gate_file,
)

from ..decided import figures_of, without_baseline

TODAY = date(2030, 6, 15)
VECTORS = json.loads((Path(__file__).parent / "data" / "stat-vectors.json").read_text())["vectors"]


def tallied(*outcomes: str, runs: int = 3, problems: tuple[str, ...] = (), **extra: Any) -> Tallies:
    """Return tallies of cases c0, c1, ... given as words of letters: p, f, u, s, m."""
    words = {"p": "pass", "f": "fail", "u": "unknown", "s": "skip", "m": "missing"}
    cases = tuple(
        CaseTally(case=f"c{place}", outcomes=tuple(words[letter] for letter in word), **extra)
        for place, word in enumerate(outcomes)
    )
    return Tallies(cases=cases, runs=tuple(range(1, runs + 1)), problems=problems)


def p1(profile: str = "default", floor: float = 0.95, **extra: Any) -> P1Gate:
    extra.setdefault("sided", 1 if profile == "strict" else 2)
    extra.setdefault("cases_min", 59 if profile == "default" else 1)
    return P1Gate(name="g", floor=floor, profile=profile, **extra)


@pytest.mark.parametrize(
    ("words", "runs", "decision", "reason"),
    [
        (["ppp", "ppp"], 3, "open", "g is open: all 6 trials of 2 cases passed."),
        (["ppp", "pfp"], 3, "shut", "g is shut: 1 trials failed and 0 could not be judged, in case c1."),
        (["ppu", "ppp"], 3, "shut", "g is shut: 0 trials failed and 1 could not be judged, in case c0."),
        (["ppf", "ppm"], 3, "shut", "g is shut: 1 trials failed and 0 could not be judged, in case c0."),
        (["ppp", "ppm"], 3, "undecided", "g is undecided: 1 planned trials left no outcome, in case c1."),
        (["ppp", "pp"], 3, "undecided", "g is undecided: 1 planned trials left no outcome, in case c1."),
        (["ppp", "pps"], 3, "undecided", "g is undecided: 1 trials were skipped, in case c1."),
        (["pp", "pp"], 2, "undecided", "g is undecided: 3 runs are needed, 2 were made."),
        ([], 3, "undecided", "g is undecided: no case matches every case."),
        (
            ["fff"] * 5,
            3,
            "shut",
            "15 trials failed and 0 could not be judged, in cases c0, c1, c2 and 2 more.",
        ),
        (["pppp"], 4, "open", "g is open: all 4 trials of 1 cases passed."),
    ],
)
def test_p0_opens_only_when_every_trial_of_every_run_passed(
    words: list[str], runs: int, decision: str, reason: str
) -> None:
    """P0 is shut by a failure or an unknown, and undecided by a gap, a skip, too few runs or no case."""
    decided = decide(P0Gate(name="g"), tallied(*words, runs=runs), TODAY)
    assert decided.decision == decision
    assert decided.reason.endswith(reason)


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["fn"] == "p1_gate"], ids=lambda v: str(v["id"]))
def test_default_profile_is_the_rule_of_the_vectors(vector: dict[str, Any]) -> None:
    """The decision and both bounds of every reference suite come out as computed with 50 digits."""
    words = [
        "p" * int(passes) + "f" * (3 - int(passes))
        for passes, cases in vector["inputs"]["cases_by_passes"].items()
        for _ in range(cases)
    ]
    decided = decide(p1(), tallied(*words), TODAY)
    verdicts = {
        "PASS": "open",
        "INSUFFICIENT_EVIDENCE": "undecided",
        "CASE_BROKEN": "shut",
        "BELOW_LCB": "shut",
    }
    assert decided.decision == verdicts[vector["expected"]["verdict"]]
    assert figures_of(decided).lcb == pytest.approx(vector["expected"]["lcb_pooled"], abs=1e-10)
    assert figures_of(decided).lcb_case == pytest.approx(vector["expected"]["lcb_case"], abs=1e-10)


@pytest.mark.parametrize(
    ("gate", "words", "decision", "reason"),
    [
        (
            p1(),
            ["ppp"] * 60,
            "open",
            "g is open: 180/180 trials of 60 cases passed, LCB 0.9791 reaches 0.95.",
        ),
        (p1("literal"), ["ppp"] * 10, "undecided", "below 0.95: needs 73 clean trials, has 30."),
        (p1("literal"), ["ppp"] * 24 + ["fpp"], "shut", "1 failed or could not be judged, 0 of 75 may."),
        (p1("literal"), ["fff"] * 10, "shut", "is below 0.95, and so is the upper bound."),
        (p1("literal"), ["ppf"] + ["ppp"] * 9, "undecided", "needs 110 trials with no failure beyond the 1"),
        (p1(), ["ppp"] * 40, "undecided", "g is undecided: needs 59 distinct cases, has 40."),
        (p1(), ["ppp"] * 60 + ["pff"], "shut", "g is shut: most trials failed in case c60."),
        (p1(), ["ppp"] * 60 + ["puu"], "shut", "g is shut: most trials failed in case c60."),
        (p1(), ["ppp"] * 60 + ["fmm"], "undecided", "most trials so far failed in case c60."),
        (p1(), ["ppp"] * 60 + ["sss"], "undecided", "no run judged case c60: skipped or invalid every time."),
        (p1(), ["ppp"] * 60 + ["pps"], "open", "182/182 trials of 61 cases passed"),
    ],
)
def test_p1_says_in_one_sentence_why(gate: P1Gate, words: list[str], decision: str, reason: str) -> None:
    """Each profile opens, stays undecided or shuts for the stated reason."""
    decided = decide(gate, tallied(*words), TODAY)
    assert decided.decision == decision
    assert reason in decided.reason


@pytest.mark.parametrize(
    ("words", "decision", "reason"),
    [
        (["ppp"] * 52, "open", "LCB 0.9505 over 52 cases reaches 0.95"),
        (["ppp"] * 51, "undecided", "needs 52 clean cases, has 51"),
        (["ppp"] * 99 + ["fff"], "open", "LCB 0.9564 over 100 cases reaches 0.95"),
        (["ppp"] * 59 + ["pff"], "shut", "LCB 0.9374 over 60 cases is below 0.95: 0.667 of them"),
        (["fff"] * 9, "shut", "and so is the upper bound"),
    ],
)
def test_strict_bounds_case_rates(words: list[str], decision: str, reason: str) -> None:
    """Profile strict takes each case once, however often it ran."""
    decided = decide(p1("strict"), tallied(*words), TODAY)
    assert without_baseline(decided) == decision
    assert reason in next(one.reason for one in decided.conditions if one.name == "case bound")


@pytest.mark.parametrize("profile", ["default", "literal"])
@pytest.mark.parametrize(
    "words", [["ppp"] * 10, ["ppp"] * 24 + ["fpp"], ["ppf"] * 3 + ["ppp"] * 57, ["pff"] * 70]
)
def test_so_many_more_clean_trials_open_the_bound(profile: str, words: list[str]) -> None:
    """A failing bound says how many clean trials it lacks: so many open it, one fewer does not."""
    gate = p1(profile, runs=1)
    (bound,) = [c for c in decide(gate, tallied(*words), TODAY).conditions if c.name == "pooled bound"]
    if bound.decision is Decision.OPEN:
        return
    assert bound.clean_trials_more is not None
    for more, opens in ((bound.clean_trials_more, True), (bound.clean_trials_more - 1, False)):
        conditions = decide(gate, tallied(*words, *"p" * more), TODAY).conditions
        (again,) = [condition for condition in conditions if condition.name == "pooled bound"]
        # The added cases ran once and leave two slots empty each, which only a bound already open ignores.
        assert (again.decision is Decision.OPEN) is opens


@pytest.mark.parametrize("words", [["ppp"] * 10, ["ppp"] * 59 + ["pff"], ["ppf"] * 60, ["fff"] * 3])
def test_so_many_more_clean_cases_open_the_case_bound(words: list[str]) -> None:
    """A failing case bound says how many clean cases it lacks."""
    gate = p1("strict")
    (bound,) = [c for c in decide(gate, tallied(*words), TODAY).conditions if c.name == "case bound"]
    assert bound.clean_cases_more is not None
    for more, opens in ((bound.clean_cases_more, True), (bound.clean_cases_more - 1, False)):
        decided = decide(gate, tallied(*words, *["ppp"] * more), TODAY)
        assert (without_baseline(decided) is Decision.OPEN) is opens


def test_waiver_lifts_a_broken_case_until_its_last_day() -> None:
    """A waiver counts through its last day, its case's failures still count in the bound, then it is over."""
    gate = p1(waivers=(Waiver(case="c0", reason="provider bug", expires=TODAY),))
    tallies = tallied("fff", *["ppp"] * 100)
    decided = decide(gate, tallies, TODAY)
    assert decided.decision is Decision.OPEN
    assert (figures_of(decided).passes, figures_of(decided).trials) == (300, 303)
    assert figures_of(decided).waived == ("c0",)
    tomorrow = decide(gate, tallies, date(2030, 6, 16))
    assert tomorrow.decision is Decision.SHUT
    assert figures_of(tomorrow).waivers_expired == ("c0",)
    assert figures_of(tomorrow).waived == ()


def test_waiver_cannot_lift_the_bound_a_gap_or_a_veto() -> None:
    """A waiver is for a broken case alone."""
    waivers = tuple(Waiver(case=f"c{n}", reason="r", expires=TODAY) for n in range(4))
    below = decide(p1(waivers=waivers), tallied(*["fff"] * 4, *["ppp"] * 60), TODAY)
    assert below.decision is Decision.SHUT
    assert decide(p1(waivers=waivers), tallied("mmm", *["ppp"] * 100), TODAY).decision is Decision.UNDECIDED
    vetoed = p1(waivers=waivers, veto=MarkExpression.parse("money"))
    decided = decide(vetoed, tallied("ppf", *["ppp"] * 100, marks=("money",)), TODAY)
    assert decided.decision is Decision.SHUT
    assert "veto 'money': a trial failed or could not be judged in case c0" in decided.reason


def test_waiver_lets_a_case_be_skipped_every_time() -> None:
    """A waived case may stay unjudged, and then is not among the distinct cases."""
    gate = p1(waivers=(Waiver(case="c0", reason="needs a sandbox", expires=TODAY),))
    decided = decide(gate, tallied("sss", *["ppp"] * 59), TODAY)
    assert decided.decision is Decision.OPEN
    assert figures_of(decided).cases == 59


def test_veto_leaves_other_cases_alone() -> None:
    """Only a case with the vetoing marks is held to every trial."""
    gate = p1(veto=MarkExpression.parse("money"))
    assert decide(gate, tallied("ppf", *["ppp"] * 100), TODAY).decision is Decision.OPEN


def test_selection_matches_all_criteria_and_any_value_of_one() -> None:
    """A gate sees exactly the cases that its selection picks."""
    cases = (
        CaseTally(case="a", suite="golden", priority="P1", requirements=("R1", "R2"), marks=("slow",)),
        CaseTally(case="b", suite="golden", priority="P0", workflow="WF01"),
        CaseTally(case="c", suite="soak", priority="P1", requirements=("R2",)),
        CaseTally(case="d"),
    )

    def picked(**criteria: Any) -> str:
        return "".join(case.case for case in cases if Selection(**criteria).picks(case))

    assert picked() == "abcd"
    assert picked(suite=("golden",)) == "ab"
    assert picked(suite=("golden", "soak"), priority=("P1",)) == "ac"
    assert picked(requirement=("R2", "R9")) == "ac"
    assert picked(workflow=("WF01",)) == "b"
    assert picked(marks=MarkExpression.parse("not slow"), suite=("golden",)) == "b"
    assert picked(suite=("unit",)) == ""


def test_unselected_cases_cannot_move_a_decision() -> None:
    """Failures and gaps outside the selection leave a gate as it is."""
    cases = (
        CaseTally(case="a", priority="P0", outcomes=("pass",) * 3),
        CaseTally(case="b", priority="P1", outcomes=("fail", "missing", "unknown")),
    )
    gate = P0Gate(name="g", selection=Selection(priority=("P0",)))
    assert decide(gate, Tallies(cases=cases, runs=(1, 2, 3)), TODAY).decision is Decision.OPEN


def test_deploy_needs_a_gate_that_can_block_and_all_of_those_open(tmp_path: Path) -> None:
    """A dry-run gate never blocks and never suffices; no gate at all is no permission."""
    good, bad = tallied("ppp"), tallied("fff")
    gate, dry = P0Gate(name="g"), P0Gate(name="d", dry_run=True)
    opened, shut, dry_shut = decide(gate, good, TODAY), decide(gate, bad, TODAY), decide(dry, bad, TODAY)
    undecided = decide(gate, tallied(), TODAY)
    assert deploy_allowed([opened])
    assert deploy_allowed([opened, dry_shut])
    assert not deploy_allowed([opened, undecided])
    assert not deploy_allowed([opened, shut, dry_shut])
    assert not deploy_allowed([])
    assert not deploy_allowed([decide(dry, good, TODAY)])
    assert fold_decisions([opened, undecided, shut]) is Decision.SHUT
    assert fold_decisions([undecided, opened]) is Decision.UNDECIDED
    path = tmp_path / "gate.toml"
    path.write_text("[gate.b]\nkind = 'p0'\n[gate.a]\nkind = 'p1'\nfloor = 0.9\n")
    assert [one.gate for one in decide_all(read_gate_file(path), good, TODAY)] == ["b", "a"]


def test_costing_cases_come_worst_first() -> None:
    """The figures name each case that cost the gate something, the costliest first."""
    figures = figures_of(decide(p1(), tallied("ppf", "fff", "ppm", "ppp", "sss"), TODAY))
    assert [cost.case for cost in figures.costing] == ["c1", "c0", "c2", "c4"]
    assert figures.pass_3 == pytest.approx(1 / 3)
