"""PostgreSQL: a fresh cluster with a password, on loopback TCP only, as durable as in production.

We drive `initdb` and `postgres` ourselves; a package gives the programs and nothing else. `fsync` stays on,
because what the kernel promises after a crash is tested on this server. It is stopped with SIGQUIT
("immediate"): its data is thrown away, so a last checkpoint would be wasted, and the postmaster still takes
its children and its shared memory with it.
"""

import os
import secrets
import signal
from pathlib import Path

from autobiz_harness.guards import maintenance

from .account import must_reach, reachable_install, unprivileged
from .binaries import INSTALL, postgres_bin
from .directory import home as home_of
from .directory import private
from .errors import StackError
from .service import Launch, Order, Recipe, Service

ROLE = "autobiz"
CONNECTIONS_MAX = 200
CONNECT_S_MAX = 5
_READY_LINE = 7  # of postmaster.pid, where the postmaster writes its state


def _prepare(home: Path, port: int, _order: Order) -> Launch:
    account = unprivileged()
    initdb = postgres_bin() / "initdb"
    if account is not None:
        must_reach(account, home.parent)
        cache = private(home_of(os.geteuid()))
        initdb = reachable_install(initdb, account, cache)
    password = secrets.token_hex(24)
    data = home / "data"
    data.mkdir(mode=0o700)
    secret = home / "password"
    secret.touch(mode=0o600)
    secret.write_text(password + "\n")
    if account is not None:
        os.chown(data, account.uid, account.gid)
        os.chown(secret, account.uid, account.gid)
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": str(CONNECTIONS_MAX),
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    return Launch(
        first=(
            *(str(initdb), "-D", str(data), "--username", ROLE, "--pwfile", str(secret)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale"),
            *("--no-sync", "--no-instructions"),
        ),
        argv=(
            *(str(initdb.with_name("postgres")), "-D", str(data)),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ),
        url=f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/postgres",
        port=port,
        ready=lambda: _is_ready(data),
        stop=signal.SIGQUIT,
        orphaned=signal.SIGQUIT,
        account=account,
    )


def _is_ready(data: Path) -> bool:
    """Ask the postmaster's own file: it is exact, and it cannot be another server on the same port."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"


def _container(port: int) -> Recipe:
    password = secrets.token_hex(24)
    return Recipe(
        image="postgres:18",
        port=5432,
        environment={"POSTGRES_USER": ROLE, "POSTGRES_PASSWORD": password, "POSTGRES_DB": "postgres"},
        command=("-c", f"max_connections={CONNECTIONS_MAX}", "-c", "timezone=UTC"),
        url=f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/postgres",
    )


def check(url: str) -> None:
    """Log in and ask for one row."""
    try:
        import psycopg
    except ImportError as error:
        raise StackError(f"PostgreSQL cannot be asked without psycopg ({error}); {INSTALL}") from error
    try:
        with (
            maintenance(),
            psycopg.connect(url, connect_timeout=CONNECT_S_MAX, autocommit=True) as connection,
        ):
            connection.execute("select 1")
    except (psycopg.Error, UnicodeError) as error:
        raise StackError(str(error).strip()) from error


POSTGRES = Service(name="postgres", prepare=_prepare, container=_container, check=check)
