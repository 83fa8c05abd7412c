"""Mode anytime: a bet that may be stopped after any case, under a rule and in an order fixed beforehand."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autobiz_gates import (
    CaseTally,
    Condition,
    Decision,
    GateDecision,
    Outcome,
    P1Gate,
    Tallies,
    decide,
    registered_place,
)
from autobiz_gates.anytime import Sequenced, bet, sequenced
from autobiz_gates.given import Given
from autobiz_gates.statistics import eprocess_min_n

pytestmark = pytest.mark.priority("P0")

GATE = P1Gate(name="g", floor=0.95, mode="anytime")
RULE = "ab" * 32
TODAY = date(2026, 1, 1)
_WORDS = {str(word)[0]: str(word) for word in Outcome}


def tallies(rows: list[str], seed: int = 7) -> Tallies:
    """Cases with these outcomes, named so that the registered order is the order of the list."""
    names = sorted(
        (f"c{number}" for number in range(len(rows))), key=lambda name: registered_place(seed, name)
    )
    cases = [
        CaseTally(case=name, outcomes=tuple(_WORDS[letter] for letter in row))
        for name, row in zip(names, rows, strict=True)
    ]
    return Tallies(
        cases=tuple(sorted(cases, key=lambda case: case.case)),
        runs=(1, 2, 3),
        seeds=(seed,),
        gate_files=(RULE,),
    )


def decided(rows: list[str], gate: P1Gate = GATE) -> GateDecision:
    return decide(gate, tallies(rows), TODAY, gate_file_sha256=RULE)


@pytest.mark.parametrize("failures", range(5))
def test_it_opens_with_the_published_number_of_cases(failures: int) -> None:
    """With f cases that fail in every run it takes 73 + 40 f cases, wherever the failures stand."""
    gate = replace(GATE, profile="literal")
    needed = eprocess_min_n(failures)
    assert needed == 73 + 40 * failures
    rows = ["fff"] * failures + ["ppp"] * (needed - failures)
    assert decided(rows, gate).decision is Decision.OPEN
    assert decided(rows[::-1], gate).decision is Decision.OPEN
    assert decided(rows[:-1], gate).decision is not Decision.OPEN


def test_cases_behind_the_stop_are_not_missing() -> None:
    """Who stops after 73 clean cases of 150 has all that was needed, and the decision counts those 73."""
    decision = decided(["ppp"] * 73 + ["mmm"] * 77)
    assert decision.decision is Decision.OPEN, decision.reason
    assert decision.figures is not None
    assert (decision.figures.cases, decision.figures.missing) == (73, 0)
    assert "the bet against 0.95 is worth 20.3 of 20 after 73 cases" in decision.reason


@pytest.mark.negative
@pytest.mark.parametrize("gap", ["mmm", "ppm", "pim", "ppi", "sss"])
def test_a_gap_in_the_order_ends_what_counts(gap: str) -> None:
    """Cases tried out of turn could have been chosen, so nothing behind the first unfinished case counts."""
    decision = decided(["ppp"] * 40 + [gap] + ["ppp"] * 100)
    assert decision.decision is Decision.UNDECIDED
    assert "after 40 cases" in decision.reason


@pytest.mark.negative
def test_a_gap_hides_no_failure() -> None:
    """What failed behind the first unfinished case costs as if it had come in turn."""
    assert decided(["ppp"] * 73 + ["ppm"] + ["ppp"] * 9).decision is Decision.OPEN
    assert decided(["ppp"] * 73 + ["ppm"] + ["ppf"] * 9 + ["mmm"] * 99).decision is Decision.UNDECIDED
    assert decided(["ppp"] * 73 + ["ppm"] + ["fff"] * 9).decision is Decision.SHUT


@pytest.mark.negative
def test_later_failures_are_not_hidden_by_an_early_win() -> None:
    """All finished cases count: evidence that went on after a stop can still close the gate."""
    assert decided(["ppp"] * 73 + ["fff"] * 4).decision is Decision.SHUT


@pytest.mark.negative
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"gate_files": ()}, "begun under this very gate file"),
        ({"gate_files": (None,)}, "begun under this very gate file"),
        ({"gate_files": ("cd" * 32,)}, "begun under this very gate file"),
        ({"gate_files": (RULE, None)}, "begun under this very gate file"),
        ({"seeds": ()}, "one seed to order the cases by, and there are 0"),
        ({"seeds": (1, 2)}, "one seed to order the cases by, and there are 2"),
    ],
)
def test_a_rule_or_order_that_was_not_fixed_beforehand_opens_nothing(
    change: dict[str, tuple[object, ...]], words: str
) -> None:
    """A gate file changed after the first trial or not known, and two orders to choose from: undecided."""
    changed = replace(tallies(["ppp"] * 100), **change)  # type: ignore[arg-type]  # a table of fields
    decision = decide(GATE, changed, TODAY, gate_file_sha256=RULE)
    assert decision.decision is Decision.UNDECIDED
    assert words in decision.reason


@pytest.mark.negative
def test_without_a_gate_file_nothing_was_registered() -> None:
    """A decision that was not read from a file has no rule that could have been fixed."""
    assert decide(GATE, tallies(["ppp"] * 100), TODAY).decision is Decision.UNDECIDED


def test_failures_that_no_rest_can_make_good_shut() -> None:
    """Shut is said when a perfect subject would have opened and this one cannot any more."""
    assert decided(["fff"] * 2 + ["mmm"] * 98).decision is Decision.SHUT
    assert (
        decided(["fff"] * 2 + ["mmm"] * 151, replace(GATE, profile="literal")).decision is Decision.UNDECIDED
    )
    assert decided(["ppp"] * 72).decision is Decision.UNDECIDED


def test_a_broken_case_shuts_what_the_bet_would_open() -> None:
    """Profile default holds in mode anytime, too: no case may fail most of its runs."""
    rows = ["fff"] + ["ppp"] * 130
    assert decided(rows).decision is Decision.SHUT
    assert decided(rows, replace(GATE, profile="literal")).decision is Decision.OPEN


@settings(max_examples=150)
@given(
    rows=st.lists(
        st.sampled_from(["ppp", "ppp", "ppp", "ppf", "pff", "fff", "mmm", "ppm", "pps", "puu", "prr"]),
        max_size=30,
    ),
    clean=st.integers(0, 160),
    data=st.data(),
)
def test_no_better_outcome_makes_the_decision_worse(rows: list[str], clean: int, data: st.DataObject) -> None:
    """A failure or a gap that turns into a pass never closes what was open, nor shuts what was undecided."""
    order = [Decision.OPEN, Decision.UNDECIDED, Decision.SHUT]
    rows = ["ppp"] * clean + rows
    spots = [
        (row, run) for row, word in enumerate(rows) for run, letter in enumerate(word) if letter in "fums"
    ]
    if spots:
        row, run = data.draw(st.sampled_from(spots))
        better = [*rows]
        better[row] = better[row][:run] + "p" + better[row][run + 1 :]
        before, after = decided(rows).decision, decided(better).decision
        assert order.index(after) <= order.index(before)


@given(
    st.lists(st.sampled_from(["ppp", "ppf", "pff", "fff", "pppp", "ppppf"]), max_size=8),
    st.floats(0.3, 0.97),
    st.floats(0.6, 0.99),
)
def test_so_many_more_clean_cases_win_the_bet(rows: list[str], floor: float, confidence: float) -> None:
    """The clean cases that are said to be lacking win it, and one fewer does not."""

    def judged(more: int) -> Condition:
        cases = whole([*rows, *["ppp"] * more])
        return bet(Sequenced(finished=cases, rest=()), floor=floor, confidence=confidence)

    first = judged(0)
    assume(first.decision is not Decision.OPEN)
    assert first.clean_cases_more is not None
    assume(first.clean_cases_more < 400)

    assert judged(first.clean_cases_more + 1).decision is Decision.OPEN
    assert judged(first.clean_cases_more - 1).decision is not Decision.OPEN


def whole(rows: list[str]) -> tuple[CaseTally, ...]:
    """A case for each row of letters."""
    return tuple(
        CaseTally(case=f"{place}{row}", outcomes=tuple(_WORDS[letter] for letter in row))
        for place, row in enumerate(rows)
    )


def bet_on(finished: list[str], rest: list[str]) -> Condition:
    return bet(Sequenced(finished=whole(finished), rest=whole(rest)), floor=0.95, confidence=0.95)


@pytest.mark.parametrize("failures", range(4))
def test_the_cases_that_are_lacking_are_told_to_the_one(failures: int) -> None:
    """After every number of clean cases what is lacking is the published number less those."""
    needed = eprocess_min_n(failures) - failures
    for clean in range(needed):
        answer = bet_on(["fff"] * failures + ["ppp"] * clean, [])
        assert answer.clean_cases_more == needed - clean
        assert answer.decision is not Decision.OPEN


@pytest.mark.negative
def test_of_a_bet_that_lost_everything_no_number_is_told() -> None:
    """Where the wealth is too small for a number, none of cases to win it back is made up."""
    answer = bet_on(["fff"] * 500, [])

    assert "is worth 0 of 20 after 500 cases" in answer.reason
    assert answer.clean_cases_more is None


@pytest.mark.parametrize(
    ("finished", "rest", "expected"),
    [
        (["fff"] * 2 + ["ppp"] * 38, ["mmm"] * 60, Decision.SHUT),
        (["fff"] * 2 + ["ppp"] * 38, ["mmm"] * 33, Decision.SHUT),
        (["fff"] * 2 + ["ppp"] * 38, ["mmm"] * 32, Decision.UNDECIDED),
        (["fff"] * 20, ["mmm"] * 20, Decision.UNDECIDED),
        (["fff"] * 72, [], Decision.UNDECIDED),
        (["fff"] * 73, [], Decision.SHUT),
        ([], ["fff"] * 73, Decision.SHUT),
        ([], ["fff"] * 72, Decision.UNDECIDED),
        (["fff"], ["mmm"] * 112, Decision.UNDECIDED),
        (["fff"], ["mmm"] * 111, Decision.SHUT),
    ],
)
def test_a_bet_is_lost_only_where_as_many_clean_cases_would_have_won_it(
    finished: list[str], rest: list[str], expected: Decision
) -> None:
    """Seventy-three clean cases win: with fewer in all, finished and to come, nothing is lost yet."""
    assert bet_on(finished, rest).decision is expected


@pytest.mark.parametrize("seeds", [(), (5,), (5, 9), (9, 5)])
def test_cases_are_put_in_the_order_of_the_first_seed(seeds: tuple[int, ...]) -> None:
    """Evidence without a seed is read in the order of seed 0, and evidence of two in that of the first."""
    first = seeds[0] if seeds else 0
    cases = whole(["ppp"] * 20)
    looked_at = Given(tallies=Tallies(cases=cases, runs=(1, 2, 3), seeds=seeds), today=TODAY)

    in_order = [case.case for case in sequenced(cases, looked_at).finished]

    assert in_order == sorted((case.case for case in cases), key=lambda name: registered_place(first, name))


@given(
    st.lists(st.sampled_from(["ppppp", "pppff", "fffff"]), max_size=30),
    st.lists(st.text("pfusm", min_size=5, max_size=7), max_size=30),
)
def test_the_bet_is_lost_where_no_end_of_the_rest_wins_it(finished: list[str], rest: list[str]) -> None:
    """Shut if every open trial passing would not win, though as many clean cases would have."""

    def wins(means: list[Fraction]) -> bool:
        wealth = 1.0
        for mean in means:
            wealth *= 1.0 + (0.99 - 0.95) / (0.95 * 0.05) * (float(mean) - 0.95)
        return wealth >= 20.0

    done = [Fraction(row.count("p"), len(row)) for row in finished]
    best = [1 - Fraction(row.count("f") + row.count("u"), len(row)) for row in rest]
    worst = [min(mean, Fraction(95, 100)) for mean in best]
    expected = Decision.OPEN if wins(done + worst) else Decision.UNDECIDED
    if expected is not Decision.OPEN and wins([Fraction(1)] * len(done + best)) and not wins(done + best):
        expected = Decision.SHUT

    assert bet_on(finished, rest).decision is expected
