"""Runs of workflows: interpreted as pure moves, advanced by any worker, suspended as rows, replayed."""

from .committing import LostError
from .memory_queue import MemoryQueue
from .orchestrator import Orchestrator
from .patching import patch_between
from .postgres_queue import PostgresQueue
from .queue import EventWait, Lease, Queue, Signal, Start
from .standing import Standing
from .transcript import ReplayedRun, Transcript, replay_transcript, transcript_of
from .triggering import OtherWishError, Trigger, TriggeringEvents, Wish, start_once
from .words import FailureKind
from .worker import Worker

__all__ = [
    "EventWait",
    "FailureKind",
    "Lease",
    "LostError",
    "MemoryQueue",
    "Orchestrator",
    "OtherWishError",
    "PostgresQueue",
    "Queue",
    "ReplayedRun",
    "Signal",
    "Standing",
    "Start",
    "Transcript",
    "Trigger",
    "TriggeringEvents",
    "Wish",
    "Worker",
    "patch_between",
    "replay_transcript",
    "start_once",
    "transcript_of",
]
