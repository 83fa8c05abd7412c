"""Kind p1: a lower confidence bound reaches a floor, on enough cases, with none of them broken."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from autobiz_gates.anytime import bet, registration, sequenced
from autobiz_gates.bound import case_bound, pooled_bound
from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.fields import Complaints, Field, choice, mark_expression, number, text, whole
from autobiz_gates.figures import METHOD_CASES, METHOD_POOLED, case_figures, cut
from autobiz_gates.gate import GATE_FIELDS, Gate, selection_of
from autobiz_gates.given import Given
from autobiz_gates.marks import MarkExpression
from autobiz_gates.pairing import compared, non_inferiority
from autobiz_gates.patterns import groups, those
from autobiz_gates.quarantining import Parted, parted
from autobiz_gates.tally import CaseTally
from autobiz_gates.waiver import WAIVERS, Waiver, check_waivers
from autobiz_gates.wholeness import evidence_conditions, named, selected, unjudged_condition

from .kind import Kind, decision_of

# 0.95 to the power of 59 is the first below 5 %: fewer clean cases are too likely with a worse subject.
CASES_MIN_DEFAULT: Final = 59
FIXED, ANYTIME = MODES = ("fixed", "anytime")
PROFILES: Final = ("default", "literal", "strict")


@dataclass(frozen=True, slots=True, kw_only=True)
class P1Gate(Gate):
    """A floor for the lower bound of the pass rate, under one of three profiles.

    default: the bound over pooled trials, enough distinct cases, and no case failing most of its trials.
    literal: the bound over pooled trials alone. strict: the bound over case rates instead, and not worse than
    a baseline by five points.
    """

    kind: ClassVar[str] = "p1"

    floor: float
    confidence: float = 0.95
    sided: int = 2
    profile: str = "default"
    mode: str = FIXED
    cases_min: int = CASES_MIN_DEFAULT
    veto: MarkExpression | None = None
    baseline: str | None = None
    waivers: tuple[Waiver, ...] = ()


def judge_p1(gate: P1Gate, given: Given) -> GateDecision:
    """Decide from the bound and from what no bound can see: few cases, a dead case, missing evidence."""
    every = selected(gate, given.tallies)
    split = parted(every, given.quarantine, given.today)
    cases: Sequence[CaseTally] = split.counted
    sequence = sequenced(cases, given) if gate.mode == ANYTIME else None
    if sequence is not None and sequence.counted:
        # Cases behind the point where one stopped are not missing: they were never needed.
        cases = sequence.counted
    waived = tuple(waiver.case for waiver in gate.waivers if waiver.counts_on(given.today))
    expired = tuple(waiver.case for waiver in gate.waivers if not waiver.counts_on(given.today))
    conditions = [*evidence_conditions(gate, cases, given.tallies), *split.conditions]
    conditions += unjudged_condition(cases, waived)
    strict = gate.profile == "strict"
    wager = sequence and bet(sequence, floor=gate.floor, confidence=gate.confidence)
    if wager:
        conditions += [*registration(given), wager]
    else:
        bound = case_bound if strict else pooled_bound
        conditions.append(bound(cases, floor=gate.floor, confidence=gate.confidence, sided=gate.sided))
    conditions.append(_enough_cases(gate, cases))
    if strict:
        conditions += _no_worse(gate, cases, split, given)
    if gate.profile == "default":
        conditions.append(_no_broken_case(cases, waived))
    if gate.veto is not None:
        # What no average makes up for, no quarantine does either.
        conditions.append(_no_veto(gate.veto, every))
    figures = case_figures(
        cases,
        floor=gate.floor,
        confidence=gate.confidence,
        sided=gate.sided,
        method=METHOD_CASES if strict else METHOD_POOLED,
        cases_min=gate.cases_min,
        runs_min=gate.runs,
        waived=waived,
        waivers_expired=expired,
        quarantined=split.quarantined,
        quarantine_expired=split.expired,
    )
    reached = wager.reason if wager else f"LCB {cut(figures.lcb or 0.0)} reaches {gate.floor:g}"
    if strict:
        reached += ", not worse than the baseline"
    return decision_of(
        gate,
        conditions,
        figures,
        f"{figures.passes}/{figures.trials} trials of {figures.cases} cases passed, {reached}",
        asked=f"{'bet against' if wager else 'LCB >='} {gate.floor:g}",
        seen=f"{figures.passes}/{figures.trials}",
    )


def _no_worse(gate: P1Gate, cases: Sequence[CaseTally], split: Parted, given: Given) -> list[Condition]:
    if gate.baseline is None:
        words = "profile strict is held against a baseline, and none is named"
        return [Condition(name="baseline", decision=Decision.UNDECIDED, reason=words)]
    without = {case.case for case in split.quarantined}
    comparison = compared(given, gate.baseline, gate.selection, cases, without)
    if not comparison.pairs:
        return list(comparison.wanting)
    return [*comparison.wanting, non_inferiority(comparison.pairs, gate.confidence)]


def _enough_cases(gate: P1Gate, cases: Sequence[CaseTally]) -> Condition:
    distinct = sum(alike for counts, alike in groups(cases) if counts.valid)
    more = gate.cases_min - distinct
    if more <= 0:
        return Condition(
            name="cases", decision=Decision.OPEN, reason=f"{distinct} distinct cases were judged"
        )
    return Condition(
        name="cases",
        decision=Decision.UNDECIDED,
        reason=f"needs {gate.cases_min} distinct cases, has {distinct}",
        clean_trials_more=more * gate.runs,
        clean_cases_more=more,
    )


def _no_broken_case(cases: Sequence[CaseTally], waived: Collection[str]) -> Condition:
    """Ask whether a case fails most of its valid trials; a missing trial could still have saved it."""
    failing = those(cases, lambda counts: 2 * counts.against > counts.valid)
    suspects = [case for case in failing if case.case not in waived]
    broken = [case for case in suspects if 2 * case.against > case.slots - case.skipped]
    if not suspects:
        return Condition(
            name="broken cases", decision=Decision.OPEN, reason="no case fails most of its trials"
        )
    names = named([case.case for case in broken or suspects])
    if broken:
        decision, reason = Decision.SHUT, f"most trials failed in {names}"
    else:
        decision, reason = Decision.UNDECIDED, f"most trials so far failed in {names}"
    more = sum(2 * case.against - case.valid for case in suspects)
    return Condition(name="broken cases", decision=decision, reason=reason, clean_trials_more=more)


def _no_veto(veto: MarkExpression, cases: Sequence[CaseTally]) -> Condition:
    """Ask whether a case that may never fail did; no average and no waiver makes up for it."""
    failed = [case.case for case in cases if case.against and veto.holds(case.marks)]
    if failed:
        reason = f"veto {veto.text!r}: a trial failed or could not be judged in {named(failed)}"
        return Condition(name="veto", decision=Decision.SHUT, reason=reason)
    return Condition(name="veto", decision=Decision.OPEN, reason=f"veto {veto.text!r}: no trial failed")


# Read up to 1, so that who writes 1.0 is told of kind p0; published as what can be used.
_FLOOR: Final = replace(
    number("floor", "The rate that the lower bound must reach.", above=0.0, most=1.0, required=True),
    schema={"type": "number", "exclusiveMinimum": 0.0, "exclusiveMaximum": 1.0},
)
_FIELDS: Final[tuple[Field, ...]] = (
    *GATE_FIELDS,
    _FLOOR,
    number("confidence", "The level of the bound.", above=0.5, below=1.0),
    choice("sided", "Sides of the interval whose lower end is the bound; strict takes 1.", (1, 2)),
    choice("profile", "default, literal (the pooled bound alone) or strict (case rates).", PROFILES),
    choice("mode", "fixed, or anytime: a bet that may be stopped after any case.", MODES),
    whole("cases_min", "Fewest distinct cases; 59 in profile default, 1 otherwise.", least=1, most=1_000_000),
    mark_expression("veto", "Cases with these marks must pass every trial, whatever the bound."),
    WAIVERS,
    text("baseline", "A folder with ledgers; strict must show that it is not worse by five points."),
)
# What `_build` says of the two keys, for editors that check while a file is written.
_RULES: Final = {
    "if": {"properties": {"profile": {"const": "strict"}}, "required": ["profile"]},
    "then": {"required": ["baseline"]},
    "else": {"properties": {"baseline": False}},
}


def _build(name: str, values: dict[str, Any], complaints: Complaints) -> P1Gate | None:
    if values.get("floor") == 1.0:
        complaints.say(
            ("floor",), "1.0 is out of reach for any bound; use kind = 'p0' to ask for every trial"
        )
    check_waivers(values.get("waivers") or (), complaints)
    strict = values.get("profile") == "strict"
    if strict and "baseline" not in values:
        complaints.say_of_table(
            (), "baseline", "'baseline' is missing: profile strict is held against a folder with ledgers"
        )
    if "baseline" in values and not strict:
        complaints.say(
            ("baseline",), "is read by profile 'strict' alone; name that profile, or remove the key"
        )
    if strict and values.get("mode") == ANYTIME:
        complaints.say(("mode",), "'anytime' is judged by case already; leave profile 'strict' out")
    if complaints.found:
        return None
    profile = values.get("profile", "default")
    values.setdefault("sided", 1 if strict else 2)
    values.setdefault("cases_min", CASES_MIN_DEFAULT if profile == "default" else 1)
    return P1Gate(name=name, **selection_of(values))


P1: Final = Kind(
    name="p1",
    doc="The lower confidence bound of the selected cases' pass rate reaches the floor.",
    fields=_FIELDS,
    build=_build,
    judge=judge_p1,
    rules=_RULES,
)
