"""What cannot start says why, with its log, and leaves nothing behind."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autobiz_harness.stack import StackError, join, standings
from autobiz_harness.stack.binaries import (
    JAVA,
    POSTGRES_BIN,
    VALKEY_SERVER,
    WIREMOCK_JAR,
)
from autobiz_harness.stack.rooms import Room
from autobiz_harness.stack.services import SERVICES
from autobiz_oracles import expect

from ..inner_pytest import ending_of
from ..stack_users import script, taken_port

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
def fails(stack_state: Path) -> Callable[..., str]:
    """Try to start, and give the error's sentence after seeing that nothing is left."""

    def try_to_start(*services: str, ports: dict[str, int] | None = None) -> str:
        with (
            pytest.raises(StackError) as caught,
            join(ROOT, services=services, directory=stack_state, ports=ports),
        ):
            pass
        for service in services:
            Room(path=stack_state / service).outlast_keeper().close()
        assert not [standing for standing in standings(stack_state) if standing.running]
        assert not list(stack_state.glob("*/run-*"))
        return str(caught.value)

    return try_to_start


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_port_that_is_taken_is_named(fails: Callable[..., str], service: str) -> None:
    """A port that the user named and someone else holds is an error that names it."""
    with taken_port() as port:
        said = fails(service, ports={service: port})
    expect.value(said).contains(f"{service}: port {port} on 127.0.0.1 cannot be used: Address already in use")


def test_a_directory_that_cannot_be_written_is_named(stack_state: Path) -> None:
    """Where the stack_state directory cannot be made the error names it and says what to do."""
    stack_state.chmod(stat.S_IRUSR | stat.S_IXUSR)
    wanted = stack_state / "inside"
    root = os.geteuid() == 0
    if root:
        # Root may write anywhere, so it is somebody else for this moment.
        os.seteuid(NOBODY)
    try:
        with (
            expect.refusal(StackError, r"Permission denied.*AUTOBIZ_STACK_DIR") as caught,
            join(ROOT, services=["valkey"], directory=wanted),
        ):
            pass
    finally:
        if root:
            os.seteuid(0)
        stack_state.chmod(0o700)
    expect.value(str(caught.value)).contains(str(wanted))


@pytest.mark.parametrize(
    ("service", "bytes_max", "said"),
    [
        ("valkey", 0, "File too large; free some space"),
        ("postgres", 0, "File too large; free some space"),
        ("postgres", 1_000_000, "initdb failed"),
    ],
)
def test_a_full_disk_is_told(stack_state: Path, service: str, bytes_max: int, said: str) -> None:
    """When nothing more can be written, not even the reason, the one who asked is still told it."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, service, str(stack_state), str(bytes_max)],
        capture_output=True,
        text=True,
        check=False,
    )
    expect.program(ending_of(done)).ended(0).said(service, said, on="out")
    Room(path=stack_state / service).outlast_keeper().close()
    expect.value(list(stack_state.glob("*/run-*"))).equals([])


def test_a_broken_server_shows_the_end_of_its_log(
    fails: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that ends at once is an error with its status and the last lines that it wrote."""
    program = script(tmp_path / "valkey-server", "seq 100; echo the last words; exit 3")
    monkeypatch.setenv(VALKEY_SERVER, str(program))
    said = fails("valkey")
    expect.value(said).contains("valkey did not start: valkey-server ended with status 3 before it answered")
    expect.value(said).matches(r"100\nthe last words\Z").lacks("\n70\n")


def test_a_broken_initdb_shows_the_end_of_its_log(
    fails: Callable[..., str], stack_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An initdb that fails is an error with what it wrote."""
    folder = stack_state / "bin"
    folder.mkdir(mode=0o755)
    script(folder / "initdb", 'case "$1" in --version) exit 0;; esac; echo no cluster today; exit 1')
    script(folder / "postgres", "exit 0")
    monkeypatch.setenv(POSTGRES_BIN, str(folder))
    said = fails("postgres")
    expect.value(said).contains("postgres did not start: initdb failed").matches(r"no cluster today\Z")


def test_all_failures_are_told_at_once(
    fails: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When two services cannot start both reasons are given."""
    monkeypatch.setenv(VALKEY_SERVER, str(script(tmp_path / "valkey-server", "echo one; exit 1")))
    monkeypatch.setenv(JAVA, str(script(tmp_path / "java", "echo two; exit 1")))
    said = fails("valkey", "wiremock")
    expect.value(said).contains("valkey did not start", "wiremock did not start")


def test_a_program_that_may_not_be_executed_is_named(
    fails: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program without the right to execute is an error that names it."""
    program = tmp_path / "valkey-server"
    program.touch(mode=0o600)
    monkeypatch.setenv(VALKEY_SERVER, str(program))
    said = fails("valkey")
    expect.value(said).contains("Permission denied", str(program))


def test_a_damaged_jar_shows_what_java_says(
    fails: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is not a WireMock is an error with Java's complaint."""
    jar = tmp_path / "wiremock.jar"
    jar.write_text("not a jar")
    monkeypatch.setenv(WIREMOCK_JAR, str(jar))
    expect.value(fails("wiremock")).contains("Invalid or corrupt jarfile")


def test_a_failure_does_not_stand_in_the_way(
    fails: Callable[..., str], stack_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failed start the next one succeeds once the cause is gone."""
    monkeypatch.setenv(VALKEY_SERVER, str(script(tmp_path / "valkey-server", "exit 1")))
    fails("valkey")
    monkeypatch.delenv(VALKEY_SERVER)
    with join(ROOT, services=["valkey"], directory=stack_state) as stack:
        expect.value([stack.valkey.started]).equals([True])
