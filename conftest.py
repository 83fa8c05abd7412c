"""What every suite of this repository shares: marks, servers, and the schema of its databases."""

from collections.abc import Callable

import pytest

from autobiz_kernel import migrate, migration_fingerprint

pytest_plugins = ("autobiz_harness.stack.fixtures",)

MARKS = (
    "priority(level): P0, P1 or P2",
    "requirement(*ids): the requirements this test is evidence for",
    "test_id(*ids): the entries of the test plan this test is",
    "workflow(id): the workflow it belongs to",
    "risk(*ids): the entries of the risk register it watches",
    "negative: it shows that something is refused",
)


def pytest_configure(config: pytest.Config) -> None:
    for mark in MARKS:
        config.addinivalue_line("markers", mark)


@pytest.fixture(scope="session")
def database_migration() -> tuple[str, Callable[[str], None]]:
    """The schema's fingerprint and how to bring a database to it."""
    return migration_fingerprint(), migrate
