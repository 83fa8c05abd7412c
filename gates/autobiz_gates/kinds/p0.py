"""Kind p0: every trial of every case passes, in every run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.figures import METHOD_EVERY, case_figures
from autobiz_gates.gate import GATE_FIELDS, Gate
from autobiz_gates.given import Given
from autobiz_gates.quarantining import parted
from autobiz_gates.tally import CaseTally
from autobiz_gates.wholeness import evidence_conditions, named, selected

from .kind import Kind, builder_of, decision_of


@dataclass(frozen=True, slots=True, kw_only=True)
class P0Gate(Gate):
    """No floor, no waiver: one trial that fails or cannot be judged shuts it.

    It may leave a quarantined case out, but never one of priority P0.
    """

    kind: ClassVar[str] = "p0"


def judge_p0(gate: P0Gate, given: Given) -> GateDecision:
    """Decide from outcomes alone; a skipped trial is evidence that is missing."""
    split = parted(selected(gate, given.tallies), given.quarantine, given.today)
    cases = split.counted
    conditions = evidence_conditions(gate, cases, given.tallies, invalid_share_max=0.0)
    conditions += split.conditions
    conditions += _skips(cases)
    conditions.append(_every_trial_passes(cases))
    figures = case_figures(
        cases,
        floor=1.0,
        method=METHOD_EVERY,
        confidence=0.95,
        sided=2,
        runs_min=gate.runs,
        quarantined=split.quarantined,
        quarantine_expired=split.expired,
    )
    when_open = f"all {figures.trials} trials of {figures.cases} cases passed"
    return decision_of(
        gate, conditions, figures, when_open, asked="every trial", seen=f"{figures.passes}/{figures.trials}"
    )


def _skips(cases: Sequence[CaseTally]) -> list[Condition]:
    skipped = [case for case in cases if case.skipped]
    if not skipped:
        return []
    trials = sum(case.skipped for case in skipped)
    return [
        Condition(
            name="skipped",
            decision=Decision.UNDECIDED,
            reason=f"{trials} trials were skipped, in {named([case.case for case in skipped])}",
            clean_trials_more=trials,
        )
    ]


def _every_trial_passes(cases: Sequence[CaseTally]) -> Condition:
    broken = [case for case in cases if case.against]
    if not broken:
        return Condition(
            name="every trial passes", decision=Decision.OPEN, reason="no trial failed or stayed unjudged"
        )
    failed, unknown = sum(case.failed for case in broken), sum(case.unknown for case in broken)
    names = named([case.case for case in broken])
    reason = f"{failed} trials failed and {unknown} could not be judged, in {names}"
    return Condition(name="every trial passes", decision=Decision.SHUT, reason=reason)


P0: Final = Kind(
    name="p0",
    doc="Every trial of every selected case passes in every run.",
    fields=GATE_FIELDS,
    build=builder_of(P0Gate),
    judge=judge_p0,
)
