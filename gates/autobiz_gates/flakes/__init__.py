"""Flakes: the cause first, then the state machine, the reviewed quarantine file, and the history behind both.

A door of its own beside `autobiz_gates`: whoever only gates needs of it no more than the quarantine in force.

Read in this order: `cause`, why trials disagree; `state`, the fold from healthy to quarantined and back;
`caps`; `quarantine`, the reviewed file, and `quarantine_edit`, which changes it; `history`, rows that stay,
kept by `sqlite_history` or `postgres_history` as `history_place` finds; `sittings`, rows by case and run;
`clusters`, incidents; `survey` with `next_step`, all of it as of a day.
"""

from .caps import caps_exceeded
from .cause import QUARANTINABLE, REPEATS, Cause, Disagreement, Finding, Regrade, Replay, classify
from .clusters import Cluster, Suspicion, clusters
from .history import HISTORY_FILE, History, HistoryError, HistoryRow, rows_of
from .history_place import open_history
from .quarantine import (
    QUARANTINE_FILE,
    SLA_DAYS,
    Quarantine,
    QuarantineEntry,
    quarantine_beside,
    read_quarantine,
)
from .quarantine_edit import QuarantineEditError, add_entry, remove_entry, renew_entry
from .sittings import CaseHistory, case_histories
from .state import (
    BURST,
    PROBATION_DAYS,
    PROBATION_PASSES,
    THRESHOLDS,
    DayCame,
    Event,
    Fixed,
    Opened,
    Released,
    Sitting,
    Standing,
    State,
    is_flaky,
    stand,
    step,
)
from .survey import Survey, Surveyed, survey

__all__ = [
    "BURST",
    "HISTORY_FILE",
    "PROBATION_DAYS",
    "PROBATION_PASSES",
    "QUARANTINABLE",
    "QUARANTINE_FILE",
    "REPEATS",
    "SLA_DAYS",
    "THRESHOLDS",
    "CaseHistory",
    "Cause",
    "Cluster",
    "DayCame",
    "Disagreement",
    "Event",
    "Finding",
    "Fixed",
    "History",
    "HistoryError",
    "HistoryRow",
    "Opened",
    "Quarantine",
    "QuarantineEditError",
    "QuarantineEntry",
    "Regrade",
    "Released",
    "Replay",
    "Sitting",
    "Standing",
    "State",
    "Survey",
    "Surveyed",
    "Suspicion",
    "add_entry",
    "caps_exceeded",
    "case_histories",
    "classify",
    "clusters",
    "is_flaky",
    "open_history",
    "quarantine_beside",
    "read_quarantine",
    "remove_entry",
    "renew_entry",
    "rows_of",
    "stand",
    "step",
    "survey",
]
