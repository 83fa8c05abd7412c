"""Anchors by the hour: when each is due, what is waited out, what ends it, and how that is said."""

import os
import signal
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import click
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel.audit import OnAnchor, again_and_again
from autobiz_kernel.chains import Anchor, ChainError
from autobiz_kernel.cli_options import duration
from autobiz_kernel.interrupts import Interrupts
from autobiz_mocks import VirtualClock

from ..chain.histories_of_runs import anchored

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-R07")]

HOUR = timedelta(hours=1)
(ANCHOR,) = anchored([])
AWAY = (psycopg.OperationalError("no server"), psycopg.InterfaceError("gone"), OSError(28, "disk full"))


class Hours:
    """Plays tries, each with the minutes that it takes and what goes wrong, until there are no more."""

    def __init__(self, *tries: tuple[int, Exception | None]) -> None:
        self.clock = VirtualClock()
        self.began = self.clock.now()
        self.at: list[float] = []
        self.told: list[Exception] = []
        self.anchors: list[Anchor] = []
        self._tries: Iterator[tuple[int, Exception | None]] = iter(tries)
        self._left = len(tries)

    def once(self, made: OnAnchor) -> None:
        self.at.append((self.clock.now() - self.began) / timedelta(minutes=1))
        minutes, error = next(self._tries)
        self._left -= 1
        self.clock.advance(timedelta(minutes=minutes))
        if error is not None:
            raise error
        made(ANCHOR)

    def pause(self, time: timedelta) -> None:
        if not self._left:
            raise KeyboardInterrupt
        self.clock.advance(time)

    def played(self) -> bool | None:
        return again_and_again(
            self.once,
            every=HOUR,
            clock=self.clock,
            pause=self.pause,
            on_anchor=self.anchors.append,
            on_error=self.told.append,
        )


def test_it_anchors_at_once_and_then_every_hour() -> None:
    """The first is due at once, and none is late because the one before it took long."""
    hours = Hours((0, None), (10, None), (59, None), (0, None))
    assert hours.played() is True
    assert hours.at == [0, 60, 120, 180]
    assert hours.anchors == [ANCHOR] * 4


@given(st.lists(st.integers(0, 200), min_size=1, max_size=8))
def test_times_that_have_passed_are_left_out(minutes: list[int]) -> None:
    """However long tries take, each begins on the next full hour, and none is made up for."""
    hours = Hours(*((taken, None) for taken in minutes))
    hours.played()
    assert all(at % 60 == 0 for at in hours.at)
    ends = [at + taken for at, taken in zip(hours.at, minutes, strict=True)]
    assert hours.at[1:] == [60 * (end // 60 + 1) for end in ends[:-1]]


@pytest.mark.negative
@pytest.mark.parametrize("error", AWAY, ids=repr)
def test_what_is_away_is_told_and_tried_again(error: Exception) -> None:
    """A database or a disk that is away costs its hour and nothing else; only the last try makes the end."""
    hours = Hours((0, error), (0, error), (0, None))
    assert hours.played() is True
    assert (hours.at, hours.told) == ([0, 60, 120], [error, error])
    assert Hours((0, None), (0, error)).played() is False


@pytest.mark.negative
def test_what_a_person_has_to_mend_is_not_waited_out() -> None:
    """A torn file or a role that may not ends it at once, because complaints that go on are overheard."""
    for error in (ChainError("torn"), psycopg.errors.InsufficientPrivilege("not yours")):
        hours = Hours((0, None), (0, error), (0, None))
        with pytest.raises(type(error)):
            hours.played()
        assert hours.at == [0, 60]
    assert hours.told == []


class Stopped(Hours):
    """Is interrupted within its second try, before or after that has made its anchor."""

    def __init__(self, first: Exception | None, *, is_made: bool) -> None:
        super().__init__((0, first), (0, None), (0, None))
        self._is_made = is_made

    def once(self, made: OnAnchor) -> None:
        if self.at:
            if self._is_made:
                made(ANCHOR)
            raise KeyboardInterrupt
        super().once(made)


@pytest.mark.negative
@pytest.mark.parametrize("first", [None, AWAY[0]], ids=repr)
@pytest.mark.parametrize("is_made", [False, True])
def test_who_is_stopped_within_a_try_is_judged_by_the_last_that_ended(
    first: Exception | None, is_made: bool
) -> None:
    """A try has ended when its anchor is in the file; one that had not got so far is neither good nor bad."""
    hours = Stopped(first, is_made=is_made)
    assert hours.played() is (is_made or first is None)
    assert len(hours.anchors) == (first is None) + is_made


@pytest.mark.negative
def test_who_is_stopped_in_the_first_try_has_no_last_one() -> None:
    """Nothing was anchored, and nothing has failed."""
    hours = Stopped(None, is_made=False)
    hours.at.append(0)
    assert hours.played() is None


@pytest.mark.negative
@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_what_is_held_comes_to_its_end_first(word: signal.Signals) -> None:
    """A word from outside ends at once what may be, and what is held when it is over, also if that fails."""
    before, done = signal.getsignal(word), list[str]()

    def heed(*, holds: bool, error: Exception | None = None) -> None:
        interrupts = Interrupts()
        with interrupts.heeded(), interrupts.held() if holds else nullcontext():
            os.kill(os.getpid(), word)
            done.append("went on")
            if error is not None:
                raise error

    cases: tuple[dict[str, Any], ...] = (
        {"holds": True},
        {"holds": True, "error": OSError("disk full")},
        {"holds": False},
    )
    for case in cases:
        with pytest.raises(KeyboardInterrupt):
            heed(**case)
    assert done == ["went on", "went on"]
    assert signal.getsignal(word) is before


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1s", timedelta(seconds=1)),
        ("15m", timedelta(minutes=15)),
        ("1h", HOUR),
        ("7d", timedelta(days=7)),
        ("168h", timedelta(days=7)),
        ("", "no duration"),
        ("1", "no duration"),
        ("1hour", "no duration"),
        ("1.5h", "no duration"),
        ("-1h", "no duration"),
        (" 1h", "no duration"),
        ("\u0661h", "no duration"),
        ("9999999999h", "no duration"),
        ("0h", "not from 1s to 7d"),
        ("8d", "not from 1s to 7d"),
        ("999999999d", "not from 1s to 7d"),
    ],
)
def test_a_duration_is_a_number_and_its_unit(said: str, meant: timedelta | str) -> None:
    """From a second to a week, in whole seconds, minutes, hours or days; all else is told what to write."""
    most = timedelta(days=7)
    if isinstance(meant, timedelta):
        assert duration(said, most=most) == meant
    else:
        with pytest.raises(click.BadParameter, match=meant):
            duration(said, most=most)
