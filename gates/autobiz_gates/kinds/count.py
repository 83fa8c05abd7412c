"""Kind count: at least so many distinct cases exist and passed every trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.fields import Field, whole
from autobiz_gates.figures import METHOD_EVERY, case_figures
from autobiz_gates.gate import GATE_FIELDS, Gate
from autobiz_gates.given import Given
from autobiz_gates.tally import CaseTally
from autobiz_gates.wholeness import evidence_conditions, named, selected

from .kind import Kind, builder_of, decision_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CountGate(Gate):
    """Fewest cases, as when twelve negative tests are asked for; a case with a failure is not counted."""

    kind: ClassVar[str] = "count"

    cases_min: int


def judge_count(gate: CountGate, given: Given) -> GateDecision:
    """Decide from the number of spotless cases."""
    cases = selected(gate, given.tallies)
    conditions = evidence_conditions(gate, cases, given.tallies)
    conditions.append(_enough_spotless(gate.cases_min, cases))
    figures = case_figures(
        cases,
        floor=1.0,
        method=METHOD_EVERY,
        confidence=0.95,
        sided=2,
        cases_min=gate.cases_min,
        runs_min=gate.runs,
    )
    return decision_of(
        gate,
        conditions,
        figures,
        conditions[-1].reason,
        asked=f"{gate.cases_min} cases",
        seen=f"{figures.passes}/{figures.trials}",
    )


def _enough_spotless(cases_min: int, cases: Sequence[CaseTally]) -> Condition:
    spotless = sum(1 for case in cases if case.passed == case.slots)
    failed = [case.case for case in cases if case.against]
    more = max(0, cases_min - spotless)
    if not more:
        words = f"{spotless} cases passed every trial, {cases_min} are needed"
        return Condition(name="spotless cases", decision=Decision.OPEN, reason=words)
    words = f"needs {cases_min} cases that pass every trial, has {spotless}"
    decision = Decision.UNDECIDED
    if len(cases) >= cases_min > len(cases) - len(failed):
        decision, words = Decision.SHUT, f"{words}; a trial failed or could not be judged in {named(failed)}"
    return Condition(name="spotless cases", decision=decision, reason=words, clean_cases_more=more)


_FIELDS: Final[tuple[Field, ...]] = (
    *GATE_FIELDS,
    whole(
        "cases_min", "Fewest distinct cases that passed every trial.", least=1, most=1_000_000, required=True
    ),
)


COUNT: Final = Kind(
    name="count",
    doc="At least so many selected cases exist and passed every trial.",
    fields=_FIELDS,
    build=builder_of(CountGate),
    judge=judge_count,
)
