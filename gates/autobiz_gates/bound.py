"""Does a lower bound reach the floor, and if not, is that the failures' fault or the sample's?

Three readings of the same slots: as they stand, with every empty slot (skipped, invalid or missing) passing,
and with everything passing. A gate is shut only when even the favourable reading fails and a perfect one
would not, so that filling a slot with a pass can never make a decision worse.
"""

from collections.abc import Sequence

from .decision import Condition, Decision
from .figures import cut
from .patterns import total
from .statistics import (
    allowed_failures,
    case_lower,
    case_upper,
    min_cases,
    min_trials,
    wilson_lower,
    wilson_upper,
)
from .tally import CaseTally


def pooled_bound(cases: Sequence[CaseTally], *, floor: float, confidence: float, sided: int) -> Condition:
    """Judge the bound over all valid trials together."""
    together = total(cases)
    k, n, against, slots = together.passed, together.valid, together.against, together.slots
    more = max(0, min_trials(against, floor, confidence, sided) - n)
    lcb = wilson_lower(k, n, confidence, sided) if n else 0.0
    if lcb >= floor:
        return _condition(
            "pooled bound", Decision.OPEN, f"LCB {cut(lcb)} of {k}/{n} trials reaches {floor:g}"
        )
    allowed = allowed_failures(slots, floor, confidence, sided)
    if allowed < 0 and slots and wilson_upper(slots - against, slots, confidence, sided) < floor:
        words = f"LCB {cut(lcb)} of {k}/{n} trials is below {floor:g}, and so is the upper bound"
        return _condition("pooled bound", Decision.SHUT, words, trials_more=more)
    if 0 <= allowed < against:
        words = (
            f"LCB {cut(lcb)} of {k}/{n} trials is below {floor:g}: "
            f"{against} failed or could not be judged, {allowed} of {slots} may"
        )
        return _condition("pooled bound", Decision.SHUT, words, trials_more=more)
    clean = "clean trials" if not against else f"trials with no failure beyond the {against} seen"
    words = f"LCB {cut(lcb)} of {k}/{n} trials is below {floor:g}: needs {n + more} {clean}, has {n}"
    return _condition("pooled bound", Decision.UNDECIDED, words, trials_more=more)


def case_bound(cases: Sequence[CaseTally], *, floor: float, confidence: float, sided: int) -> Condition:
    """Judge the bound over case rates, where a case counts once however often it ran."""
    counted = [case for case in cases if case.valid]
    valid = [case.valid for case in counted]
    lcb = case_lower([case.passed for case in counted], valid, confidence, sided) if counted else 0.0
    size = f"{len(counted)} cases"
    if counted and lcb >= floor:
        return _condition("case bound", Decision.OPEN, f"LCB {cut(lcb)} over {size} reaches {floor:g}")
    lost = sum(case.against / case.valid for case in counted)
    needed = min_cases(lost, floor, confidence, sided)
    more = max(0, needed - len(counted))
    slots = [case.slots for case in cases]
    favourable = [case.slots - case.against for case in cases]
    words = f"LCB {cut(lcb)} over {size} is below {floor:g}"
    if not cases:
        return _condition(
            "case bound", Decision.UNDECIDED, f"{words}: needs {needed} clean cases", cases_more=more
        )
    if case_lower(slots, slots, confidence, sided) >= floor:
        if case_lower(favourable, slots, confidence, sided) < floor:
            words = f"{words}: {lost:.3g} of them were lost to failures"
            return _condition("case bound", Decision.SHUT, words, cases_more=more)
    elif case_upper(favourable, slots, confidence, sided) < floor:
        words = f"{words}, and so is the upper bound"
        return _condition("case bound", Decision.SHUT, words, cases_more=more)
    clean = "clean cases" if not lost else "cases with no failure beyond those seen"
    words = f"{words}: needs {needed} {clean}, has {len(counted)}"
    return _condition("case bound", Decision.UNDECIDED, words, cases_more=more)


def _condition(
    name: str,
    decision: Decision,
    reason: str,
    trials_more: int | None = None,
    cases_more: int | None = None,
) -> Condition:
    return Condition(
        name=name,
        decision=decision,
        reason=reason,
        clean_trials_more=trials_more,
        clean_cases_more=cases_more,
    )
