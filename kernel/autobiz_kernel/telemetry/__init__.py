"""Hand what the books tell of runs to those who watch with OpenTelemetry, off the way of any call."""

from .command import export_command
from .kept import KeptCall, KeptRun, ended_runs

__all__ = ["KeptCall", "KeptRun", "ended_runs", "export_command"]
