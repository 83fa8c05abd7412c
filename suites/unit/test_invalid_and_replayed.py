"""Trials that taught nothing: spoiled by the infrastructure, or replays of what was seen before."""

from datetime import date
from pathlib import Path

import pytest

from autobiz_gates import (
    CaseTally,
    CountGate,
    Decision,
    Gate,
    GateDecision,
    P0Gate,
    P1Gate,
    Selection,
    Tallies,
    decide,
    explain,
    fold,
)

from ..ledger_lines import header, plan, trial, write_ledger

pytestmark = pytest.mark.priority("P0")

_WORDS = {"p": "pass", "f": "fail", "m": "missing", "i": "invalid", "r": "replay", "s": "skip"}
_TODAY = date(2026, 1, 1)
P0, P1 = P0Gate(name="g", runs=3), P1Gate(name="g", floor=0.95)


def decided(gate: Gate, rows: list[str]) -> GateDecision:
    cases = tuple(
        CaseTally(case=f"c{number}", outcomes=tuple(_WORDS[letter] for letter in row))
        for number, row in enumerate(rows)
    )
    return decide(gate, Tallies(cases=cases, runs=(1, 2, 3)), _TODAY)


def folded(folder: Path, *runs: list[tuple[str, str | None]]) -> tuple[str, ...]:
    """What one case comes to, whose trials in each run had these outcomes and replay keys."""
    for run, tries in enumerate(runs, start=1):
        trials = [trial("a", outcome, run=run, replay=key) for outcome, key in tries]
        write_ledger(folder / f"{run}.jsonl", header(run=run), plan("a", run=run), *trials)
    return fold([folder]).cases[0].outcomes


@pytest.mark.parametrize(
    ("first", "second", "outcomes"),
    [
        ("pass", "pass", ("pass", "replay")),
        ("unknown", "unknown", ("unknown", "replay")),
        ("pass", "unknown", ("unknown", "replay")),
        ("fail", "pass", ("fail", "replay")),
        ("skip", "skip", ("skip", "skip")),
        ("skip", "pass", ("skip", "pass")),
        ("invalid", "invalid", ("invalid", "invalid")),
        ("invalid", "pass", ("invalid", "pass")),
    ],
)
def test_what_was_tried_counts_as_a_replay_and_what_was_not_does_not(
    tmp_path: Path, first: str, second: str, outcomes: tuple[str, ...]
) -> None:
    """Any trial that came to something replays one with its key; a skipped or spoiled one replays nothing."""
    assert folded(tmp_path, [(first, "key")], [(second, "key")]) == outcomes


@pytest.mark.negative
@pytest.mark.parametrize(
    ("tries", "outcome"),
    [
        (["invalid"], "invalid"),
        (["invalid", "pass"], "pass"),
        (["invalid", "invalid", "pass"], "pass"),
        (["invalid", "invalid", "fail"], "fail"),
        (["invalid", "invalid", "invalid"], "invalid"),
        (["invalid", "invalid", "invalid", "pass"], "invalid"),
        (["invalid", "invalid", "invalid", "fail"], "fail"),
        (["invalid", "invalid", "invalid", "unknown"], "unknown"),
        (["pass", "invalid", "invalid", "invalid"], "invalid"),
        (["invalid", "invalid", "invalid", "skip"], "invalid"),
        (["invalid", "invalid", "invalid", "invalid", "pass"], "invalid"),
    ],
)
def test_an_invalid_trial_is_tried_again_at_most_twice(
    tmp_path: Path, tries: list[str], outcome: str
) -> None:
    """Two more tries may replace an invalid one; after a third a pass no longer counts, a failure does."""
    assert folded(tmp_path, [(word, None) for word in tries]) == (outcome,)


@pytest.mark.parametrize(
    ("runs", "outcomes"),
    [
        ([[("pass", "x")], [("pass", "x")], [("pass", "x")]], ("pass", "replay", "replay")),
        ([[("pass", "x")], [("pass", "y")], [("pass", "x")]], ("pass", "pass", "replay")),
        ([[("pass", "x")], [("pass", None)], [("pass", "x")]], ("pass", "pass", "replay")),
        ([[("pass", "x")], [("fail", "x")], [("pass", "x")]], ("fail", "replay", "replay")),
        ([[("skip", "x")], [("pass", "x")], [("skip", "x")]], ("skip", "pass", "skip")),
        ([[("pass", "x")], [("pass", "y")], [("pass", "x"), ("fail", "y")]], ("fail", "replay", "replay")),
    ],
)
def test_trials_that_had_to_come_out_alike_count_once(
    tmp_path: Path, runs: list[list[tuple[str, str | None]]], outcomes: tuple[str, ...]
) -> None:
    """The first of them stands for all, and a failure among them is never lost."""
    assert folded(tmp_path, *runs) == outcomes


@pytest.mark.negative
def test_one_invalid_trial_keeps_a_p0_gate_from_opening() -> None:
    """What must always hold was not seen to hold where the infrastructure failed."""
    decision = decided(P0, ["ppp", "pip"])
    assert decision.decision is Decision.UNDECIDED
    assert "1 of 6 trials are invalid: the infrastructure failed in case c1" in decision.reason


@pytest.mark.parametrize(
    ("invalid", "decision"), [(3, Decision.OPEN), (4, Decision.UNDECIDED), (60, Decision.UNDECIDED)]
)
def test_a_p1_gate_bears_two_percent_of_invalid_trials(invalid: int, decision: Decision) -> None:
    """Up to 2 % they are left out of the sample; beyond it, the infrastructure was measured."""
    decided_on = decided(P1, ["ppi"] * invalid + ["ppp"] * (60 - invalid))
    assert decided_on.decision is decision
    assert decided_on.figures is not None
    assert decided_on.figures.trials == 180 - invalid
    assert ("more than 2%" in decided_on.reason) == (decision is not Decision.OPEN)


@pytest.mark.negative
def test_a_failed_case_shuts_a_p1_gate_however_much_is_invalid() -> None:
    """Invalid trials are no excuse for failures that no other outcome of theirs could make good."""
    assert decided(P1, ["ppp"] * 60 + ["ffi"]).decision is Decision.SHUT
    assert decided(P1, ["ppp"] * 60 + ["fii"]).decision is Decision.UNDECIDED


def test_three_replayed_runs_are_one() -> None:
    """The bound counts what was independent, and the decision says how many runs that were."""
    decision = decided(P1, ["prr"] * 80)
    assert decision.decision is Decision.OPEN
    assert decision.figures is not None
    assert (decision.figures.trials, decision.figures.runs, decision.figures.runs_independent) == (80, 3, 1)
    assert "3 of 3 runs, 1 independent (160 replays count no further)" in explain(decision)
    assert decided(P1, ["prr"] * 70).decision is Decision.UNDECIDED


def test_a_replayed_case_is_spotless_when_its_one_trial_passed() -> None:
    """A replay is no second proof, and no missing one either."""
    gate = CountGate(name="g", selection=Selection(), cases_min=2)
    assert decided(gate, ["prr", "ppp"]).decision is Decision.OPEN
    assert decided(gate, ["prr", "frr"]).decision is Decision.SHUT
    assert decided(P0, ["prr", "ppp"]).decision is Decision.OPEN


def test_a_run_unlike_the_others_is_told() -> None:
    """Cases that pass in all runs but one point at that run; Cochran's Q says how likely chance is."""
    odd = decided(P1, ["ppp"] * 90 + ["pfp"] * 6 + ["pff"] * 2 + ["fpp"] * 2)
    assert odd.figures is not None
    assert odd.figures.runs_p == pytest.approx(0.0273237224472926, abs=1e-12)
    assert "the runs differ (Cochran's Q, p = 0.0273)" in explain(odd)
    even = decided(P1, ["ppp"] * 90 + ["pfp", "fpp", "ppf"])
    assert even.figures is not None
    assert even.figures.runs_p == 1.0
    assert "the runs differ" not in explain(even)
    for rows in (["ppp"] * 60, ["ppp"] * 60 + ["fff"], ["ppp"] * 60 + ["psf", "prf", "pmf"]):
        figures = decided(P1, rows).figures
        assert figures is not None
        assert figures.runs_p is None
