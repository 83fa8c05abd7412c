"""One stack for all who join: whoever comes first starts it, the others find it."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from autobiz_harness.stack import join, keep, stop

from ..stack_users import Member, answers, await_nothing_left, pids

ROOT = Path(__file__).parent


def test_all_three_services_are_shared_and_leave_nothing(
    stack_state: Path, member: Callable[..., Member]
) -> None:
    """Two processes get the same three URLs, and when both have left, every process and all data is gone."""
    services = ("postgres", "valkey", "wiremock")
    first, second = member(*services), member(*services)
    urls = first.env()
    assert second.env() == urls
    assert sorted(urls) == ["AUTOBIZ_POSTGRES_URL", "AUTOBIZ_VALKEY_URL", "AUTOBIZ_WIREMOCK_URL"]
    assert all(urlsplit(url).hostname == "127.0.0.1" and answers(url) for url in urls.values())
    running = pids(stack_state)
    assert len(running) >= 6
    first.end()
    assert all(answers(url) for url in urls.values())
    second.end()
    await_nothing_left(stack_state, running)


def test_many_who_come_at_once_start_one(stack_state: Path, member: Callable[..., Member]) -> None:
    """Six processes that join at the same moment share one server."""
    members = [member() for _ in range(6)]
    assert len({one.env()["AUTOBIZ_VALKEY_URL"] for one in members}) == 1


def test_those_who_come_while_it_stops_get_a_new_one(stack_state: Path) -> None:
    """Leaving and joining in a row never yields the URL of a server that is going away."""
    for _ in range(5):
        with join(ROOT, services=["valkey"], directory=stack_state) as stack:
            assert answers(stack.valkey.url)


def test_a_service_that_is_wanted_later_joins_the_others(stack_state: Path) -> None:
    """A process that wants one more service leaves the running ones as they are."""
    with (
        join(ROOT, services=["valkey"], directory=stack_state) as few,
        join(ROOT, services=["valkey", "wiremock"], directory=stack_state) as more,
    ):
        assert more.valkey.url == few.valkey.url
        assert answers(more.wiremock.url)


def test_a_kept_service_stays_without_users_until_it_is_stopped(stack_state: Path) -> None:
    """A kept service outlives its users, is found by the next, and ends when told to."""
    with join(ROOT, services=["valkey"], directory=stack_state) as stack:
        keep(stack)
        url = stack.valkey.url
    for _ in range(2):
        with join(ROOT, services=["valkey"], directory=stack_state) as found:
            assert found.valkey.url == url
            assert not found.valkey.started
    running = pids(stack_state)
    assert stop(stack_state) == ("valkey",)
    await_nothing_left(stack_state, running)
    assert stop(stack_state) == ()
