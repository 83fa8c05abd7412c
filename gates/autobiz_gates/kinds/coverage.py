"""Kind coverage: every id that is asked for is proven by a case that passed every trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.fields import Complaints, Field, choice, texts
from autobiz_gates.figures import METHOD_EVERY, case_figures
from autobiz_gates.gate import GATE_FIELDS, Gate, selection_of
from autobiz_gates.given import Given
from autobiz_gates.tally import CaseTally
from autobiz_gates.wholeness import evidence_conditions, selected

from .kind import Kind, decision_of

BY: Final = ("requirement", "test", "workflow")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGate(Gate):
    """The traceability matrix has no empty row."""

    kind: ClassVar[str] = "coverage"

    ids: tuple[str, ...]
    by: str = "requirement"


def judge_coverage(gate: CoverageGate, given: Given) -> GateDecision:
    """An id without a judged case is missing evidence; one whose cases all failed a trial shuts."""
    cases = selected(gate, given.tallies)
    conditions = evidence_conditions(gate, cases, given.tallies)
    rows = {name: [case for case in cases if name in _ids(case, gate.by)] for name in gate.ids}
    proven = [name for name, row in rows.items() if any(_spotless(case) for case in row)]
    failed = [name for name, row in rows.items() if name not in proven and any(case.against for case in row)]
    absent = [name for name in rows if name not in proven and name not in failed]
    said = f"{len(proven)} of {len(gate.ids)} {gate.by}s are proven by a case that passed every trial"
    if failed:
        reason = f"every case of {gate.by} {', '.join(failed)} failed a trial or could not be judged"
        conditions.append(Condition(name="failed rows", decision=Decision.SHUT, reason=reason))
    if absent:
        reason = f"no judged case covers {gate.by} {', '.join(absent)}"
        conditions.append(Condition(name="empty rows", decision=Decision.UNDECIDED, reason=reason))
    if not conditions:
        conditions.append(Condition(name="rows", decision=Decision.OPEN, reason=said))
    figures = case_figures(
        cases, floor=1.0, method=METHOD_EVERY, confidence=0.95, sided=2, runs_min=gate.runs
    )
    asked = f"{len(gate.ids)} {gate.by}s"
    return decision_of(gate, conditions, figures, said, asked=asked, seen=str(len(proven)))


def _ids(case: CaseTally, by: str) -> Sequence[str]:
    if by == "requirement":
        return case.requirements
    return case.tests if by == "test" else (case.workflow or "",)


def _spotless(case: CaseTally) -> bool:
    return case.passed > 0 and case.passed == case.valid


_FIELDS: Final[tuple[Field, ...]] = (
    *GATE_FIELDS,
    texts("ids", "The ids that must be covered.", required=True),
    choice("by", "What the ids are: requirement (the default), test or workflow.", BY),
)


def _build(name: str, values: dict[str, Any], complaints: Complaints) -> CoverageGate | None:
    ids = values.get("ids") or ()
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        complaints.say(("ids",), f"names {', '.join(twice)} twice")
    return None if complaints.found else CoverageGate(name=name, **selection_of(values))


COVERAGE: Final = Kind(
    name="coverage",
    doc="Every id that is asked for is proven by a selected case that passed every trial.",
    fields=_FIELDS,
    build=_build,
    judge=judge_coverage,
)
