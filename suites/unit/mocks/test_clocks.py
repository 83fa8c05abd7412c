"""One conformance suite for the clock port: the real clock and the virtual one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from autobiz_kernel import Clock, SystemClock
from autobiz_mocks import VirtualClock

CLOCKS: list[Callable[[], Clock]] = [SystemClock, VirtualClock]


@pytest.mark.parametrize("clock_type", CLOCKS)
def test_a_clock_answers_in_aware_utc(clock_type: Callable[[], Clock]) -> None:
    """Every clock answers in UTC and says so."""
    assert clock_type().now().tzinfo is UTC


@pytest.mark.parametrize("clock_type", CLOCKS)
def test_a_clock_does_not_run_backwards(clock_type: Callable[[], Clock]) -> None:
    """Two readings in a row never go back."""
    clock = clock_type()
    first = clock.now()
    assert clock.now() >= first


def test_virtual_time_moves_only_when_told() -> None:
    """A virtual clock stands still between advances and moves by exactly what was asked."""
    clock = VirtualClock(datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC))
    assert clock.now() == clock.now()
    assert clock.advance(timedelta(microseconds=1)) == clock.now() == datetime(2026, 3, 1, tzinfo=UTC)
    assert clock.advance(timedelta(0)) == datetime(2026, 3, 1, tzinfo=UTC)


def test_virtual_time_is_converted_to_utc() -> None:
    """A start in another zone is the same moment, told in UTC."""
    start = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert VirtualClock(start).now().isoformat() == "2026-01-01T00:00:00+00:00"


@pytest.mark.negative
def test_virtual_time_never_goes_back() -> None:
    """Advancing by less than nothing is refused."""
    with pytest.raises(ValueError, match="negative"):
        VirtualClock().advance(timedelta(microseconds=-1))


@pytest.mark.negative
def test_a_start_without_zone_is_refused() -> None:
    """A start that does not say its zone could be any of two dozen moments."""
    with pytest.raises(ValueError, match="no time zone"):
        VirtualClock(datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose
