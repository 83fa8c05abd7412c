"""Test databases: a template that is migrated once, and clones of it that cost milliseconds.

Every name ends in `_test`, and nothing here creates or drops a database whose name does not: a slip of the
URL can never cost a real one. A template is built under another name and renamed when it is complete, so
that a process killed half-way leaves nothing that looks finished. Its name holds the fingerprint of the
migrations: other migrations, other template.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, LiteralString
from urllib.parse import urlsplit, urlunsplit

from autobiz_harness.guards import maintenance

from .errors import StackError

if TYPE_CHECKING:
    from psycopg import Connection

NAME_BYTES_MAX = 63
CONNECT_S_MAX = 10
_NAME = re.compile(r"[a-z][a-z0-9_]*_test")
_LOCK_CLASS = 0x0A0B12  # ours among a server's advisory locks


def template(url: str, fingerprint: str, migrate: Callable[[str], None]) -> str:
    """Give the name of the template with these migrations, built by exactly one of those who ask at once."""
    key = hashlib.sha256(fingerprint.encode()).hexdigest()[:24]
    name, unfinished = f"autobiz_template_{key}_test", f"autobiz_unfinished_{key}_test"
    with _server(url) as server:
        server.execute("select pg_advisory_lock(%s, hashtext(%s))", (_LOCK_CLASS, name))
        if not _exists(server, name):
            _command(server, "drop database if exists {} with (force)", unfinished)
            _command(server, "create database {}", unfinished)
            migrate(at(url, unfinished))
            _command(server, "alter database {} with allow_connections false is_template true", unfinished)
            _command(server, "alter database {} rename to {}", unfinished, name)
    return name


def clone(url: str, template_name: str, name: str) -> str:
    """Create a database from the template, in place of one of the same name, and give its URL."""
    must_be_test(template_name)
    must_be_test(name)
    with _server(url) as server:
        _command(server, "drop database if exists {} with (force)", name)
        _command(server, "create database {} template {}", name, template_name)
    return at(url, name)


def drop(url: str, name: str) -> None:
    """Remove a database or a template, whoever is connected to it; one that is not there is no error."""
    must_be_test(name)
    with _server(url) as server:
        if _exists(server, name):
            _command(server, "alter database {} with is_template false", name)
            _command(server, "drop database if exists {} with (force)", name)


def at(url: str, name: str) -> str:
    """Give the URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def must_be_test(name: str) -> None:
    """Refuse every name that is not plainly a test database's."""
    if not _NAME.fullmatch(name) or len(name) > NAME_BYTES_MAX:
        raise StackError(
            f"{name!r} is not the name of a test database; use a-z, 0-9 and _, start with a letter, "
            f"end with '_test', at most {NAME_BYTES_MAX} characters"
        )


@contextmanager
def _server(url: str) -> Iterator["Connection"]:
    """Connect; what goes wrong with the server is the stack's error, what a migration raises is its own."""
    import psycopg

    try:
        # The server's own database, where others are made and dropped; what is dropped is looked at above.
        with maintenance():
            connection = psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_S_MAX)
    except psycopg.Error as error:
        raise StackError(f"the PostgreSQL server cannot be reached: {error}") from error
    with connection:
        yield connection


def _command(server: "Connection", text: LiteralString, *names: str) -> None:
    import psycopg
    from psycopg.sql import SQL, Identifier

    command = SQL(text).format(*map(Identifier, names))
    try:
        server.execute(command)
    except psycopg.errors.ObjectInUse as error:
        # The server has waited some seconds by now for connections that were just being closed.
        raise StackError(
            f"{names[0]} is still in use: {error.diag.message_detail}; a migration must close its "
            "connections (dispose its engine) before it returns"
        ) from error
    except psycopg.Error as error:
        raise StackError(f"{command.as_string(server)}: {error}") from error


def _exists(server: "Connection", name: str) -> bool:
    return server.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is not None
