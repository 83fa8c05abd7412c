"""Kind regression: the same cases do not do worse than in a baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.errors import LedgerError
from autobiz_gates.fields import Complaints, Field, number, text
from autobiz_gates.figures import METHOD_POOLED, case_figures
from autobiz_gates.folding import fold
from autobiz_gates.gate import GATE_FIELDS, Gate, selection_of
from autobiz_gates.given import Given
from autobiz_gates.statistics import newcombe_paired, signflip_exact
from autobiz_gates.tally import CaseTally
from autobiz_gates.wholeness import evidence_conditions, named, selected

from .kind import Kind, decision_of

_ALERT_DROP: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionGate(Gate):
    """Cases are compared with themselves, so that easy and hard cases do not blur the difference."""

    kind: ClassVar[str] = "regression"

    baseline: str
    alpha: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    case: str
    before: CaseTally
    now: CaseTally


def judge_regression(gate: RegressionGate, given: Given) -> GateDecision:
    """An exact sign-flip test over the pairs; a drop of five points is told even if it may be chance."""
    cases = selected(gate, given.tallies)
    conditions = evidence_conditions(gate, cases, given.tallies)
    try:
        before = [case for case in fold([given.root / gate.baseline]).cases if gate.selection.picks(case)]
    except LedgerError as error:
        before = []
        conditions.append(_condition("baseline", Decision.UNDECIDED, str(error).removesuffix(".")))
    else:
        conditions += _comparison(gate, before, cases)
    figures = case_figures(
        cases, floor=1.0, method=METHOD_POOLED, confidence=0.95, sided=2, runs_min=gate.runs
    )
    return decision_of(
        gate,
        conditions,
        figures,
        conditions[-1].reason,
        asked="no worse",
        seen=f"{figures.passes}/{figures.trials}",
    )


def _comparison(
    gate: RegressionGate, before: Sequence[CaseTally], cases: Sequence[CaseTally]
) -> list[Condition]:
    now = {case.case: case for case in cases}
    pairs = [_Pair(case=old.case, before=old, now=now[old.case]) for old in before if old.case in now]
    lost = [old.case for old in before if old.valid and old.case not in now]
    uneven = [pair.case for pair in pairs if pair.before.valid != pair.now.valid]
    conditions = []
    if not pairs:
        conditions.append(
            _condition("pairs", Decision.UNDECIDED, f"no case of {gate.baseline} was tried again")
        )
    if lost:
        words = f"the baseline judged {named(lost)}, which was not tried again"
        conditions.append(_condition("lost cases", Decision.UNDECIDED, words))
    if uneven:
        words = f"judged in another number of runs than in the baseline: {named(uneven)}"
        conditions.append(_condition("uneven runs", Decision.UNDECIDED, words))
    if pairs and not uneven:
        conditions.append(_test(gate, pairs))
    return conditions


def _test(gate: RegressionGate, pairs: Sequence[_Pair]) -> Condition:
    differences = [pair.now.passed - pair.before.passed for pair in pairs]
    p = signflip_exact(differences)
    drop = -sum(differences) / max(1, sum(pair.before.valid for pair in pairs))
    worse = [pair.case for pair, difference in zip(pairs, differences, strict=True) if difference < 0]
    better = sum(difference > 0 for difference in differences)
    words = f"{len(worse)} of {len(pairs)} cases did worse, {better} better, sign-flip p = {p:.4g}"
    if drop > _ALERT_DROP:
        words += f"; ALERT: the pass rate fell by {100 * drop:.1f} points"
    words += f"; {_non_inferiority(pairs)}"
    if p < gate.alpha:
        return _condition("sign flip", Decision.SHUT, f"{words}; worse: {named(worse)}")
    return _condition("sign flip", Decision.OPEN, words)


def _non_inferiority(pairs: Sequence[_Pair]) -> str:
    counts = {(was, is_now): 0 for was in (True, False) for is_now in (True, False)}
    for pair in pairs:
        counts[_passes(pair.before), _passes(pair.now)] += 1
    shown = newcombe_paired(
        counts[True, True], counts[True, False], counts[False, True], counts[False, False], 0.95, 1
    )
    return f"non-inferior by 5 points: {'shown' if shown['non_inferior_5pp'] else 'not shown'}"


def _passes(case: CaseTally) -> bool:
    return 2 * case.passed > case.valid


def _condition(name: str, decision: Decision, reason: str) -> Condition:
    return Condition(name=name, decision=decision, reason=reason)


_FIELDS: Final[tuple[Field, ...]] = (
    *GATE_FIELDS,
    text("baseline", "A folder with the ledgers to compare with, relative to the project.", required=True),
    number(
        "alpha", "Shut when chance alone explains the loss with less than this (0.05).", above=0.0, below=0.5
    ),
)


def _build(name: str, values: dict[str, Any], complaints: Complaints) -> RegressionGate | None:
    return None if complaints.found else RegressionGate(name=name, **selection_of(values))


REGRESSION: Final = Kind(
    name="regression",
    doc="The same cases do not do worse than in a baseline.",
    fields=_FIELDS,
    build=_build,
    judge=judge_regression,
)
