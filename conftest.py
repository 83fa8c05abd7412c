"""What every suite of this repository shares: the stack's fixtures and the schema of its databases."""

from collections.abc import Callable

import pytest

from autobiz_kernel import migrate, migration_fingerprint

pytest_plugins = ("autobiz_harness.stack.fixtures", "pytester")


@pytest.fixture(scope="session")
def database_migration() -> tuple[str, Callable[[str], None]]:
    """The schema's fingerprint and how to bring a database to it."""
    return migration_fingerprint(), migrate
