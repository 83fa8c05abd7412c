"""What every suite of this repository shares: the stack's fixtures and the schema of its databases."""

from collections.abc import Callable

import pytest
from hypothesis import settings

from autobiz_kernel import migrate, migration_fingerprint

pytest_plugins = ("autobiz_harness.stack.fixtures", "pytester")

# Property tests judge values, never how long a shared machine took to produce them.
settings.register_profile("untimed", deadline=None, print_blob=True)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def database_migration() -> tuple[str, Callable[[str], None]]:
    """The schema's fingerprint and how to bring a database to it."""
    return migration_fingerprint(), migrate
