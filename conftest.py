"""Fixtures of the repository's own suites."""

pytest_plugins = ("autobiz_harness.stack.fixtures",)
