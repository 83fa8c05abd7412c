"""All cases that disagree or are quarantined, as of a day: where each stands, why, and what is next."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from .cause import Cause
from .clusters import CASES_MIN, Cluster, Suspicion, clustered
from .history import HistoryRow
from .next_step import next_step
from .quarantine import Quarantine, QuarantineEntry
from .sittings import CaseHistory, case_histories, failed
from .state import DayCame, Event, Fixed, Opened, Released, Sitting, Standing, State, stand, step


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """One case that is not simply healthy."""

    case: str
    standing: Standing
    entry: QuarantineEntry | None
    trials: int
    failures: int
    causes: tuple[tuple[Cause, int], ...]
    signatures: tuple[str, ...]
    next_step: str

    def to_dict(self) -> dict[str, Any]:
        standing = self.standing
        return {
            "case": self.case,
            "priority": standing.priority,
            "state": str(standing.state),
            "due": standing.due,
            "trials": self.trials,
            "failures": self.failures,
            "window": {"flakes": standing.flakes, "trials": standing.window_trials},
            "causes": {str(cause): count for cause, count in self.causes},
            "signatures": list(self.signatures),
            "owner": self.entry.owner if self.entry else None,
            "expires": self.entry.expires.isoformat() if self.entry else None,
            "next_step": self.next_step,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The cases, worst first, and the incidents that explain several of them at once."""

    cases: tuple[Surveyed, ...]
    clusters: tuple[Cluster, ...]
    priorities: dict[str, str | None]


_ORDER = (
    State.REGRESSION, State.EXPIRED, State.SUSPECT, State.QUARANTINED, State.PROBATION, State.HEALTHY,
)  # fmt: skip


def survey(
    rows: Iterable[HistoryRow], releases: Sequence[tuple[str, date]], quarantine: Quarantine, today: date
) -> Survey:
    """Fold every case's history up to this day together with its entry in the reviewed file."""
    histories = case_histories(row for row in rows if row.at.astimezone(UTC).date() <= today)
    for case, entry in quarantine.by_case.items():
        histories.setdefault(case, CaseHistory(case=case, priority=entry.priority, trials=(), recorded=()))
    freed: dict[str, list[date]] = {}
    for case, day in releases:
        if day <= today:
            freed.setdefault(case, []).append(day)
    standings: dict[str, Standing] = {}
    suspicions: list[Suspicion] = []
    for case, history in histories.items():
        happened = events(history, freed.get(case, ()), quarantine.by_case.get(case), today)
        standings[case] = stand(happened, history.priority)
        suspicions += _suspicions(history, happened)
    open_now = tuple(one for one in clustered(suspicions) if _is_open(one, standings))
    found = [
        _surveyed(history, standings[case], quarantine.by_case.get(case), open_now)
        for case, history in histories.items()
    ]
    interesting = [
        one for one in found if one.entry or one.standing.flakes or one.standing.state is not State.HEALTHY
    ]
    interesting.sort(key=lambda one: (_ORDER.index(one.standing.state), not one.standing.due, one.case))
    return Survey(
        cases=tuple(interesting),
        clusters=open_now,
        priorities={case: history.priority for case, history in histories.items() if history.trials},
    )


def events(
    history: CaseHistory, releases: Sequence[date], entry: QuarantineEntry | None, today: date
) -> tuple[Event, ...]:
    """Return what happened to a case up to this day; what the file says of a day comes last in it."""
    written: list[Event] = [Released(day=day) for day in releases]
    if entry is not None and entry.opened <= today:
        written.append(Opened(day=entry.opened, expires=entry.expires, cause=entry.cause))
        if entry.fixed is not None and entry.fixed <= today:
            written.append(Fixed(day=entry.fixed))
    happened: list[Event] = [*history.sittings, *written]
    # Sorting is stable: on one day the trials come first, then releases before what was opened anew.
    happened.sort(key=lambda event: event.day)
    return (*happened, DayCame(day=today))


def _suspicions(history: CaseHistory, happened: Sequence[Event]) -> list[Suspicion]:
    """Find the sittings that made the case a suspect, with all failures of their subject so far."""
    found: list[Suspicion] = []
    standing, place = Standing(priority=history.priority), 0
    signatures: dict[str, set[str]] = {}
    for event in happened:
        before, standing = standing.state, step(standing, event)
        if not isinstance(event, Sitting):
            continue
        recorded = history.recorded[place]
        place += 1
        alike = signatures.setdefault(event.subject, set())
        alike.update(recorded.signatures)
        if before is State.HEALTHY and standing.state is State.SUSPECT:
            found += [Suspicion(case=history.case, signature=one, at=recorded.at) for one in sorted(alike)]
    return found


def _is_open(cluster: Cluster, standings: dict[str, Standing]) -> bool:
    suspects = [case for case in cluster.cases if standings[case].state is State.SUSPECT]
    return len(suspects) >= CASES_MIN


def _surveyed(
    history: CaseHistory, standing: Standing, entry: QuarantineEntry | None, incidents: Sequence[Cluster]
) -> Surveyed:
    failures = [row for row in history.trials if failed(row)]
    incident = next((one for one in incidents if history.case in one.cases), None)
    causes = Counter(row.cause for row in failures)
    return Surveyed(
        case=history.case,
        standing=standing,
        entry=entry,
        trials=len(history.trials),
        failures=len(failures),
        causes=tuple(sorted(causes.items(), key=lambda item: (-item[1], item[0]))),
        signatures=tuple(sorted({row.signature for row in failures if row.signature is not None})),
        next_step=next_step(history.case, standing, entry, causes, incident),
    )
