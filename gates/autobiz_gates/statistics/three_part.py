"""The three-part rule on bare counts: bound, distinct cases, no broken case."""

from collections.abc import Mapping
from typing import TypedDict

from .arguments import StatisticsError, count, inner_rate, passes_of
from .clusters import case_lower
from .wilson import wilson_lower


class P1Verdict(TypedDict):
    """Bounds and conditions of a suite, and the first condition that does not hold."""

    cases: int
    trials: int
    raw_pass_rate: float
    lcb_pooled: float
    lcb_case: float
    min_cases_ok: bool
    floor_ok: bool
    lcb_ok: bool
    verdict: str
    deploy: bool


def p1_gate(
    cases_by_passes: Mapping[str, int] | Mapping[int, int],
    runs_per_case: int,
    threshold: float = 0.95,
    min_cases: int = 59,
    case_floor: str = "majority",
) -> P1Verdict:
    """Return the rule's verdict on so many cases with so many passes each."""
    count("runs_per_case", runs_per_case, least=1)
    count("min_cases", min_cases)
    inner_rate("threshold", threshold)
    if case_floor != "majority":
        raise StatisticsError(f"case_floor must be 'majority', not {case_floor!r}")
    passes = []
    for key, cases in cases_by_passes.items():
        passed, _ = passes_of(int(key), runs_per_case, passes="passes", trials="runs_per_case")
        passes += [passed] * count("cases", cases)
    trials = len(passes) * runs_per_case
    if not trials:
        raise StatisticsError("cases_by_passes must count at least one case")
    pooled = wilson_lower(sum(passes), trials, 0.95, 2)
    enough = len(passes) >= min_cases
    unbroken = all(2 * passed >= runs_per_case for passed in passes)
    reached = pooled >= threshold
    if not enough:
        verdict = "INSUFFICIENT_EVIDENCE"
    elif not unbroken:
        verdict = "CASE_BROKEN"
    else:
        verdict = "PASS" if reached else "BELOW_LCB"
    return P1Verdict(
        cases=len(passes),
        trials=trials,
        raw_pass_rate=sum(passes) / trials,
        lcb_pooled=pooled,
        lcb_case=case_lower(passes, [runs_per_case] * len(passes), 0.95, 1),
        min_cases_ok=enough,
        floor_ok=unbroken,
        lcb_ok=reached,
        verdict=verdict,
        deploy=verdict == "PASS",
    )
