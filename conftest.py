"""What every suite of this repository shares: the stack's fixtures and the schema of its databases."""

import signal
from collections.abc import Callable

import pytest

from autobiz_kernel import migrate, migration_fingerprint

# A shell that starts us in the background has us ignore Ctrl-C, and our children with us; but tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ("autobiz_harness.stack.fixtures", "pytester")


@pytest.fixture(scope="session")
def database_migration() -> tuple[str, Callable[[str], None]]:
    """The schema's fingerprint and how to bring a database to it."""
    return migration_fingerprint(), migrate
