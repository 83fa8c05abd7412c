"""Run suites and gather evidence: pytest plugin, runner, stack, gate command line."""

from .infrastructure import InfrastructureError

__all__ = ["InfrastructureError"]
