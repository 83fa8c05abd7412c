"""Runs of workflows: interpreted as pure moves, advanced by any worker, suspended as rows, replayed from the books."""

from .committing import LostError
from .memory_queue import MemoryQueue
from .orchestrator import Orchestrator, Standing
from .postgres_queue import PostgresQueue
from .queue import EventWait, Lease, Queue, Signal, Start

__all__ = [
    "EventWait",
    "Lease",
    "LostError",
    "MemoryQueue",
    "Orchestrator",
    "PostgresQueue",
    "Queue",
    "Signal",
    "Standing",
    "Start",
]
