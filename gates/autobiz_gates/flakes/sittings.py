"""From the rows of a history to what each case did in each run."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .cause import Cause
from .history import HistoryRow
from .state import Sitting

# Two entries for one trial (a crash seen from two sides) are one trial: the worst stays.
_BADNESS: Final = {"pass": 0, "invalid": 1, "unknown": 2, "fail": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHistory:
    """Everything recorded of one case, oldest first."""

    case: str
    priority: str | None
    trials: tuple[HistoryRow, ...]
    sittings: tuple[Sitting, ...]


def case_histories(rows: Iterable[HistoryRow]) -> dict[str, CaseHistory]:
    """Group rows, oldest first, by case and then by run and subject."""
    by_case: dict[str, dict[tuple[str, int], HistoryRow]] = {}
    for row in rows:
        trials = by_case.setdefault(row.case, {})
        key = (row.run_id, row.run)
        if key not in trials or _BADNESS.get(row.outcome, 3) > _BADNESS.get(trials[key].outcome, 3):
            trials[key] = row
    return {case: _of_case(case, tuple(trials.values())) for case, trials in sorted(by_case.items())}


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
        sittings=tuple(_sitting(rows) for rows in together.values()),
    )


def _sitting(rows: list[HistoryRow]) -> Sitting:
    failures = [row for row in rows if failed(row)]
    agent = sum(row.cause is Cause.AGENT for row in failures)
    return Sitting(
        day=rows[0].at.date(),
        subject=rows[0].subject,
        passes=len(rows) - len(failures),
        flaws=len(failures) - agent,
        agent=agent,
    )
