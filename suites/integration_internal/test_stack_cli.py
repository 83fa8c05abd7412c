"""`gate stack up | down | status` as people and scripts meet it."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autobiz_harness.cli.stack import stack
from autobiz_harness.stack import stop
from autobiz_harness.stack.binaries import VALKEY_SERVER
from autobiz_harness.stack.ports import free_port
from autobiz_oracles import PlainEnding, expect

from ..folders import files_in

PROGRAM = "from autobiz_harness.cli import main; main()"


@pytest.fixture
def state(stack_state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own state directory, named in the environment."""
    monkeypatch.setenv("AUTOBIZ_STACK_DIR", str(stack_state))
    return stack_state


def gate_stack(*words: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(stack, words)


def test_a_day_with_the_stack(state: Path) -> None:
    """Up starts it once and says how to use it, status finds it, down ends it, and each can be repeated."""
    expect.value(json.loads(gate_stack("status", "--json").output)).equals({"running": False})
    expect.value(gate_stack("status").output).contains("not running")

    port = free_port()
    first = gate_stack("up", "--json", "--valkey-port", str(port))
    expect.value(first.exit_code).equals(0)
    said = json.loads(first.output)
    services = said["services"]
    expect.state({}, said).became("/running", True)
    expect.value({(one["started"], one["external"]) for one in services.values()}).equals({(True, False)})
    expect.value(services["valkey"]["url"]).contains(f":{port}/")

    again = gate_stack("up")
    expect.value(again.exit_code).equals(0)
    expect.value(again.output.count("already running")).equals(3)

    status = json.loads(gate_stack("status", "--json").output)
    expect.state({}, status).became("/running", True)
    expect.value({name: one["url"] for name, one in status["services"].items()}).equals(
        {name: one["url"] for name, one in services.items()}
    )
    idle = [
        name for name, one in status["services"].items() if not (one["kept"] and one["pid"] and one["keeper"])
    ]
    expect.complaints(idle, about=status["services"]).none()
    expect.value(gate_stack("status").output).contains(services["postgres"]["url"])

    file = Path(said["env_file"])
    expect.value(stat.S_IMODE(file.stat().st_mode)).equals(0o600)
    sourced = subprocess.run(
        ["sh", "-c", '. "$1"; env', "sh", str(file)], capture_output=True, text=True, check=True
    ).stdout
    for name, one in services.items():
        expect.value(sourced.splitlines()).contains(f"AUTOBIZ_{name.upper()}_URL={one['url']}")

    down = gate_stack("down", "--json")
    expect.value(json.loads(down.output)).equals(
        {"running": False, "stopped": ["postgres", "valkey", "wiremock"]}
    )
    expect.value(files_in(file.parent)).lacks(file.name)
    expect.value(gate_stack("down").output).equals("the stack is not running\n")
    expect.value(json.loads(gate_stack("status", "--json").output)).equals({"running": False})


def test_a_failure_exits_with_4_and_status_remembers_it(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a service cannot start, up exits with 4 and the log's end, and status still says why."""
    program = tmp_path / "valkey-server"
    program.write_text("#!/bin/sh\necho out of order; exit 1\n")
    program.chmod(0o700)
    monkeypatch.setenv(VALKEY_SERVER, str(program))
    result = gate_stack("up")
    expect.value(result.exit_code).equals(4)
    expect.value(result.output).contains("gate: valkey did not start", "out of order")
    expect.value(gate_stack("status").output).contains("out of order")


@pytest.mark.parametrize(
    "words",
    [
        ("up", "--postgres-port", "none"),
        ("up", "--valkey-port", "65536"),
        ("up", "--valkey-port", "0"),
        ("up", "--valkey-port", "5000", "--wiremock-port", "5000"),
        ("up", "--wiremock-jar", "absent.jar"),
        ("sideways",),
        ("down", "now"),
    ],
)
def test_wrong_usage_exits_with_2_and_starts_nothing(state: Path, words: tuple[str, ...]) -> None:
    """A command that cannot be meant is refused before anything is touched."""
    expect.value(gate_stack(*words).exit_code).equals(2)
    expect.value(list(state.iterdir())).equals([])


def test_a_directory_of_another_kind_exits_with_4(tmp_path: Path, no_servers_given: None) -> None:
    """A state directory that is a file is an error of the place, not of the command."""
    file = tmp_path / "file"
    file.touch()
    for place in (file, file / "below"):
        result = gate_stack("up", "--directory", str(place))
        expect.value(result.exit_code).equals(4)
        expect.value(result.output).contains(str(place))


def test_an_interrupt_exits_with_5_and_leaves_nothing(state: Path, tmp_path: Path) -> None:
    """Ctrl-C while the stack comes up exits with 5, and what was starting ends."""
    started = tmp_path / "started"
    os.mkfifo(started)
    program = tmp_path / "valkey-server"
    program.write_text(f"#!/bin/sh\necho > '{started}'\nexec cat '{started}'\n")
    program.chmod(0o700)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "stack", "up"],
        env=os.environ | {VALKEY_SERVER: str(program)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    started.read_bytes()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    ended = PlainEnding(code=process.returncode, out=out, err=err)
    expect.program(ended).ended(5).said("interrupted", on="err")
    stop(state)
    expect.value(list(state.glob("*/run-*"))).equals([])
