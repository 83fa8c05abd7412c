"""From the rows of a history to what each case did in each run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from .cause import Cause
from .history import HistoryRow
from .state import Sitting

# Two entries for one trial (a crash seen from two sides) are one trial: the worst stays.
_BADNESS: Final = {"pass": 0, "unknown": 1, "fail": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A sitting, when it began, and the fingerprints of its failures."""

    sitting: Sitting
    at: datetime
    signatures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHistory:
    """Everything recorded of one case, oldest first."""

    case: str
    priority: str | None
    trials: tuple[HistoryRow, ...]
    recorded: tuple[Recorded, ...]

    @property
    def sittings(self) -> tuple[Sitting, ...]:
        return tuple(one.sitting for one in self.recorded)


def case_histories(rows: Iterable[HistoryRow]) -> dict[str, CaseHistory]:
    """Group rows, oldest first, by case and then by run and subject."""
    by_case: dict[str, dict[tuple[str, ...], HistoryRow]] = {}
    for row in rows:
        trials = by_case.setdefault(row.case, {})
        key = _trial_of(row)
        if key not in trials or _BADNESS.get(row.outcome, 2) > _BADNESS.get(trials[key].outcome, 2):
            trials[key] = row
    return {case: _of_case(case, tuple(trials.values())) for case, trials in sorted(by_case.items())}


def _trial_of(row: HistoryRow) -> tuple[str, ...]:
    """What rows of one trial share.

    A trial that the infrastructure spoiled is one of its own: that the next try passed is a disagreement. A
    replay that comes to what it came to before is no second trial.
    """
    if row.outcome == "invalid":
        return (row.key,)
    if row.replay is not None:
        return (row.subject, row.replay, row.outcome)
    return (row.run_id, str(row.run))


def failed(row: HistoryRow) -> bool:
    return row.outcome != "pass"


def _of_case(case: str, trials: tuple[HistoryRow, ...]) -> CaseHistory:
    together: dict[tuple[str, str], list[HistoryRow]] = {}
    for row in trials:
        together.setdefault((row.run_id, row.subject), []).append(row)
    return CaseHistory(
        case=case,
        # Once P0, never excused: a mark that was taken off since may be a way around it.
        priority="P0" if any(row.priority == "P0" for row in trials) else trials[-1].priority,
        trials=trials,
        recorded=tuple(_recorded(rows) for rows in together.values()),
    )


def _recorded(rows: list[HistoryRow]) -> Recorded:
    failures = [row for row in rows if failed(row)]
    agent = sum(row.cause is Cause.AGENT for row in failures)
    sitting = Sitting(
        day=rows[0].at.astimezone(UTC).date(),
        subject=rows[0].subject,
        passes=len(rows) - len(failures),
        flaws=len(failures) - agent,
        agent=agent,
    )
    signatures = sorted({row.signature for row in failures if row.signature is not None})
    return Recorded(sitting=sitting, at=rows[0].at, signatures=tuple(signatures))
