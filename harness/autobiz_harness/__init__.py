"""Run suites and gather evidence: pytest plugin, runner, stack, gate command line."""

__all__: list[str] = []
