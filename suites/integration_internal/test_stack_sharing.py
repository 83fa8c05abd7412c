"""One stack for all who join, and nothing left when the last is gone, however each of them ends.

Most of this is the same for every service, so it is shown with Valkey, which starts fastest.
"""

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
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from autobiz_harness.stack import join, keep, standings, stop
from autobiz_harness.stack.binaries import VALKEY_SERVER, valkey_server
from autobiz_harness.stack.joining import Arrival
from autobiz_harness.stack.leftovers import end_programs
from autobiz_harness.stack.rooms import Room
from autobiz_harness.stack.service import Order

ROOT = Path(__file__).parent
DEADLINE_S = 30
MEMBER = """
import json, sys
from pathlib import Path
from autobiz_harness.stack import join

with join(Path.cwd(), services=sys.argv[2:], directory=Path(sys.argv[1])) as stack:
    print(json.dumps(stack.env()), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def state() -> Iterator[Path]:
    """A state directory of the test's own, which PostgreSQL's account can pass through."""
    path = Path(tempfile.mkdtemp(prefix="autobiz-suite-"))
    yield path
    stop(path)
    shutil.rmtree(path)


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


@pytest.fixture
def member(state: Path) -> Iterator[Callable[..., Member]]:
    """Start members that do not outlive the test."""
    started: list[Member] = []

    def start(*services: str) -> Member:
        started.append(Member(state, *(services or ("valkey",))))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


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


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Put the gated program in the place of Valkey."""
    gated = Gate(tmp_path)
    monkeypatch.setenv(VALKEY_SERVER, str(gated.program))
    return gated


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
    """Block until every process has ended and every keeper is gone; then no data may be left."""
    for pid in running:
        await_end(pid)
    for room in state.iterdir():
        if room.is_dir():
            await_keeper_gone(room)
    assert not list(state.glob("*/run-*"))


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


def answers(url: str) -> bool:
    """Say whether anything listens there."""
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname or "", parts.port or 0)) == 0


def test_all_three_services_are_shared_and_leave_nothing(state: Path, member: Callable[..., Member]) -> None:
    """Two processes get the same three URLs, and when both have left, every process and all data is gone."""
    services = ("postgres", "valkey", "wiremock")
    first, second = member(*services), member(*services)
    urls = first.env()
    assert second.env() == urls
    assert sorted(urls) == ["AUTOBIZ_POSTGRES_URL", "AUTOBIZ_VALKEY_URL", "AUTOBIZ_WIREMOCK_URL"]
    assert all(urlsplit(url).hostname == "127.0.0.1" and answers(url) for url in urls.values())
    running = pids(state)
    assert len(running) >= 6
    first.end()
    assert all(answers(url) for url in urls.values())
    second.end()
    await_nothing_left(state, running)


def test_many_who_come_at_once_start_one(state: Path, member: Callable[..., Member]) -> None:
    """Six processes that join at the same moment share one server."""
    members = [member() for _ in range(6)]
    assert len({one.env()["AUTOBIZ_VALKEY_URL"] for one in members}) == 1


def test_those_who_come_while_it_stops_get_a_new_one(state: Path) -> None:
    """Leaving and joining in a row never yields the URL of a server that is going away."""
    for _ in range(5):
        with join(ROOT, services=["valkey"], directory=state) as stack:
            assert answers(stack.valkey.url)


def test_a_service_that_is_wanted_later_joins_the_others(state: Path) -> None:
    """A process that wants one more service leaves the running ones as they are."""
    with (
        join(ROOT, services=["valkey"], directory=state) as few,
        join(ROOT, services=["valkey", "wiremock"], directory=state) as more,
    ):
        assert more.valkey.url == few.valkey.url
        assert answers(more.wiremock.url)


def test_killing_the_user_ends_the_service(state: Path, member: Callable[..., Member]) -> None:
    """After kill -9 of the only user nothing stays behind."""
    user = member()
    user.env()
    running = pids(state)
    assert len(running) == 2
    assert user.end(signal.SIGKILL) == -signal.SIGKILL
    await_nothing_left(state, running)


def test_killing_one_user_leaves_the_other_its_service(state: Path, member: Callable[..., Member]) -> None:
    """After kill -9 of one of two users the other one's server still answers."""
    starter, other = member(), member()
    url = other.env()["AUTOBIZ_VALKEY_URL"]
    starter.env()
    starter.end(signal.SIGKILL)
    with join(ROOT, services=["valkey"], directory=state) as stack:
        assert stack.valkey.url == url
    assert answers(url)


def test_killing_the_starter_leaves_nothing(state: Path, member: Callable[..., Member], gate: Gate) -> None:
    """When the only user is killed while its service starts, the service ends as soon as it is up."""
    user = member()
    gate.await_start()
    user.end(signal.SIGKILL)
    gate.let_go()
    await_nothing_left(state, [])


def test_killing_the_starter_does_not_harm_who_waits(
    state: Path, member: Callable[..., Member], gate: Gate
) -> None:
    """Who joined while the service was starting gets it, even if the one who started it was killed."""
    starter = member()
    gate.await_start()
    waiting = Arrival(room=Room(path=state / "valkey"), order=Order(service="valkey"))
    starter.end(signal.SIGKILL)
    gate.let_go()
    joined = waiting.wait()
    assert not joined.started
    assert answers(joined.notice.url)
    joined.close()


@pytest.mark.parametrize("service", ["postgres", "valkey", "wiremock"])
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child's life to its parent's")
def test_killing_the_keeper_ends_its_service(
    state: Path, member: Callable[..., Member], service: str
) -> None:
    """After kill -9 of the keeper its service ends too, and the next to join gets a new one."""
    user = member(service)
    old = user.env()
    running = pids(state)
    (standing,) = standings(state)
    os.kill(standing.notice.keeper, signal.SIGKILL)
    for pid in running:
        await_end(pid)
    with join(ROOT, services=[service], directory=state) as stack:
        assert stack.env() != old
        assert answers(next(iter(stack.env().values())))
        assert len(list(state.glob("*/run-*"))) == 1


def test_interrupting_the_user_ends_the_service(state: Path, member: Callable[..., Member]) -> None:
    """A Ctrl-C, which the terminal sends to the whole group, stops the user and then the service."""
    user = member()
    user.env()
    running = pids(state)
    os.killpg(user.process.pid, signal.SIGINT)
    user.process.communicate(timeout=DEADLINE_S)
    await_nothing_left(state, running)


def test_a_service_that_dies_is_told_and_replaced(state: Path) -> None:
    """A server that ends by itself is reported with its log, and the next to join gets a new one."""
    with join(ROOT, services=["valkey"], directory=state) as stack:
        (standing,) = standings(state)
        assert standing.notice.pid is not None
        os.kill(standing.notice.pid, signal.SIGKILL)
        await_keeper_gone(state / "valkey")
        (standing,) = standings(state)
        assert not standing.running
        assert "valkey ended by itself" in standing.notice.error
        with join(ROOT, services=["valkey"], directory=state) as again:
            assert again.valkey.url != stack.valkey.url
            assert answers(again.valkey.url)


def test_a_kept_service_stays_without_users_until_it_is_stopped(state: Path) -> None:
    """A kept service outlives its users, is found by the next, and ends when told to."""
    with join(ROOT, services=["valkey"], directory=state) as stack:
        keep(stack)
        url = stack.valkey.url
    for _ in range(2):
        with join(ROOT, services=["valkey"], directory=state) as found:
            assert found.valkey.url == url
            assert not found.valkey.started
    running = pids(state)
    assert stop(state) == ("valkey",)
    await_nothing_left(state, running)
    assert stop(state) == ()


def test_a_dead_keepers_wish_to_stay_dies_with_it(state: Path) -> None:
    """The service started after a kept keeper was killed ends with its last user again."""
    with join(ROOT, services=["valkey"], directory=state) as stack:
        keep(stack)
        (standing,) = standings(state)
        os.kill(standing.notice.keeper, signal.SIGKILL)
        await_keeper_gone(state / "valkey")
    with join(ROOT, services=["valkey"], directory=state):
        running = pids(state)
    await_nothing_left(state, running)


def test_a_service_can_be_stopped_while_it_starts(
    state: Path, member: Callable[..., Member], gate: Gate
) -> None:
    """Stopping a service that is still starting ends it, and who waited for it gets a new one."""
    user = member()
    gate.await_start()
    assert stop(state) == ("valkey",)
    gate.await_start()
    gate.let_go()
    assert answers(user.env()["AUTOBIZ_VALKEY_URL"])


def test_locks_do_not_leak_into_programs_that_users_start(state: Path) -> None:
    """A program that a user started and left running does not keep the service up."""
    with join(ROOT, services=["valkey"], directory=state):
        running = pids(state)
        left = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    await_nothing_left(state, running)
    assert left.poll() is None
    left.communicate()


@pytest.mark.skipif(shutil.which("ps") is None, reason="needs ps, which systems without this need have")
def test_programs_of_a_dead_keeper_are_known_by_their_directory(tmp_path: Path) -> None:
    """Programs that name a dead keeper's directory are killed, and no others."""
    stale, other = tmp_path / "run-stale", tmp_path / "run-other"
    wait = "import sys; sys.stdin.read()"
    ours, theirs = (
        subprocess.Popen([sys.executable, "-c", wait, str(home)], stdin=subprocess.PIPE)
        for home in (stale, other)
    )
    try:
        assert end_programs([stale]) == [ours.pid]
        assert ours.wait(DEADLINE_S) == -signal.SIGKILL
        assert theirs.poll() is None
    finally:
        for process in (ours, theirs):
            process.communicate()
