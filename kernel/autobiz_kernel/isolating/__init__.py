"""Run a synchronous tool where it can be killed: in a process of its own, under a hard deadline."""

from .outcome import Isolated, IsolatedOutcome
from .running import Limits, run_isolated

__all__ = [
    "Isolated",
    "IsolatedOutcome",
    "Limits",
    "run_isolated",
]
