"""Valkey: memory only, behind a password that stands in a 0600 file and never on a command line."""

import secrets
import signal
import socket
import ssl
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .binaries import valkey_server
from .errors import StackError
from .service import Launch, Order, Recipe, Service

ANSWER_S_MAX = 5.0
READY_ANSWER_S_MAX = 0.5


def _prepare(home: Path, port: int, _order: Order) -> Launch:
    server = valkey_server()
    password = secrets.token_hex(24)
    config = home / "valkey.conf"
    config.touch(mode=0o600)
    directory = str(home).replace("\\", "\\\\").replace('"', '\\"')
    config.write_text(
        f"bind 127.0.0.1\nport {port}\nprotected-mode yes\nrequirepass {password}\n"
        f'save ""\nappendonly no\ndaemonize no\nset-proc-title no\ndir "{directory}"\n'
    )
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    return Launch(
        argv=(str(server), str(config)),
        url=url,
        port=port,
        ready=lambda: _answers(url),
        stop=signal.SIGTERM,
        orphaned=signal.SIGKILL,
    )


def _answers(url: str) -> bool:
    """Ask briefly: what listens on the port may not be ours, and may never answer."""
    try:
        check(url, answer_s_max=READY_ANSWER_S_MAX)
    except StackError:
        return False
    return True


def _container(port: int) -> Recipe:
    password = secrets.token_hex(24)
    return Recipe(
        image="valkey/valkey:9",
        port=6379,
        environment={},
        command=("valkey-server", "--save", "", "--appendonly", "no", "--requirepass", password),
        url=f"redis://:{password}@127.0.0.1:{port}/0",
    )


def check(url: str, *, answer_s_max: float = ANSWER_S_MAX) -> None:
    """Authenticate and ping, in the wire protocol itself: no client library is needed for two lines."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss", "valkey", "valkeys"}:
        raise StackError(
            f"the scheme is {parts.scheme!r}; write redis://:password@host:port/0, or rediss:// for TLS"
        )
    try:
        address = (parts.hostname or "127.0.0.1", parts.port or 6379)
        with socket.create_connection(address, timeout=answer_s_max) as plain:
            tls = parts.scheme in {"rediss", "valkeys"}
            line = (
                ssl.create_default_context().wrap_socket(plain, server_hostname=address[0]) if tls else plain
            )
            with line:
                if parts.password:
                    login = [unquote(part) for part in (parts.username, parts.password) if part]
                    _ask(line, "AUTH", *login)
                _ask(line, "PING")
    except (OSError, ValueError) as error:
        raise StackError(str(error)) from error


def _ask(line: socket.socket, *words: str) -> None:
    encoded = [word.encode() for word in words]
    line.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded))
    answer = b""
    while not answer.endswith(b"\r\n"):
        chunk = line.recv(1024)
        if not chunk:
            raise StackError(f"the server hung up on {words[0]}")
        answer += chunk
    if not answer.startswith(b"+"):
        raise StackError(f"{words[0]} was answered {answer.decode(errors='replace').strip()}")


VALKEY = Service(name="valkey", prepare=_prepare, container=_container, check=check)
