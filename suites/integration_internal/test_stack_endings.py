"""Nothing is left when the last user is gone, however it went, and however its keeper did.

Most of this is the same for every service, so it is shown with Valkey, which starts fastest.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autobiz_harness.stack import join, keep, standings, stop
from autobiz_harness.stack.binaries import VALKEY_SERVER
from autobiz_harness.stack.joining import Arrival
from autobiz_harness.stack.leftovers import end_programs
from autobiz_harness.stack.rooms import Room
from autobiz_harness.stack.service import Order
from autobiz_oracles import expect

from ..stack_users import (
    DEADLINE_S,
    Gate,
    Member,
    await_end,
    await_keeper_gone,
    await_nothing_left,
    expect_answers,
    pids,
)

ROOT = Path(__file__).parent


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Put the gated program in the place of Valkey."""
    gated = Gate(tmp_path)
    monkeypatch.setenv(VALKEY_SERVER, str(gated.program))
    return gated


def test_killing_the_user_ends_the_service(stack_state: Path, member: Callable[..., Member]) -> None:
    """After kill -9 of the only user nothing stays behind."""
    user = member()
    user.env()
    running = pids(stack_state)
    expect.value(len(running)).equals(2)
    expect.value(user.end(signal.SIGKILL)).equals(-signal.SIGKILL)
    await_nothing_left(stack_state, running)


def test_killing_one_user_leaves_the_other_its_service(
    stack_state: Path, member: Callable[..., Member]
) -> None:
    """After kill -9 of one of two users the other one's server still answers."""
    starter, other = member(), member()
    url = other.env()["AUTOBIZ_VALKEY_URL"]
    starter.env()
    starter.end(signal.SIGKILL)
    with join(ROOT, services=["valkey"], directory=stack_state) as stack:
        expect.value(stack.valkey.url).equals(url)
    expect_answers(url)


def test_killing_the_starter_leaves_nothing(
    stack_state: Path, member: Callable[..., Member], gate: Gate
) -> None:
    """When the only user is killed while its service starts, the service ends as soon as it is up."""
    user = member()
    gate.await_start()
    user.end(signal.SIGKILL)
    gate.let_go()
    await_nothing_left(stack_state, [])


def test_killing_the_starter_does_not_harm_who_waits(
    stack_state: Path, member: Callable[..., Member], gate: Gate
) -> None:
    """Who joined while the service was starting gets it, even if the one who started it was killed."""
    starter = member()
    gate.await_start()
    waiting = Arrival(room=Room(path=stack_state / "valkey"), order=Order(service="valkey"))
    starter.end(signal.SIGKILL)
    gate.let_go()
    joined = waiting.wait()
    expect.value([joined.started]).equals([False])
    expect_answers(joined.notice.url)
    joined.close()


@pytest.mark.parametrize("service", ["postgres", "valkey", "wiremock"])
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child's life to its parent's")
def test_killing_the_keeper_ends_its_service(
    stack_state: Path, member: Callable[..., Member], service: str
) -> None:
    """After kill -9 of the keeper its service ends too, and the next to join gets a new one."""
    user = member(service)
    old = user.env()
    running = pids(stack_state)
    (standing,) = standings(stack_state)
    os.kill(standing.notice.keeper, signal.SIGKILL)
    for pid in running:
        await_end(pid)
    with join(ROOT, services=[service], directory=stack_state) as stack:
        expect.value(stack.env()).differs_from(old)
        expect_answers(next(iter(stack.env().values())))
        expect.value(len(list(stack_state.glob("*/run-*")))).equals(1)


def test_interrupting_the_user_ends_the_service(stack_state: Path, member: Callable[..., Member]) -> None:
    """A Ctrl-C, which the terminal sends to the whole group, stops the user and then the service."""
    user = member()
    user.env()
    running = pids(stack_state)
    os.killpg(user.process.pid, signal.SIGINT)
    user.process.communicate(timeout=DEADLINE_S)
    await_nothing_left(stack_state, running)


def test_a_service_that_dies_is_told_and_replaced(stack_state: Path) -> None:
    """A server that ends by itself is reported with its log, and the next to join gets a new one."""
    with join(ROOT, services=["valkey"], directory=stack_state) as stack:
        (standing,) = standings(stack_state)
        assert standing.notice.pid is not None
        os.kill(standing.notice.pid, signal.SIGKILL)
        await_keeper_gone(stack_state / "valkey")
        (standing,) = standings(stack_state)
        expect.value([standing.running]).equals([False])
        expect.value(standing.notice.error).contains("valkey ended by itself")
        with join(ROOT, services=["valkey"], directory=stack_state) as again:
            expect.value(again.valkey.url).differs_from(stack.valkey.url)
            expect_answers(again.valkey.url)


def test_a_dead_keepers_wish_to_stay_dies_with_it(stack_state: Path) -> None:
    """The service started after a kept keeper was killed ends with its last user again."""
    with join(ROOT, services=["valkey"], directory=stack_state) as stack:
        keep(stack)
        (standing,) = standings(stack_state)
        os.kill(standing.notice.keeper, signal.SIGKILL)
        await_keeper_gone(stack_state / "valkey")
    with join(ROOT, services=["valkey"], directory=stack_state):
        running = pids(stack_state)
    await_nothing_left(stack_state, running)


def test_a_service_can_be_stopped_while_it_starts(
    stack_state: Path, member: Callable[..., Member], gate: Gate
) -> None:
    """Stopping a service that is still starting ends it, and who waited for it gets a new one."""
    user = member()
    gate.await_start()
    expect.value(stop(stack_state)).equals(("valkey",))
    gate.await_start()
    gate.let_go()
    expect_answers(user.env()["AUTOBIZ_VALKEY_URL"])


def test_locks_do_not_leak_into_programs_that_users_start(stack_state: Path) -> None:
    """A program that a user started and left running does not keep the service up."""
    with join(ROOT, services=["valkey"], directory=stack_state):
        running = pids(stack_state)
        left = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    await_nothing_left(stack_state, running)
    expect.value([left.poll()]).equals([None])
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
        expect.value(end_programs([stale])).equals([ours.pid])
        expect.value(ours.wait(DEADLINE_S)).equals(-signal.SIGKILL)
        expect.value([theirs.poll()]).equals([None])
    finally:
        for process in (ours, theirs):
            process.communicate()
