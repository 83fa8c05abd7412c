"""Kind regression: the same cases do not do worse than in a baseline."""

from dataclasses import dataclass
from typing import ClassVar, Final

from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.fields import Field, number, text
from autobiz_gates.figures import METHOD_POOLED, case_figures
from autobiz_gates.gate import GATE_FIELDS, Gate
from autobiz_gates.given import Given
from autobiz_gates.pairing import MARGIN_POINTS, Comparison, compared, is_non_inferior
from autobiz_gates.statistics import fisher_by_case, signflip_exact
from autobiz_gates.tally import CaseTally
from autobiz_gates.wholeness import evidence_conditions, named, selected

from .kind import Kind, builder_of, decision_of

_ALERT_DROP: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionGate(Gate):
    """Cases are compared with themselves, so that easy and hard cases do not blur the difference."""

    kind: ClassVar[str] = "regression"

    baseline: str
    alpha: float = 0.05


def judge_regression(gate: RegressionGate, given: Given) -> GateDecision:
    """An exact test over the pairs; a drop of five points is told even if it may be chance.

    Pairs of as many trials are compared by flipping signs, which asks nothing of the trials of a case. Where
    earlier attempts on the subject add up, there are more trials now, and Fisher's test takes them alike.
    """
    cases = selected(gate, given.tallies)
    conditions = evidence_conditions(gate, cases, given.tallies)
    comparison = compared(given, gate.baseline, gate.selection, cases)
    conditions += comparison.wanting
    if comparison.pairs and comparison.fair:
        conditions.append(_test(gate, comparison))
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


def _test(gate: RegressionGate, comparison: Comparison) -> Condition:
    pairs = [pair for pair in comparison.pairs if pair.before.valid]
    # In trials of the baseline and of now alike, so that whole numbers compare rates.
    changes = [pair.now.passed * pair.before.valid - pair.before.passed * pair.now.valid for pair in pairs]
    if comparison.even:
        test, p = "sign-flip", signflip_exact([pair.now.passed - pair.before.passed for pair in pairs])
    else:
        test, p = (
            "Fisher by case",
            fisher_by_case([(_counts(pair.before), _counts(pair.now)) for pair in pairs]),
        )
    lost = sum(-change / pair.now.valid for change, pair in zip(changes, pairs, strict=True))
    drop = lost / max(1, sum(pair.before.valid for pair in pairs))
    worse = [pair.case for pair, change in zip(pairs, changes, strict=True) if change < 0]
    better = sum(change > 0 for change in changes)
    words = f"{len(worse)} of {len(comparison.pairs)} cases did worse, {better} better, {test} p = {p:.4g}"
    if drop > _ALERT_DROP:
        words += f"; ALERT: the pass rate fell by {100 * drop:.1f} points"
    shown = "shown" if is_non_inferior(comparison.pairs) else "not shown"
    words += f"; non-inferior by {MARGIN_POINTS} points: {shown}"
    if p < gate.alpha:
        return _condition(test, Decision.SHUT, f"{words}; worse: {named(worse)}")
    return _condition(test, Decision.OPEN, words)


def _counts(case: CaseTally) -> tuple[int, int]:
    return case.passed, case.valid


def _condition(name: str, decision: Decision, reason: str) -> Condition:
    return Condition(name=name, decision=decision, reason=reason)


_FIELDS: Final[tuple[Field, ...]] = (
    *GATE_FIELDS,
    text("baseline", "A folder with the ledgers to compare with, relative to the project.", required=True),
    number(
        "alpha", "Shut when chance alone explains the loss with less than this (0.05).", above=0.0, below=0.5
    ),
)


REGRESSION: Final = Kind(
    name="regression",
    doc="The same cases do not do worse than in a baseline.",
    fields=_FIELDS,
    build=builder_of(RegressionGate),
    judge=judge_regression,
)
