"""One stack for all who join: whoever comes first starts it, the others find it."""

from collections.abc import Callable
from pathlib import Path

from autobiz_harness.stack import join, keep, stop
from autobiz_oracles import expect

from ..stack_users import Member, await_nothing_left, expect_answers, pids

ROOT = Path(__file__).parent


def test_all_three_services_are_shared_and_leave_nothing(
    stack_state: Path, member: Callable[..., Member]
) -> None:
    """Two processes get the same three URLs, and when both have left, every process and all data is gone."""
    services = ("postgres", "valkey", "wiremock")
    first, second = member(*services), member(*services)
    urls = first.env()
    expect.value(second.env()).equals(urls)
    expect.value(sorted(urls)).equals(["AUTOBIZ_POSTGRES_URL", "AUTOBIZ_VALKEY_URL", "AUTOBIZ_WIREMOCK_URL"])
    expect_answers(*urls.values())
    running = pids(stack_state)
    expect.value(len(running)).at_least(6)
    first.end()
    expect_answers(*urls.values())
    second.end()
    await_nothing_left(stack_state, running)


def test_many_who_come_at_once_start_one(stack_state: Path, member: Callable[..., Member]) -> None:
    """Six processes that join at the same moment share one server."""
    members = [member() for _ in range(6)]
    expect.value(len({one.env()["AUTOBIZ_VALKEY_URL"] for one in members})).equals(1)


def test_those_who_come_while_it_stops_get_a_new_one(stack_state: Path) -> None:
    """Leaving and joining in a row never yields the URL of a server that is going away."""
    for _ in range(5):
        with join(ROOT, services=["valkey"], directory=stack_state) as stack:
            expect_answers(stack.valkey.url)


def test_a_service_that_is_wanted_later_joins_the_others(stack_state: Path) -> None:
    """A process that wants one more service leaves the running ones as they are."""
    with (
        join(ROOT, services=["valkey"], directory=stack_state) as few,
        join(ROOT, services=["valkey", "wiremock"], directory=stack_state) as more,
    ):
        expect.value(more.valkey.url).equals(few.valkey.url)
        expect_answers(more.wiremock.url)


def test_a_kept_service_stays_without_users_until_it_is_stopped(stack_state: Path) -> None:
    """A kept service outlives its users, is found by the next, and ends when told to."""
    with join(ROOT, services=["valkey"], directory=stack_state) as stack:
        keep(stack)
        url = stack.valkey.url
    for _ in range(2):
        with join(ROOT, services=["valkey"], directory=stack_state) as found:
            expect.value(found.valkey.url).equals(url)
            expect.value([found.valkey.started]).equals([False])
    running = pids(stack_state)
    expect.value(stop(stack_state)).equals(("valkey",))
    await_nothing_left(stack_state, running)
    expect.value(stop(stack_state)).equals(())
