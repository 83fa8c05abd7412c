"""Decisions at their edges: where one trial, one case or one slot more would decide otherwise."""

from datetime import date
from itertools import combinations_with_replacement

import pytest

from autobiz_gates import CaseTally, Decision, Gate, MarkExpression, P0Gate, P1Gate, Tallies, Waiver, decide
from autobiz_gates.statistics import case_lower, case_upper, wilson_lower, wilson_upper, z_quantile

from ..decided import figures_of

TODAY = date(2030, 6, 15)
BADNESS = {Decision.OPEN: 0, Decision.UNDECIDED: 1, Decision.SHUT: 2}
WORDS = {"p": "pass", "f": "fail", "u": "unknown", "s": "skip", "m": "missing"}


def tallied(*words: str, runs: int = 3) -> Tallies:
    """Return tallies of cases c0, c1, ... given as words of letters; the first one has the mark money."""
    cases = tuple(
        CaseTally(
            case=f"c{place}",
            outcomes=tuple(WORDS[letter] for letter in word),
            marks=("money",) if place == 0 else (),
        )
        for place, word in enumerate(words)
    )
    return Tallies(cases=cases, runs=tuple(range(1, runs + 1)))


def p1(profile: str = "default", floor: float = 0.95, cases_min: int = 1, runs: int = 3) -> P1Gate:
    sided = 1 if profile == "strict" else 2
    return P1Gate(name="g", floor=floor, profile=profile, sided=sided, cases_min=cases_min, runs=runs)


@pytest.mark.parametrize("runs", [2, 3, 4])
def test_no_decision_gets_worse_over_every_suite_of_a_dozen_trials(runs: int) -> None:
    """Over all passes and failures on up to twelve trials, one failure less never makes a decision worse."""
    kinds = ["".join(word) for word in combinations_with_replacement("fp", runs)]
    gates: list[Gate] = [P0Gate(name="g", runs=runs)]
    gates += [
        p1(profile, floor, cases_min=2, runs=runs)
        for profile in ("default", "literal", "strict")
        for floor in (0.3, 0.6)
    ]
    suites = [s for cases in range(1, 12 // runs + 1) for s in combinations_with_replacement(kinds, cases)]
    for gate in gates:
        badness = {
            suite: BADNESS[decide(gate, tallied(*suite, runs=runs), TODAY).decision] for suite in suites
        }
        assert len(set(badness.values())) > 1
        for suite in suites:
            for place, word in enumerate(suite):
                better = sorted((*suite[:place], word.replace("f", "", 1) + "p", *suite[place + 1 :]))
                assert "f" not in word or badness[tuple(better)] <= badness[suite]


def test_gates_are_closed_values() -> None:
    """A gate takes names only and can be given nothing it has no field for."""
    for gate in (P0Gate(name="g"), p1()):
        assert not hasattr(gate, "__dict__")
        with pytest.raises(TypeError, match="positional"):
            type(gate)("g")  # type: ignore[call-arg]  # what a caller must not do
        with pytest.raises(AttributeError):
            gate.name = "h"  # type: ignore[misc]  # the same
    with pytest.raises(TypeError, match="positional"):
        Waiver("c", "r", TODAY)  # type: ignore[call-arg]  # the same


def test_p0_figures_are_read_against_every_trial() -> None:
    """A P0 gate's floor is 1, and its bound for information is the two-sided one at 95 %."""
    figures = figures_of(decide(P0Gate(name="g"), tallied("ppp"), TODAY))
    assert (figures.floor, figures.sided, figures.confidence) == (1.0, 2, 0.95)
    assert figures.z == z_quantile(0.95, 2)
    assert figures.lcb == pytest.approx(3 / (3 + z_quantile(0.95, 2) ** 2))
    assert (figures.cases_min, figures.runs_min) == (1, 3)


def test_a_case_that_failed_both_of_two_runs_is_broken_whatever_the_third_shows() -> None:
    """A run that was not made leaves one empty slot a case, not more: two failures of three are the most."""
    decided = decide(p1(cases_min=1), tallied("ff", *["pp"] * 99, runs=2), TODAY)
    (broken,) = [condition for condition in decided.conditions if condition.name == "broken cases"]
    assert broken.decision is Decision.SHUT
    assert figures_of(decided).missing == 100
    late = decide(p1(runs=4), tallied("fff", *["ppp"] * 99), TODAY)
    assert late.decision is Decision.SHUT
    assert figures_of(late).missing == 100


def test_a_case_at_exactly_half_is_not_broken() -> None:
    """Most is more than half: two failures of four break no case, three do."""
    words = ["pppp"] * 99
    assert decide(p1(), tallied("ffpp", *words, runs=4), TODAY).decision is Decision.OPEN
    assert decide(p1(), tallied("fffp", *words, runs=4), TODAY).decision is Decision.SHUT


def test_half_of_what_could_still_be_valid_is_not_broken_yet() -> None:
    """Two failures with two trials missing can still end at half; three of four cannot."""
    words = ["pppp"] * 99
    for word, decision in (("ffmm", Decision.UNDECIDED), ("fffm", Decision.SHUT)):
        conditions = decide(p1(), tallied(word, *words, runs=4), TODAY).conditions
        (broken,) = [condition for condition in conditions if condition.name == "broken cases"]
        assert broken.decision is decision


def test_few_failures_with_slots_to_fill_do_not_shut_the_bound() -> None:
    """What is too much for the trials so far may be little for all of them: undecided, not shut."""
    decided = decide(p1("literal"), tallied(*["ffm"] * 2, *["ppm"] * 98), TODAY)
    (bound,) = [condition for condition in decided.conditions if condition.name == "pooled bound"]
    assert bound.decision is Decision.UNDECIDED
    assert "needs 202 trials with no failure beyond the 4 seen, has 200" in bound.reason
    assert bound.clean_trials_more == 2


def test_a_suite_that_is_large_enough_is_told_how_many_may_fail() -> None:
    """The upper bound is the reason only where no score could have been enough."""
    large = decide(p1("literal"), tallied(*["fff"] * 100), TODAY)
    assert "300 failed or could not be judged, 7 of 300 may" in large.reason
    small = decide(p1("literal"), tallied(*["fff"] * 10), TODAY)
    assert "and so is the upper bound" in small.reason


def bound(gate: P1Gate, words: list[str]) -> Decision:
    """What the bound alone says."""
    decided = decide(gate, tallied(*words), TODAY)
    (found,) = [one for one in decided.conditions if one.name in ("pooled bound", "case bound")]
    return found.decision


def test_a_bound_that_meets_the_floor_exactly_reaches_it() -> None:
    """At equality a lower bound opens, and an upper bound does not yet shut."""
    words = ["ppp"] * 99 + ["ppf"]
    for profile, floor in (
        ("literal", wilson_lower(299, 300)),
        ("strict", case_lower([3] * 99 + [2], [3] * 100)),
    ):
        assert bound(p1(profile, floor), words) is Decision.OPEN
        assert bound(p1(profile, floor + 1e-12), words) is not Decision.OPEN
    few = ["ppp"] * 7 + ["pff"]
    for profile, floor in (
        ("literal", wilson_upper(22, 24)),
        ("strict", case_upper([3] * 7 + [1], [3] * 8)),
    ):
        assert bound(p1(profile, floor), few) is Decision.UNDECIDED
        assert bound(p1(profile, floor + 1e-12), few) is Decision.SHUT


def test_no_failure_allowed_is_not_the_same_as_no_score_enough() -> None:
    """Where a perfect score would just do, the failures are the reason; in cases as in trials."""
    pooled = decide(p1("literal"), tallied(*["fff"] * 25), TODAY)
    assert "75 failed or could not be judged, 0 of 75 may" in pooled.reason
    strict = decide(p1("strict"), tallied(*["fff"] * 52), TODAY)
    assert "is below 0.95: 52 of them were lost to failures" in strict.reason
    small = decide(p1("strict"), tallied(*["fff"] * 51), TODAY)
    assert "and so is the upper bound" in small.reason


def test_cases_that_may_still_recover_do_not_shut_the_case_bound() -> None:
    """A case with one failure and two empty slots is lost so far, and a third of one at best."""
    decided = decide(p1("strict"), tallied(*["fmm"] * 4, *["ppp"] * 96), TODAY)
    (bound,) = [condition for condition in decided.conditions if condition.name == "case bound"]
    assert bound.decision is Decision.UNDECIDED
    assert bound.clean_cases_more == 75
    assert "needs 175 cases with no failure beyond those seen, has 100" in bound.reason


def test_bounds_need_no_more_than_they_have_when_open() -> None:
    """An open bound asks for nothing; one that lacks a trial asks for one."""
    (there,) = [
        c for c in decide(p1("literal"), tallied(*["p"] * 73, runs=1), TODAY).conditions if "bound" in c.name
    ]
    assert (there.decision, there.clean_trials_more) == (Decision.OPEN, None)
    gate = p1("literal", runs=1)
    (lacking,) = [
        c for c in decide(gate, tallied(*["p"] * 72, runs=1), TODAY).conditions if "bound" in c.name
    ]
    assert (lacking.decision, lacking.clean_trials_more) == (Decision.UNDECIDED, 1)
    (none,) = [c for c in decide(p1("strict"), tallied(), TODAY).conditions if "bound" in c.name]
    assert (none.decision, none.clean_cases_more) == (Decision.UNDECIDED, 52)
    (empty,) = [c for c in decide(p1("literal"), tallied("s", runs=1), TODAY).conditions if "bound" in c.name]
    assert (empty.decision, empty.clean_trials_more) == (Decision.UNDECIDED, 73)


def test_a_veto_asks_only_for_its_marks() -> None:
    """A failure elsewhere, or a pass under the veto, leaves it open; an unjudged trial under it does not."""
    gate = P1Gate(name="g", floor=0.5, veto=MarkExpression.parse("money"), cases_min=1)
    for words, decision in (
        (("ppp", "ppf", *["ppp"] * 30), Decision.OPEN),
        (("ppu", *["ppp"] * 30), Decision.SHUT),
        (("ppf", *["ppp"] * 30), Decision.SHUT),
    ):
        assert decide(gate, tallied(*words), TODAY).decision is decision


def test_a_waiver_counts_on_its_last_day_and_not_after() -> None:
    """The day on which a waiver expires is its last; the day after, the case is broken again."""
    waiver = Waiver(case="c0", reason="r", expires=TODAY)
    gate = P1Gate(name="g", floor=0.5, cases_min=1, waivers=(waiver,))
    words = ("fff", *["ppp"] * 30)
    assert decide(gate, tallied(*words), TODAY).decision is Decision.OPEN
    assert decide(gate, tallied(*words), TODAY.replace(day=16)).decision is Decision.SHUT
    assert figures_of(decide(gate, tallied(*words), TODAY.replace(day=16))).waivers_expired == ("c0",)


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        (1, "in case c0."),
        (2, "in cases c0, c1."),
        (3, "c1, c2."),
        (4, "c1, c2 and 1 more."),
        (5, "c2 and 2 more."),
    ],
)
def test_three_cases_are_named_and_the_others_counted(failing: int, said: str) -> None:
    """Of many cases a sentence names the first three; of three or fewer all, and nothing is left to count."""
    decided = decide(P0Gate(name="g"), tallied(*["fpp"] * failing, "ppp"), TODAY)
    assert decided.reason.endswith(said)


def test_cases_wanting_are_counted_in_cases_and_in_trials() -> None:
    """One case short of the least number says so: one more case, with all its runs."""
    words = ["ppp"] * 58
    (wanting,) = [c for c in decide(p1(cases_min=59), tallied(*words), TODAY).conditions if c.name == "cases"]
    assert (wanting.decision, wanting.clean_cases_more, wanting.clean_trials_more) == ("undecided", 1, 3)
    (there,) = [c for c in decide(p1(cases_min=58), tallied(*words), TODAY).conditions if c.name == "cases"]
    assert (there.decision, there.clean_cases_more) == ("open", None)
