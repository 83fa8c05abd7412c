"""How the stack's tests play its users: processes that join and leave, servers that wait, waits that end."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from autobiz_harness.stack import SERVICES, standings, stop
from autobiz_harness.stack.binaries import valkey_server
from autobiz_harness.stack.rooms import Room
from autobiz_oracles import expect

DEADLINE_S = 30
MEMBER = """
import json, sys
from pathlib import Path
from autobiz_harness.stack import join

with join(Path.cwd(), services=sys.argv[2:], directory=Path(sys.argv[1])) as stack:
    print(json.dumps(stack.env()), flush=True)
    sys.stdin.read()
"""


@contextmanager
def own_state() -> Iterator[Path]:
    """Make a state directory of a test's own; below pytest's PostgreSQL's account could not reach it."""
    path = Path(tempfile.mkdtemp(prefix="autobiz-suite-"))
    try:
        with no_given_servers():
            yield path
    finally:
        if path.is_dir():
            stop(path)
        shutil.rmtree(path)


@contextmanager
def no_given_servers() -> Iterator[None]:
    """Hide the servers that whoever runs these tests was given: they are to start their own."""
    variables = [service.variable for service in SERVICES.values()]
    given = {name: os.environ.pop(name) for name in variables if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(given)


class Member:
    """A process that joins, says the URLs, and leaves when its standard input ends."""

    def __init__(self, state: Path, *services: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", MEMBER, str(state), *services],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def env(self) -> dict[str, str]:
        """Wait until it has joined."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate()[1])
        answer: dict[str, str] = json.loads(line)
        return answer

    def end(self, how: signal.Signals | None = None) -> int:
        """End it: by itself, or with a signal."""
        if how is not None:
            self.process.send_signal(how)
        self.process.communicate(timeout=DEADLINE_S)
        return self.process.returncode


class Gate:
    """A server program that says when it is started, and goes on when it is let."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "valkey-server"
        self._started, self._go = folder / "started", folder / "go"
        os.mkfifo(self._started)
        os.mkfifo(self._go)
        self.program.write_text(
            f"#!/bin/sh\necho > '{self._started}'\nread line < '{self._go}'\n"
            f"exec '{valkey_server()}' \"$@\"\n"
        )
        self.program.chmod(0o700)

    def await_start(self) -> None:
        """Block until the keeper has started the program."""
        within_deadline(self._started.read_bytes)

    def let_go(self) -> None:
        """Let the server come up."""
        within_deadline(lambda: self._go.write_text("go\n"))


def within_deadline(work: Callable[[], object]) -> None:
    """Fail instead of hanging for ever where something that must end does not."""
    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(DEADLINE_S)
    assert not worker.is_alive()


def await_keeper_gone(room: Path) -> None:
    """Block until the keeper has let go of everything: its lock says so, no clock is asked."""
    within_deadline(lambda: Room(path=room).outlast_keeper().close())


def await_end(pid: int) -> None:
    """Block until a process that is not our child has ended."""
    try:
        if sys.platform == "linux":
            handle = os.pidfd_open(pid)
            try:
                ended = bool(select.select([handle], [], [], DEADLINE_S)[0])
            finally:
                os.close(handle)
        else:
            event = select.kevent(pid, filter=select.KQ_FILTER_PROC, fflags=select.KQ_NOTE_EXIT)
            ended = bool(select.kqueue().control([event], 1, DEADLINE_S))
    except ProcessLookupError:
        return
    assert ended, f"process {pid} still runs"


def await_nothing_left(state: Path, running: list[int]) -> None:
    """Block until every process has ended and every keeper is gone; judge that no data is left."""
    for pid in running:
        await_end(pid)
    for room in state.iterdir():
        if room.is_dir():
            await_keeper_gone(room)
    left = [f"{path} is left" for path in state.glob("*/run-*")]
    expect.complaints(left, about=[room.name for room in state.iterdir()]).none()


def pids(state: Path) -> list[int]:
    """List the keepers, the services and what those have started."""
    roots = [pid for s in standings(state) if s.running for pid in (s.notice.keeper, s.notice.pid) if pid]
    found = list(roots)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) in roots:
            found.append(int(stat.parent.name))
    return sorted(set(found))


def expect_answers(*urls: str) -> None:
    """Judge that somebody listens at each of these addresses of this machine."""
    complaints = [f"nobody listens at {url}" for url in urls if not _is_listening(url)]
    expect.complaints(complaints, about=urls).none()


def _is_listening(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as probe:
        return parts.hostname == "127.0.0.1" and probe.connect_ex((parts.hostname, parts.port or 0)) == 0


def script(path: Path, text: str) -> Path:
    """Write a program for /bin/sh."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@contextmanager
def taken_port() -> Iterator[int]:
    """Hold a port on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
