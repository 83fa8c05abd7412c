"""Say a decision in plain lines: what held, what did not, what would open it, what it cost."""

from .decision import Condition, Decision, GateDecision
from .figures import CaseCost, Figures, cut

COSTING_MAX = 10
RUNS_DIFFER_BELOW = 0.05
_SIGNS = {Decision.OPEN: "+", Decision.UNDECIDED: "?", Decision.SHUT: "-"}


def explain(decided: GateDecision) -> str:
    """Return the decision as text, every line derived from its figures and conditions."""
    dry = " (dry run: reported, never blocks)" if decided.dry_run else ""
    lines = [f"{decided.reason}{dry}"]
    lines += [
        f"  {_SIGNS[one.decision]} {one.name}: {one.reason}{_remedy(one)}" for one in decided.conditions
    ]
    if decided.figures is None:
        lines.append(f"  asked {decided.asked}, saw {decided.seen}")
    else:
        lines += _numbers(decided.figures)
        lines += _costs(decided.figures.costing)
    return "\n".join(lines)


def _remedy(condition: Condition) -> str:
    if condition.clean_cases_more:
        return f" ({condition.clean_cases_more} more clean cases would do)"
    if condition.clean_trials_more:
        return f" ({condition.clean_trials_more} more clean trials would do)"
    return ""


def _numbers(figures: Figures) -> list[str]:
    if figures.lcb is None or figures.lcb_case is None or figures.rate is None:
        return ["  no trial was judged", *_quarantine(figures)]
    counts = f"{figures.cases} cases, {figures.runs} of {figures.runs_min} runs"
    if figures.replayed:
        counts += f", {figures.runs_independent} independent ({figures.replayed} replays count no further)"
    bound = f"LCB {cut(figures.lcb)} ({figures.method}, z = {figures.z:.6f}), floor {figures.floor:g}"
    lines = [
        f"  {figures.passes}/{figures.trials} trials passed ({figures.rate:.4f}), {counts}",
        f"  {bound}; by case {cut(figures.lcb_case)} (z = {figures.z_case:.6f})",
    ]
    others = [
        f"{name} {value:.3f}"
        for name, value in (("pass^3", figures.pass_3), ("ICC", figures.icc), ("deff", figures.deff))
        if value is not None
    ]
    if others:
        lines.append(f"  {', '.join(others)}")
    if figures.runs_p is not None and figures.runs_p < RUNS_DIFFER_BELOW:
        lines.append(f"  the runs differ (Cochran's Q, p = {figures.runs_p:.4f}): was one of them special?")
    if figures.waived:
        lines.append(f"  waived: {', '.join(figures.waived)}")
    if figures.waivers_expired:
        lines.append(f"  waivers that expired: {', '.join(figures.waivers_expired)}")
    return lines + _quarantine(figures)


def _quarantine(figures: Figures) -> list[str]:
    lines = []
    if figures.quarantined:
        worst = "-" if figures.lcb_worst is None else cut(figures.lcb_worst)
        names = ", ".join(figures.quarantined)
        lines.append(f"  quarantined: {len(figures.quarantined)} ({names}); LCB {worst} if all had failed")
    if figures.quarantine_expired:
        lines.append(f"  quarantine expired, gating again: {', '.join(figures.quarantine_expired)}")
    return lines


def _costs(costing: tuple[CaseCost, ...]) -> list[str]:
    lines = []
    for cost in costing[:COSTING_MAX]:
        counts = [
            f"{count} {word}"
            for count, word in (
                (cost.passed, "passed"),
                (cost.failed, "failed"),
                (cost.unknown, "unknown"),
                (cost.skipped, "skipped"),
                (cost.missing, "missing"),
                (cost.invalid, "invalid"),
            )
            if count
        ]
        lines.append(f"  cost: {cost.case} ({', '.join(counts)})")
    if len(costing) > COSTING_MAX:
        lines.append(f"  cost: {len(costing) - COSTING_MAX} more cases")
    return lines
