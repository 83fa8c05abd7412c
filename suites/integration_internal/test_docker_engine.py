"""Containers of the stack, started by the Docker SDK at a stubbed engine: what is asked, not what is done.

No engine is here. These tests show the requests that the SDK makes on our behalf and what we make of the
answers; that a real engine then runs the containers is not shown by them.
"""

import json
from pathlib import Path

import pytest

from autobiz_harness.stack import StackError
from autobiz_harness.stack.docker import Container, run_container
from autobiz_harness.stack.service import Recipe
from autobiz_mocks import TRIAL_HEADER, Fault, Planned, Served, WireMock, faulty, shipped_stubs
from autobiz_oracles import expect

from ..stripe_tools import ReadJournal

pytestmark = [
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-TR01"),
    pytest.mark.test_id("P1-H09"),
]
IMAGE = "wiremock/wiremock:3.13.2"
RECIPE = Recipe(
    image=IMAGE, port=8080, environment={"A": "b"}, command=("--disable-gzip",), url="http://127.0.0.1:5"
)
OLD = "a" * 64


@pytest.fixture
def engine(
    wiremock: WireMock, trial: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_journal: ReadJournal
) -> ReadJournal:
    """The stubbed engine as the SDK finds it; its requests carry the trial's name."""
    wiremock.install(shipped_stubs("docker"))
    (tmp_path / "config.json").write_text(json.dumps({"HttpHeaders": {TRIAL_HEADER: trial}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", wiremock.url.replace("http://", "tcp://"))
    for name in ("DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    return read_journal


def planned(wiremock: WireMock, trial: str, op: str, status: int, body: object) -> None:
    stub = next(each for each in shipped_stubs("docker") if each["metadata"]["op"] == op)
    plan = Planned(fault=Fault.LOCKED, status=status, body=json.dumps(body))
    for each in faulty(stub, plan, headers={TRIAL_HEADER: trial}):
        wiremock.add(each)


def started(tmp_path: Path) -> Container:
    return run_container(RECIPE, image=IMAGE, port=51234, room=tmp_path)


def ops(seen: tuple[Served, ...]) -> list[str]:
    return [request.op for request in seen if request.accepted]


def test_a_container_is_asked_for_as_the_recipe_says(engine: ReadJournal, tmp_path: Path) -> None:
    """Image, command and environment are the recipe's, the port is on loopback alone, the room is a label."""
    container = started(tmp_path)
    assert container.ended() is None
    seen = engine()
    (created,) = [json.loads(request.body) for request in seen if request.op == "create"]
    told = {
        "image": created["Image"],
        "command": created["Cmd"],
        "environment": created["Env"],
        "ports": created["HostConfig"]["PortBindings"],
        "labels": created["Labels"],
    }
    expect.worlds(
        told,
        {
            "image": IMAGE,
            "command": ["--disable-gzip"],
            "environment": ["A=b"],
            "ports": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "51234"}]},
            "labels": {"autobiz.stack": str(tmp_path)},
        },
    ).alike()
    assert ops(seen) == ["create", "start"]


def test_what_an_earlier_one_left_is_removed_first(
    engine: ReadJournal, wiremock: WireMock, trial: str, tmp_path: Path
) -> None:
    """A container under the label of this room is removed with its volumes before another is made."""
    planned(wiremock, trial, "list", 200, [{"Id": OLD, "Names": ["/old"]}])
    planned(wiremock, trial, "inspect", 200, {"Id": OLD, "State": {"Status": "exited", "ExitCode": 1}})
    started(tmp_path)
    seen = engine()
    expect.worlds(ops(seen), ["remove", "create", "start"]).alike()
    (removed,) = [request for request in seen if request.op == "remove"]
    assert OLD in removed.path


def test_an_image_that_is_not_there_is_pulled(
    engine: ReadJournal, wiremock: WireMock, trial: str, tmp_path: Path
) -> None:
    """Where the engine lacks the image it is pulled once, and the container is made then."""
    planned(wiremock, trial, "create", 404, {"message": f"No such image: {IMAGE}"})
    started(tmp_path)
    expect.worlds(ops(engine()), ["pull", "create", "start"]).alike()


def test_its_end_is_seen_and_its_log_is_read(engine: ReadJournal, tmp_path: Path) -> None:
    """How it ended and the end of its log are what the engine says; it is stopped and removed."""
    container = started(tmp_path)
    assert (container.wait(), container.tail()) == (137, "ready\n")
    container.stop()
    expect.worlds(ops(engine())[-2:], ["stop", "remove"]).alike()


@pytest.mark.negative
def test_an_engine_that_refuses_is_told_with_a_way_out(
    engine: ReadJournal, wiremock: WireMock, trial: str, tmp_path: Path
) -> None:
    """What the engine says is repeated, with what to do without one."""
    planned(wiremock, trial, "start", 500, {"message": "port is already allocated"})
    with expect.refusal(StackError, saying="port is already allocated"):
        started(tmp_path)


@pytest.mark.negative
def test_without_an_engine_there_is_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody listens the error says so, and how to do without."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    with expect.refusal(StackError, saying="start Docker, or"):
        started(tmp_path)
