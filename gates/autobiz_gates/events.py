"""The events of a soak: a ledger's trials in the order in which they happened, of its latest subject."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from .entry import Header, RunPlan, Subject, Trial
from .ledger import Torn, ledger_files, read_lines
from .selection import Selection

_PASSED = {"pass": True, "fail": False, "unknown": False}
Trying = tuple[str, int, str]


class Event(NamedTuple):
    """One judged trial: when it began, what it belongs to, and whether it passed."""

    at: datetime
    passed: bool
    case: str
    cluster: str
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What happened to one subject, in order; `others` counts the events before, which do not count."""

    events: tuple[Event, ...] = ()
    subject: Subject | None = None
    others: int = 0
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Gathered:
    # A ledger that lies in the folder twice happened once; of two endings of one trial the worse stays.
    events: dict[tuple[object, ...], Event] = field(default_factory=dict)
    planned: dict[tuple[Subject, Trying], None] = field(default_factory=dict)
    tried: set[Trying] = field(default_factory=set)
    problems: dict[tuple[Subject, str], None] = field(default_factory=dict)


def read_events(sources: Iterable[Path], selection: Selection, cluster_of: Callable[[Trial], str]) -> Events:
    """Read the selected trials of all ledgers below `sources`.

    Files are of no order, and neither are lines: events are sorted by their instants, whatever offset these
    are written in. Of events in one instant failures come first, so that the order of files decides nothing
    and no alarm is missed. A new subject starts anew: only the events since the last change count.
    """
    gathered = _Gathered()
    for path in ledger_files(sources):
        subject = Subject(commit="")
        for line in read_lines(path):
            if isinstance(line, Header):
                subject = line.subject
            elif isinstance(line, RunPlan):
                cases = [one.case for one in line.cases if selection.picks(one)]
                keys = [(subject, (line.run_id, line.run, case)) for case in cases]
                gathered.planned.update(dict.fromkeys(keys))
            elif not isinstance(line, Torn):
                _take(gathered, path, line, selection, cluster_of)
    ordered = sorted(gathered.events.values(), key=lambda event: (event.at, event.passed, event.case))
    if not ordered:
        return Events(problems=tuple(words for _, words in gathered.problems))
    latest = ordered[-1].subject
    first = len(ordered)
    while first and ordered[first - 1].subject == latest:
        first -= 1
    return Events(
        events=tuple(ordered[first:]),
        subject=latest,
        others=first,
        missing=tuple(
            key[2] for subject, key in gathered.planned if subject == latest and key not in gathered.tried
        ),
        problems=tuple(words for subject, words in gathered.problems if subject == latest),
    )


def _take(
    gathered: _Gathered, path: Path, trial: Trial, selection: Selection, cluster_of: Callable[[Trial], str]
) -> None:
    if trial.phase == "collect":
        gathered.problems[trial.subject, f"{trial.case} could not be collected: {trial.reason}"] = None
        return
    if not selection.picks(trial):
        return
    # What the machinery spoilt says nothing, and is missed until it was tried again.
    if trial.outcome != "invalid":
        gathered.tried.add((trial.run_id, trial.run, trial.case))
    passed = _PASSED.get(str(trial.outcome))
    if passed is None:
        return
    if trial.started_at.tzinfo is None:
        words = f"{path.name}: the trial of {trial.case} began at an instant without its offset from UTC"
        gathered.problems[trial.subject, words] = None
        return
    key = (trial.run_id, trial.run, trial.case, trial.seed, trial.started_at, trial.worker, trial.subject)
    before = gathered.events.get(key)
    gathered.events[key] = Event(
        at=trial.started_at.astimezone(UTC),
        passed=passed and (before is None or before.passed),
        case=trial.case,
        cluster=cluster_of(trial),
        subject=trial.subject,
    )
