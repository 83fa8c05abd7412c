"""What a person does next about a case, in one sentence."""

from collections.abc import Mapping

from .cause import QUARANTINABLE, Cause
from .clusters import Cluster
from .quarantine import QuarantineEntry
from .state import BURST, PROBATION_DAYS, PROBATION_PASSES, Standing, State


def next_step(
    case: str,
    standing: Standing,
    entry: QuarantineEntry | None,
    causes: Mapping[Cause, int],
    incident: Cluster | None,
) -> str:
    """Return the sentence; commands in it can be copied but for what only a person knows."""
    if standing.state is State.REGRESSION:
        return "no flake: it fails more often than it used to. Fix what changed"
    if standing.state is State.SUSPECT:
        return _of_suspect(case, standing, causes, incident)
    if entry is not None:
        return _of_entry(case, standing, entry)
    return "nothing: it passed whenever it was tried again"


def _of_suspect(case: str, standing: Standing, causes: Mapping[Cause, int], incident: Cluster | None) -> str:
    if incident is not None:
        others = len(incident.cases) - 1
        return f"fails like {others} others since {incident.first:%Y-%m-%d}: fix that, quarantine none"
    if standing.due:
        return _due(case, standing, causes)
    return f"`gate burst {case!r}` tries it {BURST - standing.burst} more times and looks for the cause"


def _of_entry(case: str, standing: Standing, entry: QuarantineEntry) -> str:
    release = f"`gate quarantine release {case!r}`"
    match standing.state:
        case State.QUARANTINED:
            return f"{entry.owner} fixes it by {entry.expires} ({entry.ticket}), then writes fixed = DAY"
        case State.PROBATION:
            passes = max(0, PROBATION_PASSES - standing.streak)
            return f"{passes} more passes in a row, over {PROBATION_DAYS} days in all"
        case State.EXPIRED if entry.renewed_by is None:
            return f"gates again: fix it, or `gate quarantine renew {case!r} --approver NAME` once"
        case State.EXPIRED:
            return f"gates again: fix it, and {release}"
    return release


def _due(case: str, standing: Standing, causes: Mapping[Cause, int]) -> str:
    if standing.priority == "P0":
        return "fix it: a P0 case is never quarantined"
    shown = [cause for cause in QUARANTINABLE if causes.get(cause)]
    if not shown:
        return "find the cause: give `gate burst` hooks to re-grade its trace and replay its actions"
    return f"fix it, or `gate quarantine add {case!r} --cause {shown[0]} ...`"
