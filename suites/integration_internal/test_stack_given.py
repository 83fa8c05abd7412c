"""What the user names is used: ports, programs, running servers; and what is made up is kept secret."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from autobiz_harness.stack import StackError, join, standings
from autobiz_harness.stack.binaries import (
    POSTGRES_BIN,
    VALKEY_SERVER,
    postgres_bin,
    valkey_server,
)
from autobiz_harness.stack.ports import free_port
from autobiz_harness.stack.rooms import Room
from autobiz_harness.stack.service import Order
from autobiz_harness.stack.services import SERVICES
from autobiz_harness.stack.starting import Starter
from autobiz_oracles import expect

from ..folders import files_in
from ..stack_users import script, taken_port

ROOT = Path(__file__).parent


def command_line(pid: int) -> str:
    """Read what everyone can see of a process."""
    file = Path(f"/proc/{pid}/cmdline")
    if file.exists():
        return file.read_bytes().replace(b"\0", b" ").decode()
    command = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_named_port_is_used(stack_state: Path) -> None:
    """A service comes up on the port that the user named."""
    port = free_port()
    with join(ROOT, services=["valkey"], directory=stack_state, ports={"valkey": port}) as stack:
        expect.value(stack.valkey.url).contains(f":{port}/")


def test_a_running_service_on_another_port_is_told(stack_state: Path) -> None:
    """Asking for another port than the running service has is an error that says how to go on."""
    with (
        join(ROOT, services=["valkey"], directory=stack_state),
        expect.refusal(StackError, r"already running on port \d+, not 1; stop it first"),
        join(ROOT, services=["valkey"], directory=stack_state, ports={"valkey": 1}),
    ):
        pass


def test_a_free_port_that_is_lost_to_another_is_replaced(
    stack_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When someone takes a free port before the server binds it, the server comes up on another."""
    room = Room(path=stack_state)
    order = Order(service="valkey")
    with taken_port() as port:
        ports = iter([port, free_port()])
        monkeypatch.setattr("autobiz_harness.stack.starting.free_port", lambda: next(ports))
        starter = Starter(service=SERVICES["valkey"], order=order, room=room, pause=lambda _: None)
        up = starter.bring_up()
        up.running.stop()
    expect.value(up.port).differs_from(port)
    expect.value(room.log.read_text()).contains("in use")


def test_secrets_are_not_on_command_lines_and_only_the_owner_can_read_them(stack_state: Path) -> None:
    """No password stands on a command line, and every file that could hold one is closed to others."""
    with join(ROOT, services=["valkey"], directory=stack_state) as stack:
        password = stack.valkey.url.partition(":")[2].partition("@")[0].strip("/:")
        expect.value(len(password)).at_least(32)
        (standing,) = standings(stack_state)
        assert standing.notice.pid is not None
        listed = command_line(standing.notice.pid) + command_line(standing.notice.keeper)
        expect.value(listed).contains("valkey.conf").lacks(password)
        exposed = [
            path
            for path in stack_state.rglob("*")
            if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077
        ]
        expect.complaints(exposed, about=files_in(stack_state)).none()


def test_a_server_given_in_the_environment_is_used(
    stack_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL in the environment is checked and used, and nothing is started for it."""
    with join(ROOT, services=["valkey"], directory=stack_state) as ours:
        monkeypatch.setenv("AUTOBIZ_VALKEY_URL", ours.valkey.url)
        elsewhere = stack_state / "elsewhere"
        with join(ROOT, services=["valkey"], directory=elsewhere) as stack:
            expect.value([stack.valkey.external]).equals([True])
            expect.value(stack.env()).equals(ours.env())
        expect.value(files_in(stack_state)).lacks("elsewhere")
        monkeypatch.setenv("AUTOBIZ_VALKEY_URL", ours.valkey.url.replace("@", "x@"))
        with (
            expect.refusal(StackError, r"AUTH was answered.*WRONGPASS"),
            join(ROOT, services=["valkey"]),
        ):
            pass
        monkeypatch.setenv("AUTOBIZ_WIREMOCK_URL", f"http://{ours.valkey.url.partition('@')[2][:-2]}")
        with expect.refusal(StackError, "AUTOBIZ_WIREMOCK_URL"), join(ROOT, services=["wiremock"]):
            pass


def test_dead_servers_in_the_environment_are_told_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every server that the environment names and that does not answer is named with its variable."""
    monkeypatch.setenv("AUTOBIZ_POSTGRES_URL", "postgresql://u:p@127.0.0.1:9/postgres")
    monkeypatch.setenv("AUTOBIZ_VALKEY_URL", "redis://127.0.0.1:9/0")
    monkeypatch.setenv("AUTOBIZ_WIREMOCK_URL", "http://127.0.0.1:9")
    with expect.refusal(StackError) as caught, join(ROOT):
        pass
    for service in SERVICES.values():
        expect.value(str(caught.value)).contains(service.variable)
    expect.value(str(caught.value)).lacks("p@")


def test_as_root_an_installation_out_of_reach_is_copied(
    stack_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server installed below a private directory runs all the same, as root from a copy."""
    hidden = stack_state / "hidden"
    hidden.mkdir(mode=0o700)
    install = postgres_bin().parent
    package = install.parent
    shutil.copytree(package, hidden / package.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, hidden / libraries.name, symlinks=True)
    monkeypatch.setenv(POSTGRES_BIN, str(hidden / package.name / install.name / "bin"))
    monkeypatch.setenv("TMPDIR", str(stack_state))
    stack_state.chmod(0o711)
    with join(ROOT, services=["postgres"], directory=stack_state / "stack") as stack:
        SERVICES["postgres"].check(stack.postgres.url)
        copies = len(list(stack_state.glob("autobiz-0/install-*")))
        expect.value(copies).between(1, 1) if os.geteuid() == 0 else expect.value(copies).equals(0)


def test_the_server_program_named_in_the_environment_wins(
    stack_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that the environment names is used in place of the installed one."""
    program = script(tmp_path / "valkey-server", f"echo mine; exec '{valkey_server()}' \"$@\"")
    monkeypatch.setenv(VALKEY_SERVER, str(program))
    with join(ROOT, services=["valkey"], directory=stack_state):
        expect.value((stack_state / "valkey" / "service.log").read_text()).matches("^mine")
