"""The stack as pytest fixtures.

A URL fixture starts only its own service. `database` is one database per xdist worker, cloned from a
template that is migrated once; the project says how by overriding `database_migration`:

    @pytest.fixture(scope="session")
    def database_migration():
        return fingerprint_of_the_migrations, run_the_migrations   # (str, callable(url))

Every worker joins on its own: whoever comes first starts the services, the others find them running.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .databases import clone, drop, template
from .services import SERVICES
from .stack import Stack, join

Migration = tuple[str, Callable[[str], None]]


_WANTS = {
    "stack": tuple(SERVICES),
    "postgres_url": ("postgres",),
    "valkey_url": ("valkey",),
    "wiremock_url": ("wiremock",),
}


@pytest.fixture(scope="session")
def stack_root(request: pytest.FixtureRequest) -> Iterator[Path]:
    """The project, once every service that the collected tests ask for was started, all at once."""
    asked = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    wanted = {service for name, services in _WANTS.items() if name in asked for service in services}
    with join(request.config.rootpath, services=sorted(wanted)):
        yield request.config.rootpath


@pytest.fixture(scope="session")
def stack(stack_root: Path) -> Iterator[Stack]:
    """All services, up as long as this test run uses them."""
    with join(stack_root) as joined:
        yield joined


@pytest.fixture(scope="session")
def postgres_url(stack_root: Path) -> Iterator[str]:
    """The URL of a PostgreSQL server, on which one may create databases named `..._test`."""
    with join(stack_root, services=["postgres"]) as joined:
        yield joined.postgres.url


@pytest.fixture(scope="session")
def valkey_url(stack_root: Path) -> Iterator[str]:
    """The URL of a Valkey server."""
    with join(stack_root, services=["valkey"]) as joined:
        yield joined.valkey.url


@pytest.fixture(scope="session")
def wiremock_url(stack_root: Path) -> Iterator[str]:
    """The URL of a WireMock server."""
    with join(stack_root, services=["wiremock"]) as joined:
        yield joined.wiremock.url


@pytest.fixture(scope="session")
def database_migration() -> Migration | None:
    """Say how a new database is migrated; None leaves it empty."""
    return None


@pytest.fixture(scope="session")
def database(postgres_url: str, database_migration: Migration | None) -> Iterator[str]:
    """The URL of this worker's own database, migrated; it is dropped when the worker ends."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"autobiz_{secrets.token_hex(4)}_{worker}_test"
    fingerprint, migrate = database_migration or ("", _leave_empty)
    source = template(postgres_url, fingerprint, migrate)
    url = clone(postgres_url, source, name)
    yield url
    drop(postgres_url, name)


def _leave_empty(url: str) -> None:
    """Migrate nothing."""
