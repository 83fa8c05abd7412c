"""Show oracles what our kernel, our providers, databases, metrics and logs have recorded, in their shapes."""

from .calls import answer_of, call_of
from .gathering import EvidenceError
from .logs import log_file, log_lines
from .metrics import metrics_at, metrics_of
from .rows import after_crash, receipts_of, rows_of
from .runs import KeptRun, kept_run
from .searched import searched_places

__all__ = [
    "EvidenceError",
    "KeptRun",
    "after_crash",
    "answer_of",
    "call_of",
    "kept_run",
    "log_file",
    "log_lines",
    "metrics_at",
    "metrics_of",
    "receipts_of",
    "rows_of",
    "searched_places",
]
