"""A decision is settled exactly when no end of the rest can change it."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import (
    CaseTally,
    CommandGate,
    CountGate,
    Decision,
    Gate,
    MarkExpression,
    P0Gate,
    P1Gate,
    Selection,
    Tallies,
    Waiver,
    decide,
    settled,
)
from autobiz_gates.statistics import curtail

TODAY = date(2030, 6, 15)
LETTERS = {"p": "pass", "f": "fail", "u": "unknown", "s": "skip", "m": "missing"}
WAIVED = (Waiver(case="c0", reason="r", expires=TODAY),)
SMALL_GATES: tuple[Gate, ...] = (
    P0Gate(name="g", runs=2),
    P1Gate(name="g", runs=2, floor=0.3, cases_min=1),
    P1Gate(name="g", runs=2, floor=0.3, cases_min=2),
    P1Gate(name="g", runs=2, floor=0.1, cases_min=1, waivers=WAIVED),
    P1Gate(name="g", runs=2, floor=0.1, cases_min=1, veto=MarkExpression.parse("money")),
    P1Gate(name="g", runs=2, floor=0.1, cases_min=1, profile="literal"),
    P1Gate(name="g", runs=2, floor=0.5, cases_min=1, profile="literal"),
    P1Gate(name="g", runs=2, floor=0.2, cases_min=1, profile="strict", sided=1),
    P1Gate(name="g", runs=2, floor=0.4, cases_min=2, profile="strict", sided=1),
)


def tallied(*words: str, runs: int, problems: tuple[str, ...] = ()) -> Tallies:
    """Return tallies of cases c0, c1, ... given as words of letters; the first one has the mark money."""
    cases = tuple(
        CaseTally(
            case=f"c{place}",
            outcomes=tuple(LETTERS[letter] for letter in word),
            marks=("money",) if place == 0 else (),
        )
        for place, word in enumerate(words)
    )
    return Tallies(cases=cases, runs=tuple(range(1, runs + 1)), problems=problems)


def ends(letters: str, *, judged: str = "pfu") -> Iterator[str]:
    """Every way in which the missing slots of these letters can be judged."""
    return map("".join, product(*(judged if letter == "m" else letter for letter in letters)))


def by_case(letters: str, size: int) -> tuple[str, ...]:
    return tuple(letters[start : start + size] for start in range(0, len(letters), size))


@pytest.mark.parametrize("gate", SMALL_GATES)
@pytest.mark.parametrize(("cases", "alphabet"), [(1, "pfusm"), (2, "pfusm"), (3, "pfm")])
def test_settled_is_what_every_end_of_the_rest_agrees_on(gate: Gate, cases: int, alphabet: str) -> None:
    """Over all outcomes of small suites, two readings say what the enumeration of every end says."""

    @cache
    def decided(letters: str) -> Decision:
        return decide(gate, tallied(*by_case(letters, 2), runs=2), TODAY).decision

    seen = set()
    for slots in product(alphabet, repeat=2 * cases):
        letters = "".join(slots)
        possible = {decided(end) for end in ends(letters)}
        expected = possible.pop() if len(possible) == 1 else None
        assert settled(gate, tallied(*by_case(letters, 2), runs=2), TODAY) is expected, letters
        seen.add(expected)
    assert len(seen) > 1 or cases == 1


WORDS = st.lists(st.text("pppppppfusmm", min_size=3, max_size=3), min_size=1, max_size=14)
GATES = st.one_of(
    st.just(P0Gate(name="g")),
    st.builds(
        P1Gate,
        name=st.just("g"),
        profile=st.sampled_from(["default", "literal", "strict"]),
        floor=st.sampled_from([0.3, 0.5, 0.7, 0.8, 0.9]),
        sided=st.sampled_from([1, 2]),
        cases_min=st.integers(1, 12),
        waivers=st.sampled_from([(), WAIVED]),
        veto=st.sampled_from([None, MarkExpression.parse("money")]),
    ),
)


@given(GATES, WORDS, st.data())
def test_nothing_that_may_still_happen_changes_what_is_settled(
    gate: Gate, words: list[str], data: st.DataObject
) -> None:
    """A settled decision is the decision of any end in which the rest is judged."""
    early = settled(gate, tallied(*words, runs=3), TODAY)
    end = ["".join(data.draw(st.sampled_from("pfu")) if x == "m" else x for x in word) for word in words]
    assert early in (None, decide(gate, tallied(*end, runs=3), TODAY).decision)


@given(GATES, WORDS, st.data())
def test_shut_is_settled_even_if_the_rest_is_skipped_or_lost(
    gate: Gate, words: list[str], data: st.DataObject
) -> None:
    """What is settled as shut is shut in every end, the rest passed, failed, skipped or never tried."""
    if settled(gate, tallied(*words, runs=3), TODAY) is Decision.SHUT:
        end = [
            "".join(data.draw(st.sampled_from("pfusm")) if x == "m" else x for x in word) for word in words
        ]
        assert decide(gate, tallied(*end, runs=3), TODAY).decision is Decision.SHUT


@pytest.mark.parametrize("floor", [0.5, 0.8, 0.9, 0.95])
def test_the_pooled_bound_is_settled_where_the_closed_form_stops(floor: float) -> None:
    """The literal profile settles on the very trial at which curtailing by allowed failures stops."""
    gate = P1Gate(name="g", runs=1, floor=floor, profile="literal", cases_min=1)
    says = {"PASS": Decision.OPEN, "BLOCK": Decision.SHUT, "CONTINUE": None}
    for planned in (80, 110):
        for failures in range(0, 12, 3):
            for done in range(failures, planned + 1, 7):
                words = "f" * failures + "p" * (done - failures) + "m" * (planned - done)
                expected = says[curtail(planned, done, failures, floor)["decision"]]
                assert settled(gate, tallied(*words, runs=1), TODAY) is expected


def test_runs_that_are_still_to_be_made_are_open() -> None:
    """After one run of three every case has two open slots, though no tally mentions them."""
    gate = P1Gate(name="g", floor=0.95)
    assert settled(gate, tallied(*["p"] * 60, runs=1), TODAY) is None
    assert settled(gate, tallied(*["f"] * 6, *["p"] * 54, runs=1), TODAY) is Decision.SHUT
    assert settled(gate, tallied(*["ppp"] * 60, runs=3), TODAY) is Decision.OPEN


def test_runs_keep_their_numbers_when_later_ones_are_imagined() -> None:
    """A first run that was numbered 2 leaves room for two more."""
    tallies = Tallies(cases=(CaseTally(case="c", outcomes=("pass",)),), runs=(2,))
    assert settled(P0Gate(name="g"), tallies, TODAY) is None


def test_one_failure_settles_every_trial_passes() -> None:
    """A P0 gate is settled by its first failure, and by nothing else before its last trial."""
    gate = P0Gate(name="g")
    assert settled(gate, tallied("pmm", "pfm", runs=3), TODAY) is Decision.SHUT
    assert settled(gate, tallied("ppm", "ppp", runs=3), TODAY) is None
    assert settled(gate, tallied("pps", "ppp", runs=3), TODAY) is Decision.UNDECIDED


def test_problem_of_the_evidence_keeps_open_from_being_settled() -> None:
    """With torn evidence a clean suite is settled as undecided once it is whole, never as open."""
    gate = P1Gate(name="g", floor=0.95)
    assert settled(gate, tallied(*["ppp"] * 60, runs=3, problems=("torn",)), TODAY) is Decision.UNDECIDED


def test_cases_of_other_gates_do_not_settle_this_one() -> None:
    """Only selected cases count: another suite's failures say nothing."""
    gate = P0Gate(name="g", selection=Selection(marks=MarkExpression.parse("money")))
    assert settled(gate, tallied("pp", "ff", runs=2), TODAY) is None


def test_gate_without_cases_waits_for_the_runs_that_may_bring_them() -> None:
    """No selected case is undecided once all runs are made, and nothing before."""
    gate = P0Gate(name="g", selection=Selection(suite=("golden",)))
    assert settled(gate, tallied("ppp", runs=3), TODAY) is Decision.UNDECIDED
    assert settled(gate, tallied("pp", runs=2), TODAY) is None


def test_kinds_that_look_at_more_than_outcomes_are_never_settled(tmp_path: Path) -> None:
    """A count is not settled early, and a command is not even started."""
    witness = tmp_path / "started"
    command = CommandGate(name="g", command=("touch", str(witness)))
    assert settled(command, tallied("fff", runs=3), TODAY) is None
    assert not witness.exists()
    assert settled(CountGate(name="g", cases_min=1), tallied("fff", runs=3), TODAY) is None


@pytest.mark.parametrize("runs", [3, 5, 6, 7])
def test_every_slot_that_is_open_is_taken_for_what_it_may_be(runs: int) -> None:
    """With one of many runs made, a clean case may still pass or fail, and a failed one has shut its gate."""
    gate = P0Gate(name="g", runs=runs)

    assert settled(gate, tallied("p", runs=1), TODAY) is None
    assert settled(gate, tallied("f", runs=1), TODAY) is Decision.SHUT
    assert settled(gate, tallied("p" * runs, runs=runs), TODAY) is Decision.OPEN


@pytest.mark.parametrize(("runs", "expected"), [(0, None), (1, None), (2, "undecided"), (3, "undecided")])
def test_no_case_may_still_come_until_the_runs_are_made(runs: int, expected: str | None) -> None:
    """Without a case the answer is open until every run that is asked for was made, or more."""
    assert settled(P0Gate(name="g", runs=2), tallied(runs=runs), TODAY) == expected
