"""Flakes: the cause first, then the state machine, the reviewed quarantine file, and the history behind both.

A door of its own beside `autobiz_gates`: whoever only gates needs of it no more than the quarantine in force.

Read in this order: `cause`, why trials disagree; `state`, the fold from healthy to quarantined and back;
`caps`; `quarantine`, the reviewed file, and `quarantine_edit`, which changes it; `history`, rows that stay,
kept by `sqlite_history` or `postgres_history` as `history_place` finds; `sittings`, rows by case and run;
`clusters`, incidents; `surveying` with `next_step`, all of it as of a day.
"""

from typing import TYPE_CHECKING

from autobiz_gates.lazy import loading

if TYPE_CHECKING:
    from .caps import caps_exceeded
    from .cause import QUARANTINABLE, REPEATS, Cause, Disagreement, Finding, Regrade, Replay, classify
    from .clusters import Cluster, Suspicion, clustered
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
    from .quarantine_edit import QuarantineEditError, add_entry, alone, remove_entry, renew_entry
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
    from .surveying import Survey, Surveyed, survey

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
    "alone",
    "caps_exceeded",
    "case_histories",
    "classify",
    "clustered",
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

# Every decision asks for the quarantine alone: what it does not name is not loaded.
_HOMES = {
    "caps_exceeded": "caps",
    "QUARANTINABLE": "cause",
    "REPEATS": "cause",
    "Cause": "cause",
    "Disagreement": "cause",
    "Finding": "cause",
    "Regrade": "cause",
    "Replay": "cause",
    "classify": "cause",
    "Cluster": "clusters",
    "Suspicion": "clusters",
    "clustered": "clusters",
    "HISTORY_FILE": "history",
    "History": "history",
    "HistoryError": "history",
    "HistoryRow": "history",
    "rows_of": "history",
    "open_history": "history_place",
    "QUARANTINE_FILE": "quarantine",
    "SLA_DAYS": "quarantine",
    "Quarantine": "quarantine",
    "QuarantineEntry": "quarantine",
    "quarantine_beside": "quarantine",
    "read_quarantine": "quarantine",
    "QuarantineEditError": "quarantine_edit",
    "add_entry": "quarantine_edit",
    "alone": "quarantine_edit",
    "remove_entry": "quarantine_edit",
    "renew_entry": "quarantine_edit",
    "CaseHistory": "sittings",
    "case_histories": "sittings",
    "BURST": "state",
    "PROBATION_DAYS": "state",
    "PROBATION_PASSES": "state",
    "THRESHOLDS": "state",
    "DayCame": "state",
    "Event": "state",
    "Fixed": "state",
    "Opened": "state",
    "Released": "state",
    "Sitting": "state",
    "Standing": "state",
    "State": "state",
    "is_flaky": "state",
    "stand": "state",
    "step": "state",
    "Survey": "surveying",
    "Surveyed": "surveying",
    "survey": "surveying",
}

__getattr__ = loading(__name__, _HOMES)
