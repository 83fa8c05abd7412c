"""Quarantined cases in decisions: counted apart, never unseen, never P0."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import (
    CaseTally,
    CountGate,
    Decision,
    Gate,
    GateDecision,
    MarkExpression,
    P0Gate,
    P1Gate,
    Selection,
    Tallies,
    decide,
    explain,
    left_out,
    quarantine_flaws,
    settled,
)
from autobiz_gates.flakes import Cause, Quarantine, QuarantineEntry, caps_exceeded
from autobiz_gates.quarantining import parted
from autobiz_gates.statistics import wilson_lower
from autobiz_reports import gates_markdown, gates_text

from ...decided import figures_of
from ...ledger_lines import header, plan, trial, write_ledger

pytestmark = pytest.mark.priority("P0")

TODAY = date(2026, 3, 1)
CASES = 100


def entry(case: str, **changed: Any) -> QuarantineEntry:
    given = {
        "case": case, "owner": "ann", "ticket": "OPS-1", "reason": "r", "evidence": "e",
        "cause": Cause.INFRA, "priority": "P2", "opened": TODAY, "expires": TODAY, **changed,
    }  # fmt: skip
    return QuarantineEntry(**given)


def quarantine(*entries: QuarantineEntry) -> Quarantine:
    return Quarantine(path="quarantine.toml", sha256="0" * 64, entries=entries)


def tallies(bad: int = 0, *, cases: int = CASES, priority: str | None = "P2") -> Tallies:
    """So many cases of three runs; the first `bad` of them fail every trial."""
    return Tallies(
        cases=tuple(
            CaseTally(
                case=f"c{number}",
                outcomes=("fail" if number < bad else "pass",) * 3,
                priority=priority,
                marks=("safety",),
            )
            for number in range(cases)
        ),
        runs=(1, 2, 3),
    )


def p1(**changed: Any) -> P1Gate:
    return P1Gate(**{"name": "g", "floor": 0.95, **changed})


GATES = [P0Gate(name="g"), p1(), p1(profile="literal")]


def reason_of(decided: GateDecision, name: str) -> str:
    return "; ".join(one.reason for one in decided.conditions if one.name == name)


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: f"{gate.kind}-{getattr(gate, 'profile', '')}")
def test_quarantined_case_is_in_neither_numerator_nor_denominator(gate: P0Gate | P1Gate) -> None:
    """Cases that fail every trial shut the gate; quarantined they leave it open and are counted apart."""
    assert decide(gate, tallies(3), TODAY).decision is Decision.SHUT
    decided = decide(gate, tallies(3), TODAY, quarantine=quarantine(*map(entry, ("c0", "c1", "c2"))))
    figures = figures_of(decided)
    assert decided.decision is Decision.OPEN
    assert (figures.passes, figures.trials, figures.cases) == (291, 291, 97)
    assert figures.quarantined == ("c0", "c1", "c2")


def test_strict_leaves_a_quarantined_case_out_of_the_baseline_too(tmp_path: Path) -> None:
    """A quarantined case neither lowers the bound over cases nor counts as lost or worse than before."""
    names = [f"c{number}" for number in range(CASES)]
    for run in (1, 2, 3):
        trials = (trial(name, run=run) for name in names)
        write_ledger(tmp_path / "before" / f"{run}.jsonl", header(run=run), plan(*names, run=run), *trials)
    gate = p1(profile="strict", sided=1, cases_min=1, baseline="before")
    three = quarantine(*map(entry, ("c0", "c1", "c2")))
    decided = decide(gate, tallies(3), TODAY, tmp_path, quarantine=three)
    assert decided.decision is Decision.OPEN
    assert figures_of(decided).cases == 97


@pytest.mark.parametrize("gate", GATES)
def test_run_is_not_ended_early_by_what_is_left_out(gate: P0Gate | P1Gate) -> None:
    """A case that fails settles the gate as shut, but not while it is quarantined."""
    begun = Tallies(
        cases=(*(CaseTally(case=f"c{n}", outcomes=("pass",), priority="P2") for n in range(99)),
               CaseTally(case="c99", outcomes=("fail", "fail", "fail"), priority="P2")),
        runs=(1, 2, 3),
    )  # fmt: skip
    assert settled(P0Gate(name="g"), begun, TODAY) is Decision.SHUT
    assert settled(gate, begun, TODAY, quarantine(entry("c99"))) is not Decision.SHUT


def test_worst_bound_counts_every_quarantined_trial_as_failed() -> None:
    """`lcb_worst` is the same bound with all trials of quarantined cases failed, even those that passed."""
    decided = decide(p1(), tallies(0), TODAY, quarantine=quarantine(entry("c7")))
    figures = figures_of(decided)
    assert figures.lcb == wilson_lower(297, 297, 0.95, 2)
    assert figures.lcb_worst == wilson_lower(297, 300, 0.95, 2)
    assert figures_of(decide(p1(), tallies(0), TODAY)).lcb_worst == wilson_lower(300, 300, 0.95, 2)


def test_every_condition_holds_on_what_is_left() -> None:
    """With one quarantined of 59 cases the sample is too small, and the gate undecided."""
    left = tallies(1, cases=59)
    decided = decide(p1(), left, TODAY, quarantine=quarantine(entry("c0")))
    assert decided.decision is Decision.UNDECIDED
    assert "needs 59 distinct cases, has 58" in decided.reason


@pytest.mark.negative
@pytest.mark.parametrize("gate", GATES[:2])
def test_p0_case_is_never_left_out(gate: P0Gate | P1Gate) -> None:
    """A P0 case counts in spite of its entry, and while the entry is there the gate cannot open."""
    wrong = quarantine(entry("c0", priority="P1"))
    assert decide(gate, tallies(1, priority="P0"), TODAY, quarantine=wrong).decision is Decision.SHUT
    green = decide(gate, tallies(0, priority="P0"), TODAY, quarantine=wrong)
    assert green.decision is Decision.UNDECIDED
    assert "case c0 is P0, which is never quarantined" in green.reason
    assert figures_of(green).quarantined == ()


@pytest.mark.negative
def test_entry_with_another_priority_than_the_case_does_not_count() -> None:
    """A P1 case with the longer term of a P3 entry counts, and the gate says why it cannot open."""
    wrong = quarantine(entry("c0", priority="P3"))
    decided = decide(p1(), tallies(0, priority="P1"), TODAY, quarantine=wrong)
    assert decided.decision is Decision.UNDECIDED
    assert "case c0 is P1 and not P3 as its entry says" in decided.reason


@pytest.mark.parametrize(
    ("opened", "expires", "out"), [(-7, 0, True), (0, 7, True), (-7, -1, False), (1, 7, False)]
)
def test_entry_counts_from_its_first_to_its_last_day(opened: int, expires: int, out: bool) -> None:
    """Before it is opened and after it expired the case gates; what expired is named."""
    dated = entry("c0", opened=TODAY + timedelta(days=opened), expires=TODAY + timedelta(days=expires))
    decided = decide(P0Gate(name="g"), tallies(1), TODAY, quarantine=quarantine(dated))
    assert (decided.decision is Decision.OPEN) is out
    assert figures_of(decided).quarantine_expired == (("c0",) if expires < 0 else ())
    assert ("quarantine expired, gating again: c0" in explain(decided)) is (expires < 0)


@pytest.mark.parametrize("count", range(8))
def test_more_than_five_percent_keep_the_gate_from_opening(count: int) -> None:
    """Of 100 cases five may be quarantined; from the sixth on the gate is undecided and says so."""
    many = quarantine(*(entry(f"c{number}") for number in range(count)))
    decided = decide(p1(), tallies(count), TODAY, quarantine=many)
    assert decided.decision is (Decision.OPEN if count <= 5 else Decision.UNDECIDED)
    assert bool(reason_of(decided, "quarantine")) is (count > 5)


@pytest.mark.parametrize(
    ("p1_cases", "others", "most"), [(60, 0, 1), (99, 0, 1), (100, 0, 2), (149, 0, 2), (150, 900, 3)]
)
def test_cap_of_p1_is_two_percent_but_at_least_one(p1_cases: int, others: int, most: int) -> None:
    """Two percent of the P1 cases, cut, and one in any case."""
    cases = ["P1"] * p1_cases + ["P2"] * others
    assert not list(caps_exceeded(cases, ["P1"] * most))
    assert any("P1 cases" in one for one in caps_exceeded(cases, ["P1"] * (most + 1)))


@pytest.mark.negative
def test_caps_let_no_p0_through_and_no_case_of_a_small_suite() -> None:
    """One P0 case is too many, and so is any case out of fewer than twenty."""
    assert list(caps_exceeded(["P0"] * 100, ["P0"]))
    assert list(caps_exceeded(["P2"] * 19, ["P2"]))
    assert not list(caps_exceeded(["P2"] * 20, ["P2"]))


@pytest.mark.negative
def test_veto_holds_in_quarantine_too() -> None:
    """A case whose marks may never fail shuts the gate, quarantined or not."""
    gate = p1(veto=MarkExpression.parse("safety"))
    assert decide(gate, tallies(1), TODAY, quarantine=quarantine(entry("c0"))).decision is Decision.SHUT


@given(bad=st.integers(0, 8), listed=st.sets(st.integers(0, 120), max_size=9), late=st.booleans())
def test_quarantine_never_opens_what_is_over_its_caps(bad: int, listed: set[int], late: bool) -> None:
    """A gate is open only within the caps, and its worst bound is never above its bound."""
    expires = TODAY - timedelta(days=1) if late else TODAY
    entries = [entry(f"c{number}", opened=TODAY - timedelta(days=2), expires=expires) for number in listed]
    decided = decide(p1(), tallies(bad), TODAY, quarantine=quarantine(*entries))
    figures = figures_of(decided)
    assert figures.lcb is not None
    assert figures.lcb_worst is not None
    assert figures.lcb_worst <= figures.lcb
    assert len(figures.quarantined) + len(figures.quarantine_expired) == len(
        {number for number in listed if number < CASES}
    )
    if decided.decision is Decision.OPEN:
        assert len(figures.quarantined) <= 5
    if late or not listed:
        assert decided.decision is decide(p1(), tallies(bad), TODAY).decision


def test_excused_are_the_left_out_alone_and_none_when_something_is_wrong() -> None:
    """Failures are excused for cases in quarantine, and for none of them when the caps are exceeded."""
    cases = tallies(3).cases
    assert left_out(cases, quarantine(entry("c0"), entry("c200")), TODAY) == {"c0"}
    assert left_out(cases, quarantine(*(entry(f"c{number}") for number in range(6))), TODAY) == frozenset()
    assert left_out(cases, quarantine(entry("c0", priority="P1")), TODAY) == frozenset()


def test_every_rendering_tells_count_and_worst_bound() -> None:
    """Terminal text, Markdown, explanation and JSON say how many are quarantined and the worst bound."""
    decided = decide(p1(), tallies(1), TODAY, quarantine=quarantine(entry("c0")))
    gate = decided.to_dict()
    assert gate["figures"]["quarantined"] == ["c0"]
    worst = f"{int(gate['figures']['lcb_worst'] * 10_000) / 10_000:.4f}"
    for said in (gates_text((gate,), ()), gates_markdown("open", (gate,), ()), explain(decided)):
        assert "quarantined" in said
        assert worst in said


def test_what_is_wrong_is_told_of_each_gate_that_heeds_it() -> None:
    """Kinds p0 and p1 that pick the case complain, each by its name; a count and another suite do not."""
    gates: list[Gate] = [
        P0Gate(name="a"),
        CountGate(name="b", cases_min=1),
        P1Gate(name="c", floor=0.5),
        P0Gate(name="d", selection=Selection(suite=("golden",))),
    ]

    told = list(quarantine_flaws(gates, tallies(), quarantine(entry("c0", priority="P1")), TODAY))

    assert [line.partition(":")[0] for line in told] == ["gate 'a'", "gate 'c'"]
    assert all("P2 and not P1 as its entry says" in line for line in told)
    assert not list(quarantine_flaws(gates, tallies(), quarantine(entry("c0")), TODAY))


def test_a_case_of_no_priority_has_that_of_its_entry() -> None:
    """Three cases that their entries call P1 are over the cap of P1, as if the cases said so themselves."""
    names = ("c0", "c1", "c2")
    entries = quarantine(*(entry(name, priority="P1") for name in names))

    (condition,) = parted(tallies(priority=None).cases, entries, TODAY).conditions

    assert condition.reason.startswith("3 of 3 P1 cases are quarantined, and 1 may be")
