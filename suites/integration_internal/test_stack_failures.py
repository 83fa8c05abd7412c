"""What cannot start says why, with its log, and leaves nothing behind."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autobiz_harness.stack import StackError, join, standings, stop
from autobiz_harness.stack.binaries import (
    JAVA,
    POSTGRES_BIN,
    VALKEY_SERVER,
    WIREMOCK_JAR,
    postgres_bin,
    valkey_server,
)
from autobiz_harness.stack.ports import free_port
from autobiz_harness.stack.rooms import Room
from autobiz_harness.stack.service import Order
from autobiz_harness.stack.services import SERVICES
from autobiz_harness.stack.starting import Starter

ROOT = Path(__file__).parent
NOBODY = 65534
LIMITED = """
import resource, sys
from pathlib import Path
from autobiz_harness.stack import StackError, join

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    with join(Path.cwd(), services=[sys.argv[1]], directory=Path(sys.argv[2])):
        sys.exit("it started")
except StackError as error:
    print(error)
"""


@pytest.fixture
def state() -> Iterator[Path]:
    """A state directory of the test's own, which PostgreSQL's account can pass through."""
    path = Path(tempfile.mkdtemp(prefix="autobiz-suite-"))
    yield path
    if path.is_dir():
        stop(path)
    shutil.rmtree(path)


@pytest.fixture
def fails(state: Path) -> Callable[..., str]:
    """Try to start, and give the error's sentence after seeing that nothing is left."""

    def try_to_start(*services: str, ports: dict[str, int] | None = None) -> str:
        with pytest.raises(StackError) as caught, join(ROOT, services=services, directory=state, ports=ports):
            pass
        for service in services:
            Room(path=state / service).outlast_keeper().close()
        assert not [standing for standing in standings(state) if standing.running]
        assert not list(state.glob("*/run-*"))
        return str(caught.value)

    return try_to_start


def script(path: Path, text: str) -> Path:
    """Write a program for /bin/sh."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def command_line(pid: int) -> str:
    """Read what everyone can see of a process."""
    file = Path(f"/proc/{pid}/cmdline")
    if file.exists():
        return file.read_bytes().replace(b"\0", b" ").decode()
    command = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextmanager
def taken_port() -> Iterator[int]:
    """Hold a port on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_port_that_is_taken_is_named(fails: Callable[..., str], service: str) -> None:
    """A port that the user named and someone else holds is an error that names it."""
    with taken_port() as port:
        said = fails(service, ports={service: port})
    assert f"{service}: port {port} on 127.0.0.1 cannot be used: Address already in use" in said


def test_a_named_port_is_used(state: Path) -> None:
    """A service comes up on the port that the user named."""
    port = free_port()
    with join(ROOT, services=["valkey"], directory=state, ports={"valkey": port}) as stack:
        assert f":{port}/" in stack.valkey.url


def test_a_running_service_on_another_port_is_told(state: Path) -> None:
    """Asking for another port than the running service has is an error that says how to go on."""
    with (
        join(ROOT, services=["valkey"], directory=state),
        pytest.raises(StackError, match=r"already running on port \d+, not 1; stop it first"),
        join(ROOT, services=["valkey"], directory=state, ports={"valkey": 1}),
    ):
        pass


def test_a_free_port_that_is_lost_to_another_is_replaced(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When someone takes a free port before the server binds it, the server comes up on another."""
    room = Room(path=state)
    order = Order(service="valkey")
    with taken_port() as port:
        ports = iter([port, free_port()])
        monkeypatch.setattr("autobiz_harness.stack.starting.free_port", lambda: next(ports))
        starter = Starter(service=SERVICES["valkey"], order=order, room=room, pause=lambda _: None)
        up = starter.bring_up()
        up.running.stop()
    assert up.port != port
    assert "in use" in room.log.read_text()


def test_a_directory_that_cannot_be_written_is_named(state: Path) -> None:
    """Where the state directory cannot be made the error names it and says what to do."""
    state.chmod(stat.S_IRUSR | stat.S_IXUSR)
    wanted = state / "inside"
    root = os.geteuid() == 0
    if root:
        # Root may write anywhere, so it is somebody else for this moment.
        os.seteuid(NOBODY)
    try:
        with (
            pytest.raises(StackError, match=r"Permission denied.*AUTOBIZ_STACK_DIR") as caught,
            join(ROOT, services=["valkey"], directory=wanted),
        ):
            pass
    finally:
        if root:
            os.seteuid(0)
        state.chmod(0o700)
    assert str(wanted) in str(caught.value)


@pytest.mark.parametrize(
    ("service", "bytes_max", "said"),
    [
        ("valkey", 0, "File too large; free some space"),
        ("postgres", 0, "File too large; free some space"),
        ("postgres", 1_000_000, "initdb failed"),
    ],
)
def test_a_full_disk_is_told(state: Path, service: str, bytes_max: int, said: str) -> None:
    """When nothing more can be written, not even the reason, the one who asked is still told it."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, service, str(state), str(bytes_max)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert service in done.stdout
    assert said in done.stdout
    Room(path=state / service).outlast_keeper().close()
    assert not list(state.glob("*/run-*"))


def test_a_broken_server_shows_the_end_of_its_log(
    fails: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that ends at once is an error with its status and the last lines that it wrote."""
    program = script(tmp_path / "valkey-server", "seq 100; echo the last words; exit 3")
    monkeypatch.setenv(VALKEY_SERVER, str(program))
    said = fails("valkey")
    assert "valkey did not start: valkey-server ended with status 3 before it answered" in said
    assert said.endswith("100\nthe last words")
    assert "\n70\n" not in said


def test_a_broken_initdb_shows_the_end_of_its_log(
    fails: Callable[..., str], state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An initdb that fails is an error with what it wrote."""
    folder = state / "bin"
    folder.mkdir(mode=0o755)
    script(folder / "initdb", 'case "$1" in --version) exit 0;; esac; echo no cluster today; exit 1')
    script(folder / "postgres", "exit 0")
    monkeypatch.setenv(POSTGRES_BIN, str(folder))
    said = fails("postgres")
    assert "postgres did not start: initdb failed" in said
    assert said.endswith("no cluster today")


def test_all_failures_are_told_at_once(
    fails: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When two services cannot start both reasons are given."""
    monkeypatch.setenv(VALKEY_SERVER, str(script(tmp_path / "valkey-server", "echo one; exit 1")))
    monkeypatch.setenv(JAVA, str(script(tmp_path / "java", "echo two; exit 1")))
    said = fails("valkey", "wiremock")
    assert "valkey did not start" in said
    assert "wiremock did not start" in said


def test_a_program_that_may_not_be_executed_is_named(
    fails: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program without the right to execute is an error that names it."""
    program = tmp_path / "valkey-server"
    program.touch(mode=0o600)
    monkeypatch.setenv(VALKEY_SERVER, str(program))
    said = fails("valkey")
    assert "Permission denied" in said
    assert str(program) in said


def test_a_damaged_jar_shows_what_java_says(
    fails: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is not a WireMock is an error with Java's complaint."""
    jar = tmp_path / "wiremock.jar"
    jar.write_text("not a jar")
    monkeypatch.setenv(WIREMOCK_JAR, str(jar))
    assert "Invalid or corrupt jarfile" in fails("wiremock")


def test_a_failure_does_not_stand_in_the_way(
    fails: Callable[..., str], state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failed start the next one succeeds once the cause is gone."""
    monkeypatch.setenv(VALKEY_SERVER, str(script(tmp_path / "valkey-server", "exit 1")))
    fails("valkey")
    monkeypatch.delenv(VALKEY_SERVER)
    with join(ROOT, services=["valkey"], directory=state) as stack:
        assert stack.valkey.started


def test_secrets_are_not_on_command_lines_and_only_the_owner_can_read_them(state: Path) -> None:
    """No password stands on a command line, and every file that could hold one is closed to others."""
    with join(ROOT, services=["valkey"], directory=state) as stack:
        password = stack.valkey.url.partition(":")[2].partition("@")[0].strip("/:")
        assert len(password) >= 32
        (standing,) = standings(state)
        assert standing.notice.pid is not None
        listed = command_line(standing.notice.pid) + command_line(standing.notice.keeper)
        assert "valkey.conf" in listed
        assert password not in listed
        exposed = [
            path for path in state.rglob("*") if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077
        ]
        assert not exposed


def test_a_server_given_in_the_environment_is_used(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL in the environment is checked and used, and nothing is started for it."""
    with join(ROOT, services=["valkey"], directory=state) as ours:
        monkeypatch.setenv("AUTOBIZ_VALKEY_URL", ours.valkey.url)
        elsewhere = state / "elsewhere"
        with join(ROOT, services=["valkey"], directory=elsewhere) as stack:
            assert stack.valkey.external
            assert stack.env() == ours.env()
        assert not elsewhere.exists()
        monkeypatch.setenv("AUTOBIZ_VALKEY_URL", ours.valkey.url.replace("@", "x@"))
        with (
            pytest.raises(StackError, match=r"AUTH was answered.*WRONGPASS"),
            join(ROOT, services=["valkey"]),
        ):
            pass
        monkeypatch.setenv("AUTOBIZ_WIREMOCK_URL", f"http://{ours.valkey.url.partition('@')[2][:-2]}")
        with pytest.raises(StackError, match="AUTOBIZ_WIREMOCK_URL"), join(ROOT, services=["wiremock"]):
            pass


def test_dead_servers_in_the_environment_are_told_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every server that the environment names and that does not answer is named with its variable."""
    monkeypatch.setenv("AUTOBIZ_POSTGRES_URL", "postgresql://u:p@127.0.0.1:9/postgres")
    monkeypatch.setenv("AUTOBIZ_VALKEY_URL", "redis://127.0.0.1:9/0")
    monkeypatch.setenv("AUTOBIZ_WIREMOCK_URL", "http://127.0.0.1:9")
    with pytest.raises(StackError) as caught, join(ROOT):
        pass
    for service in SERVICES.values():
        assert service.variable in str(caught.value)
    assert "p@" not in str(caught.value)


def test_as_root_an_installation_out_of_reach_is_copied(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server installed below a private directory runs all the same, as root from a copy."""
    hidden = state / "hidden"
    hidden.mkdir(mode=0o700)
    install = postgres_bin().parent
    package = install.parent
    shutil.copytree(package, hidden / package.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, hidden / libraries.name, symlinks=True)
    monkeypatch.setenv(POSTGRES_BIN, str(hidden / package.name / install.name / "bin"))
    monkeypatch.setenv("TMPDIR", str(state))
    state.chmod(0o711)
    with join(ROOT, services=["postgres"], directory=state / "stack") as stack:
        SERVICES["postgres"].check(stack.postgres.url)
        assert bool(list(state.glob("autobiz-0/install-*"))) == (os.geteuid() == 0)


def test_the_server_program_named_in_the_environment_wins(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that the environment names is used in place of the installed one."""
    program = script(tmp_path / "valkey-server", f"echo mine; exec '{valkey_server()}' \"$@\"")
    monkeypatch.setenv(VALKEY_SERVER, str(program))
    with join(ROOT, services=["valkey"], directory=state):
        assert (state / "valkey" / "service.log").read_text().startswith("mine")
