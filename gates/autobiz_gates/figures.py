"""Every number a decision rests on, so that a reader can recompute it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import repeat
from typing import Any, Final

from .patterns import groups, those, total
from .statistics import anova_icc, case_lower, cochran_q, pass_hat_k, robust_deff, wilson_lower, z_quantile
from .tally import CaseTally, Counts, Outcome

METHOD_POOLED: Final = "wilson over pooled trials"
METHOD_EVERY: Final = "every trial passes; the bound is for information"
METHOD_CASES: Final = "wilson over case rates"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCost:
    """A case that kept the bound down, or left evidence wanting."""

    case: str
    passed: int
    failed: int
    unknown: int
    skipped: int
    missing: int
    invalid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The counts and bounds of the cases that one gate selected."""

    floor: float
    passes: int
    trials: int
    rate: float | None
    lcb: float | None
    method: str
    z: float
    confidence: float
    sided: int
    cases: int
    cases_min: int
    runs: int
    runs_independent: int
    runs_min: int
    failed: int
    unknown: int
    skipped: int
    missing: int
    invalid: int
    replayed: int
    lcb_case: float | None
    z_case: float
    icc: float | None
    deff: float | None
    pass_3: float | None
    runs_p: float | None
    costing: tuple[CaseCost, ...]
    waived: tuple[str, ...]
    waivers_expired: tuple[str, ...]
    quarantined: tuple[str, ...]
    quarantine_expired: tuple[str, ...]
    lcb_worst: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, keys always in this order."""
        values = asdict(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def case_figures(
    cases: Sequence[CaseTally],
    *,
    floor: float,
    confidence: float,
    sided: int,
    method: str = METHOD_POOLED,
    cases_min: int = 1,
    runs_min: int,
    waived: tuple[str, ...] = (),
    waivers_expired: tuple[str, ...] = (),
    quarantined: Sequence[CaseTally] = (),
    quarantine_expired: tuple[str, ...] = (),
) -> Figures:
    """Count the selected cases; a case without a valid trial is not a distinct case of the sample.

    `quarantined` cases are not among them, but their every trial is a failure in `lcb_worst`.
    """
    alike = groups(cases)
    together = total(cases)
    counted = [(counts, times) for counts, times in alike if counts.valid]
    # No figure depends on the order of the cases.
    passes = [passed for counts, times in counted for passed in repeat(counts.passed, times)]
    valid = [trials for counts, times in counted for trials in repeat(counts.valid, times)]
    lost = [case.slots for case in quarantined if case.slots]
    return Figures(
        floor=floor,
        passes=together.passed,
        trials=together.valid,
        rate=together.passed / together.valid if together.valid else None,
        lcb=_bound(method, passes, valid, confidence, sided),
        method=method,
        z=z_quantile(confidence, sided),
        confidence=confidence,
        sided=sided,
        cases=len(valid),
        cases_min=cases_min,
        runs=max((counts.slots + counts.replayed - counts.missing for counts, _ in alike), default=0),
        runs_independent=max((counts.slots - counts.missing for counts, _ in alike), default=0),
        runs_min=runs_min,
        failed=together.failed,
        unknown=together.unknown,
        skipped=together.skipped,
        missing=together.missing,
        invalid=together.invalid,
        replayed=together.replayed,
        lcb_case=case_lower(passes, valid, confidence, 1) if counted else None,
        z_case=z_quantile(confidence, 1),
        icc=anova_icc(passes, valid),
        deff=robust_deff(passes, valid),
        pass_3=_pass_3(counted),
        runs_p=_runs_p(cases),
        costing=_costing(cases),
        waived=waived,
        waivers_expired=waivers_expired,
        quarantined=tuple(case.case for case in quarantined),
        quarantine_expired=quarantine_expired,
        lcb_worst=_bound(method, passes + [0] * len(lost), valid + lost, confidence, sided),
    )


def cut(bound: float) -> str:
    """Return a bound to four digits, cut and not rounded: below the floor must not look like at it."""
    return f"{int(bound * 10_000) / 10_000:.4f}"


def _bound(method: str, passes: list[int], valid: list[int], confidence: float, sided: int) -> float | None:
    if not valid:
        return None
    if method == METHOD_CASES:
        return case_lower(passes, valid, confidence, sided)
    return wilson_lower(sum(passes), sum(valid), confidence, sided)


def _pass_3(counted: Sequence[tuple[Counts, int]]) -> float | None:
    """Return pass^3 over the cases that ran at least three times."""
    often = [(counts, times) for counts, times in counted if counts.valid >= 3]
    if not often:
        return None
    chances = sum(times * pass_hat_k([counts.passed], counts.valid, 3) for counts, times in often)
    return chances / sum(times for _, times in often)


def _runs_p(cases: Sequence[CaseTally]) -> float | None:
    """Return the chance of runs that differ as much as these, if no run was special (Cochran's Q)."""
    # Cases that agree throughout say nothing of runs; of the others only those judged in every run.
    mixed = those(
        cases, lambda counts: 0 < counts.passed < counts.valid == counts.slots and not counts.replayed
    )
    rows = [[int(outcome == Outcome.PASS) for outcome in case.outcomes] for case in mixed]
    runs = max(map(len, rows), default=0)
    return cochran_q([row for row in rows if len(row) == runs], runs)["p_value"] if rows else None


def _costing(cases: Sequence[CaseTally]) -> tuple[CaseCost, ...]:
    costly = those(
        cases, lambda counts: bool(counts.against or counts.missing or counts.invalid) or not counts.valid
    )
    costly.sort(key=lambda case: (-case.against, -case.missing, -case.invalid, case.case))
    return tuple(
        CaseCost(
            case=case.case,
            passed=case.passed,
            failed=case.failed,
            unknown=case.unknown,
            skipped=case.skipped,
            missing=case.missing,
            invalid=case.invalid,
        )
        for case in costly
    )
