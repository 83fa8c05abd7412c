"""Run a synchronous tool where it can be killed: in a process of its own, under a hard deadline."""

from .executing import IsolatedError, in_a_process
from .outcome import Isolated, IsolatedOutcome
from .running import Limits, run_isolated

__all__ = [
    "Isolated",
    "IsolatedError",
    "IsolatedOutcome",
    "Limits",
    "in_a_process",
    "run_isolated",
]
