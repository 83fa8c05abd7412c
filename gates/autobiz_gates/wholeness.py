"""Is the evidence whole? What every gate asks before it looks at outcomes."""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from .decision import Condition, Decision
from .gate import Gate
from .patterns import Cases, those, total
from .tally import CaseTally, Outcome, Tallies

NAMES_MAX = 3

# Beyond this share of invalid trials the infrastructure was measured, and not the subject.
INVALID_SHARE_MAX = 0.02


def selected(gate: Gate, tallies: Tallies) -> Cases:
    """Return the gate's cases, each with at least as many outcomes as the gate asks for runs.

    Other cases may have been run more often (a golden case three times, a unit test once), so a case is
    held to the gate's runs and not to theirs. A run that was never made is missing: what it would have
    shown is unknown, and its most favourable reading is what tells a shut gate from an undecided one.
    """
    picked = (case for case in tallies.cases if gate.selection.picks(case))
    return Cases(case if len(case.outcomes) >= gate.runs else _filled(case, gate.runs) for case in picked)


def evidence_conditions(
    gate: Gate,
    cases: Sequence[CaseTally],
    tallies: Tallies,
    *,
    invalid_share_max: float = INVALID_SHARE_MAX,
) -> list[Condition]:
    """Return what is wanting in the evidence: none of it shuts a gate, any of it keeps one from opening."""
    wanting = []
    if not cases:
        wanting.append(_undecided("selection", f"no case matches {gate.selection}"))
    if len(tallies.runs) < gate.runs:
        wanting.append(_undecided("runs", f"{gate.runs} runs are needed, {len(tallies.runs)} were made"))
    made = len(tallies.runs)
    wanting_some = those(cases, lambda counts: counts.missing > 0)
    gaps = [case for case in wanting_some if Outcome.MISSING in case.outcomes[:made]]
    if gaps:
        trials = sum(case.outcomes[:made].count(Outcome.MISSING) for case in gaps)
        names = named([case.case for case in gaps])
        wanting.append(
            _undecided("missing", f"{trials} planned trials left no outcome, in {names}", trials_more=trials)
        )
    wanting.extend(_invalid(cases, invalid_share_max))
    # A problem is a sentence without an addressee, so each one touches every gate.
    wanting.extend(_undecided("problems", problem) for problem in tallies.problems)
    return wanting


def unjudged_condition(cases: Sequence[CaseTally], waived: Collection[str]) -> list[Condition]:
    """Return a complaint about cases that were skipped in every run, unless a waiver names them."""
    never = those(cases, lambda counts: not counts.valid and not counts.missing)
    silent = [case.case for case in never if case.case not in waived]
    if not silent:
        return []
    return [_undecided("skipped", f"no run judged {named(silent)}: skipped or invalid every time")]


def _invalid(cases: Sequence[CaseTally], share_max: float) -> list[Condition]:
    together = total(cases)
    trials, of = together.invalid, together.slots
    if trials <= share_max * of:
        return []
    spoiled = those(cases, lambda counts: counts.invalid > 0)
    limit = f", more than {share_max:.0%}" if share_max else ""
    words = f"{trials} of {of} trials are invalid{limit}: the infrastructure failed in "
    return [_undecided("invalid", words + named([case.case for case in spoiled]), trials_more=trials)]


def named(cases: Sequence[str]) -> str:
    """Return the first few case ids of a sentence, and how many more there are."""
    shown = ", ".join(cases[:NAMES_MAX])
    more = len(cases) - NAMES_MAX
    noun = "case" if len(cases) == 1 else "cases"
    return f"{noun} {shown}" + (f" and {more} more" if more > 0 else "")


def _filled(case: CaseTally, runs: int) -> CaseTally:
    return replace(case, outcomes=case.outcomes + (Outcome.MISSING,) * (runs - len(case.outcomes)))


def _undecided(name: str, reason: str, trials_more: int | None = None) -> Condition:
    return Condition(name=name, decision=Decision.UNDECIDED, reason=reason, clean_trials_more=trials_more)
