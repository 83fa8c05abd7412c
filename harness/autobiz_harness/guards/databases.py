"""A test opens databases of tests, on hosts of tests: every connection that psycopg makes is looked at.

psycopg reaches its server by libpq, which no audit hook hears of. All its connections, synchronous or not,
pooled or not, pass one function with the words that libpq will be given; that function is wrapped.
"""

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fnmatch import fnmatchcase
from importlib.util import find_spec
from typing import Any

from .audit import Guarded

_MAINTENANCE: ContextVar[bool] = ContextVar("autobiz_maintenance", default=False)


@contextmanager
def maintenance() -> Iterator[None]:
    """Let a fixture that makes and drops test databases reach the server's own database meanwhile."""
    token = _MAINTENANCE.set(True)
    try:
        yield
    finally:
        _MAINTENANCE.reset(token)


def guard_databases(names: tuple[str, ...], guarded: Guarded) -> Callable[[], None]:
    """Look at each of psycopg's connections from now on; call what is returned to leave off."""
    if find_spec("psycopg") is None:
        return lambda: None
    from psycopg import generators

    connect: Any = generators.connect

    def looked_at(conninfo: str, *rest: Any, **named: Any) -> Any:
        for complaint in foreign_database(conninfo, names, guarded):
            guarded.refuse(complaint)
        return connect(conninfo, *rest, **named)

    generators.connect = looked_at

    def leave_off() -> None:
        generators.connect = connect

    return leave_off


def foreign_database(conninfo: str, names: tuple[str, ...], guarded: Guarded) -> Iterator[str]:
    """What is wrong with where a connection leads to."""
    from psycopg.conninfo import conninfo_to_dict

    given = {name: str(value) for name, value in conninfo_to_dict(conninfo).items() if value}
    user = given.get("user") or os.environ.get("PGUSER") or getpass.getuser()
    name = given.get("dbname") or os.environ.get("PGDATABASE") or user
    if not _MAINTENANCE.get() and not any(fnmatchcase(name, pattern) for pattern in names):
        yield f"a connection to the database {name!r}, which is none of {', '.join(names)}"
    hosts = given.get("hostaddr") or given.get("host") or os.environ.get("PGHOST") or ""
    for host in hosts.split(","):
        # A folder, or an abstract name, is a Unix socket.
        if not host.startswith(("/", "@")) and not guarded.is_allowed(host):
            yield f"a connection to the database server {host}, which is not an allowed host"
