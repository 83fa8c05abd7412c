"""Decisions: enumerated where the space is small, sampled where it is large."""

import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import (
    CaseTally,
    Decision,
    Gate,
    MarkExpression,
    P0Gate,
    P1Gate,
    Tallies,
    Waiver,
    decide,
)
from autobiz_gates.statistics import z_quantile

from ..decided import figures_of, without_baseline

TODAY = date(2030, 6, 15)
BADNESS = {Decision.OPEN: 0, Decision.UNDECIDED: 1, Decision.SHUT: 2}


def tallied(*outcomes: str, runs: int = 3, problems: tuple[str, ...] = (), **extra: Any) -> Tallies:
    """Return tallies of cases c0, c1, ... given as words of letters: p, f, u, s, m."""
    words = {"p": "pass", "f": "fail", "u": "unknown", "s": "skip", "m": "missing"}
    cases = tuple(
        CaseTally(case=f"c{place}", outcomes=tuple(words[letter] for letter in word), **extra)
        for place, word in enumerate(outcomes)
    )
    return Tallies(cases=cases, runs=tuple(range(1, runs + 1)), problems=problems)


def reaches(passes: int | Fraction, trials: int, floor: float, z: float) -> bool:
    """Decide in exact arithmetic, without the bound's formula, whether the bound reaches the floor."""
    t = Fraction(floor)
    ahead = passes - trials * t
    return trials > 0 and ahead >= 0 and ahead**2 >= Fraction(z) ** 2 * trials * t * (1 - t)


def decide_alone(gate: Gate, tallies: Tallies, today: date) -> Decision:
    """What a gate decides on the trials alone; that strict also asks for a baseline has tests of its own."""
    return without_baseline(decide(gate, tallies, today))


def p1(profile: str = "default", floor: float = 0.95, **extra: Any) -> P1Gate:
    extra.setdefault("sided", 1 if profile == "strict" else 2)
    extra.setdefault("cases_min", 59 if profile == "default" else 1)
    return P1Gate(name="g", floor=floor, profile=profile, **extra)


@pytest.mark.parametrize("profile", ["default", "literal", "strict"])
@pytest.mark.parametrize("floor", [0.5, 0.8, 0.9, 0.95])
def test_every_count_up_to_forty_trials_is_decided_as_arithmetic_says(profile: str, floor: float) -> None:
    """Over all passes and trials up to 40 a gate opens exactly when the score inequality holds."""
    gate = p1(profile, floor, runs=1, cases_min=1)
    z = z_quantile(0.95, gate.sided)
    for trials in range(41):
        before = Decision.SHUT
        for passes in range(trials + 1):
            tallies = tallied(*"p" * passes, *"f" * (trials - passes), runs=1)
            decision = decide_alone(gate, tallies, TODAY)
            unbroken = profile != "default" or passes == trials
            assert (decision is Decision.OPEN) is (reaches(passes, trials, floor, z) and unbroken)
            assert BADNESS[decision] <= BADNESS[before]
            before = decision


def test_pooled_counts_of_three_runs_are_decided_as_arithmetic_says() -> None:
    """Over all failures spread thinly on up to 110 cases the default profile is the three-part rule."""
    gate = p1()
    for cases in range(56, 111):
        for failures in range(8):
            words = ["ppf"] * failures + ["ppp"] * (cases - failures)
            opens = reaches(3 * cases - failures, 3 * cases, 0.95, z_quantile(0.95, 2)) and cases >= 59
            assert (decide_alone(gate, tallied(*words), TODAY) is Decision.OPEN) is opens


WORDS = st.lists(st.text("pppppppfusm", min_size=3, max_size=3), max_size=14)
GATES = st.one_of(
    st.just(P0Gate(name="g")),
    st.builds(
        p1,
        st.sampled_from(["default", "literal", "strict"]),
        st.sampled_from([0.3, 0.5, 0.7, 0.8, 0.9]),
        cases_min=st.integers(1, 12),
        waivers=st.sampled_from([(), (Waiver(case="c1", reason="r", expires=TODAY),)]),
        veto=st.sampled_from([None, MarkExpression.parse("not money")]),
    ),
)


@given(GATES, WORDS, st.data())
def test_no_decision_gets_worse_when_one_outcome_improves(
    gate: Gate, words: list[str], data: st.DataObject
) -> None:
    """Turning any outcome into a pass leaves a decision as it is or makes it better."""
    slots = [(i, j) for i, word in enumerate(words) for j, letter in enumerate(word) if letter != "p"]
    if not slots:
        return
    i, j = data.draw(st.sampled_from(slots))
    better = list(words)
    better[i] = words[i][:j] + "p" + words[i][j + 1 :]
    before = decide_alone(gate, tallied(*words), TODAY)
    after = decide_alone(gate, tallied(*better), TODAY)
    assert BADNESS[after] <= BADNESS[before]


@pytest.mark.parametrize("profile", ["default", "literal"])
def test_a_skip_that_turns_into_a_pass_cannot_shut_a_gate(profile: str) -> None:
    """Whether a suite is too small or has failed is told by its planned trials, which a skip is one of."""
    gate = p1(profile, cases_min=1)
    few = decide(gate, tallied("fps", "pss", *["ppp"] * 23), TODAY)
    more = decide(gate, tallied("fpp", "pps", *["ppp"] * 23), TODAY)
    assert figures_of(few).trials == 72
    assert few.decision is Decision.SHUT
    assert more.decision is Decision.SHUT


@given(GATES, WORDS)
def test_missing_trial_keeps_every_gate_from_opening(gate: Gate, words: list[str]) -> None:
    """A planned trial without an outcome prevents open, whatever the others did."""
    decision = decide_alone(gate, tallied(*words), TODAY)
    if any("m" in word for word in words):
        assert decision is not Decision.OPEN


@given(GATES, WORDS)
def test_shut_is_final_whatever_the_empty_slots_had_shown(gate: Gate, words: list[str]) -> None:
    """A gate is shut by outcomes: with every missing trial passing it would still be shut."""
    if decide_alone(gate, tallied(*words), TODAY) is Decision.SHUT:
        filled = [word.replace("m", "p") for word in words]
        assert decide_alone(gate, tallied(*filled), TODAY) is Decision.SHUT


@given(GATES, WORDS)
def test_open_implies_the_bound_in_exact_arithmetic(gate: Gate, words: list[str]) -> None:
    """An open gate's passes clear the floor by the independent identity, and a P0 gate's are all."""
    if decide_alone(gate, tallied(*words), TODAY) is not Decision.OPEN:
        return
    text = "".join(words).replace("s", "")
    if not isinstance(gate, P1Gate):
        assert set(text) == {"p"}
        return
    passes, trials, z = text.count("p"), len(text), z_quantile(0.95, gate.sided)
    if gate.profile == "strict":
        counted = [word.replace("s", "") for word in words if word != "sss"]
        rates = sum((Fraction(word.count("p"), len(word)) for word in counted), Fraction(0))
        assert reaches(rates, len(counted), gate.floor, z)
    else:
        assert reaches(passes, trials, gate.floor, z)


@given(GATES, st.sampled_from([(), ("sss",), ("mmm", "sss"), ("", "")]))
def test_no_evidence_is_never_open(gate: Gate, words: tuple[str, ...]) -> None:
    """Without a single valid trial every gate is undecided."""
    assert decide_alone(gate, tallied(*words), TODAY) is Decision.UNDECIDED
    assert decide(gate, tallied(*words, runs=0) if not "".join(words) else tallied(*words), TODAY).blocks


@given(GATES, WORDS)
def test_problem_in_the_evidence_keeps_every_gate_from_opening(gate: Gate, words: list[str]) -> None:
    """Torn or contradictory evidence prevents open and is quoted in the reason."""
    decided = decide(gate, tallied(*words, problems=("ledger.jsonl:9 is torn",)), TODAY)
    assert decided.decision is not Decision.OPEN
    assert any(condition.reason == "ledger.jsonl:9 is torn" for condition in decided.conditions)


@given(GATES, WORDS)
def test_decision_is_plain_json_with_stable_keys(gate: Gate, words: list[str]) -> None:
    """A decision becomes JSON without loss, its keys in the same order every time."""
    decided = decide(gate, tallied(*words), TODAY).to_dict()
    assert json.loads(json.dumps(decided, allow_nan=False)) == decided
    assert list(decided) == [
        "gate",
        "kind",
        "decision",
        "dry_run",
        "blocks",
        "reason",
        "asked",
        "seen",
        "conditions",
        "figures",
    ]
    assert list(decided["figures"])[:6] == ["floor", "passes", "trials", "rate", "lcb", "method"]
