"""Runs of workflows: interpreted as pure moves, advanced by any worker, suspended as rows, replayed."""

from .cancelling import CallOff, cancel_run
from .committing import LostError
from .herald import Address, Herald, Route, by_entity
from .memory_queue import MemoryQueue
from .notices import Notices
from .orchestrator import Orchestrator
from .patching import patch_between
from .postgres_queue import PostgresQueue
from .queue import EventWait, Lease, Queue, Signal, Start
from .standing import Standing
from .transcript import ReplayedRun, Transcript, replay_transcript, transcript_of
from .words import FailureKind
from .worker import Worker

__all__ = [
    "Address",
    "CallOff",
    "EventWait",
    "FailureKind",
    "Herald",
    "Lease",
    "LostError",
    "MemoryQueue",
    "Notices",
    "Orchestrator",
    "PostgresQueue",
    "Queue",
    "ReplayedRun",
    "Route",
    "Signal",
    "Standing",
    "Start",
    "Transcript",
    "Worker",
    "by_entity",
    "cancel_run",
    "patch_between",
    "replay_transcript",
    "transcript_of",
]
