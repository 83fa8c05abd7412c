"""Which way a service comes up: named image, installed programs, Docker as the last resort."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM

import pytest

from autobiz_harness.stack import SERVICES, StackError, join, starting
from autobiz_harness.stack.binaries import NotInstalledError
from autobiz_harness.stack.rooms import Room
from autobiz_harness.stack.service import Launch, Order, Recipe, Service
from autobiz_harness.stack.starting import Starter

RECIPE = Recipe(image="ours:1", port=1, environment={}, command=(), url="x://")


class Container:
    """A container that is up, and remembers that it was stopped."""

    pid = None

    def __init__(self) -> None:
        self.stopped = False

    def ended(self) -> int | None:
        """It runs."""
        return None

    def wait(self) -> int:
        """Nobody waits in these tests."""
        raise NotImplementedError

    def stop(self) -> None:
        """Remember it."""
        self.stopped = True

    def tail(self) -> str:
        """Give the log."""
        return "log"


@dataclass
class Engine:
    """A Docker engine that records what it is asked to run."""

    works: bool = True
    images: list[str] = field(default_factory=list)


def installed(home: Path, port: int, order: Order) -> Launch:
    """Prepare a program that waits for a writer that never comes."""
    os.mkfifo(home / "silence")
    return Launch(
        argv=("/bin/cat", str(home / "silence")),
        url="embedded://",
        port=port,
        ready=lambda: True,
        stop=SIGTERM,
        orphaned=SIGTERM,
    )


def missing(home: Path, port: int, order: Order) -> Launch:
    """Find nothing."""
    raise NotInstalledError("valkey is not installed")


def bring_up(
    tmp_path: Path,
    prepare: Callable[[Path, int, Order], Launch],
    *,
    check: Callable[[str], None] = lambda _: None,
    pause: Callable[[float], None] = lambda _: None,
) -> str:
    """Start, stop, and say which way it came up."""
    service = Service(name="valkey", prepare=prepare, container=lambda _: RECIPE, check=check)
    starter = Starter(service=service, order=Order(service="valkey"), room=Room(path=tmp_path), pause=pause)
    up = starter.bring_up()
    up.running.stop()
    return up.url


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A Docker engine that works."""
    working = Engine()

    def run(recipe: Recipe, *, image: str, port: int, room: Path) -> Container:
        working.images.append(image)
        if not working.works:
            raise StackError("no engine")
        return Container()

    monkeypatch.setattr(starting, "run_container", run)
    monkeypatch.delenv("AUTOBIZ_VALKEY_IMAGE", raising=False)
    return working


def test_installed_programs_come_before_docker(tmp_path: Path, engine: Engine) -> None:
    """Where the programs are installed Docker is not asked."""
    assert bring_up(tmp_path, installed) == "embedded://"
    assert engine.images == []


def test_docker_comes_where_no_programs_are_installed(tmp_path: Path, engine: Engine) -> None:
    """Where nothing is installed the service's own image is run."""
    assert bring_up(tmp_path, missing) == "x://"
    assert engine.images == ["ours:1"]


def test_a_named_image_comes_before_installed_programs(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image that the environment names is run, whatever is installed."""
    monkeypatch.setenv("AUTOBIZ_VALKEY_IMAGE", "theirs:2")
    assert bring_up(tmp_path, installed) == "x://"
    assert engine.images == ["theirs:2"]


def test_without_programs_and_docker_both_reasons_are_told(tmp_path: Path, engine: Engine) -> None:
    """Where there is neither, the error says what to install and what Docker said."""
    engine.works = False
    with pytest.raises(StackError, match=r"valkey is not installed\. Docker was tried instead: no engine"):
        bring_up(tmp_path, missing)


def test_a_program_that_fails_is_not_replaced_by_docker(tmp_path: Path, engine: Engine) -> None:
    """An installed program that does not start is an error, not a reason to run something else."""

    def broken(home: Path, port: int, order: Order) -> Launch:
        raise StackError("broken")

    with pytest.raises(StackError, match="broken"):
        bring_up(tmp_path, broken)
    assert engine.images == []


def test_a_container_that_never_answers_is_stopped(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container that does not answer in time is removed, and its log is shown."""
    made: list[Container] = []

    def run(recipe: Recipe, *, image: str, port: int, room: Path) -> Container:
        made.append(Container())
        return made[-1]

    def dead(url: str) -> None:
        raise StackError("nobody there")

    monkeypatch.setattr(starting, "run_container", run)
    monkeypatch.setattr(starting, "START_S_MAX", 0.0)
    with pytest.raises(StackError, match=r"no answer within 0 s.*\nlog"):
        bring_up(tmp_path, missing, check=dead)
    assert [container.stopped for container in made] == [True]


def test_what_was_started_is_stopped_when_we_are_told_to_stop(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever interrupts the wait for a service's answer, the service is stopped before it gets through."""
    made: list[Container] = []

    def run(recipe: Recipe, *, image: str, port: int, room: Path) -> Container:
        made.append(Container())
        return made[-1]

    def dead(url: str) -> None:
        raise StackError("nobody there")

    def told(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(starting, "run_container", run)
    with pytest.raises(KeyboardInterrupt):
        bring_up(tmp_path, missing, check=dead, pause=told)
    assert [container.stopped for container in made] == [True]


def test_without_an_engine_docker_says_so(tmp_path: Path) -> None:
    """Where no Docker engine answers, the error names the image and the way without Docker."""
    # In a process of its own, since the Docker SDK leaves its socket open when it fails.
    code = (
        "from pathlib import Path\n"
        "from autobiz_harness.stack.docker import run_container\n"
        "from autobiz_harness.stack.service import Recipe\n"
        "recipe = Recipe(image='ours:1', port=1, environment={}, command=(), url='x://')\n"
        "run_container(recipe, image='ours:1', port=1, room=Path('/'))\n"
    )
    environment = os.environ | {"DOCKER_HOST": f"unix://{tmp_path}/absent.sock"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert re.search("StackError: Docker cannot run ours:1: .*start Docker, or pip install", done.stderr)


def test_an_unknown_service_is_refused(tmp_path: Path) -> None:
    """Asking for a service that does not exist names those that do."""
    with (
        pytest.raises(StackError, match=r"no service 'mysql'.*postgres, valkey, wiremock"),
        join(tmp_path, services=["mysql"]),
    ):
        pass


def test_a_service_that_was_not_asked_for_is_told(tmp_path: Path) -> None:
    """Reading the URL of a service that was not asked for is an error, not an empty string."""
    with join(tmp_path, services=[]) as stack:
        assert stack.env() == {}
        with pytest.raises(StackError, match="valkey was not asked for"):
            _ = stack.valkey


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.name)
def test_containers_get_fresh_secrets(service: Service) -> None:
    """Every container description carries its own password, and publishes on loopback."""
    first, second = service.container(5000), service.container(5000)
    assert "@127.0.0.1:5000" in first.url or first.url == "http://127.0.0.1:5000"
    assert first.url != second.url or "@" not in first.url
