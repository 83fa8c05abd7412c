"""How long a provider wants us to wait, in whatever way it says so."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel.transport import WAIT_S_MAX, until_of, wait_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("2.0", 2.0),
        (" 0.5 ", 0.5),
        ("0", 0.0),
        ("-3", 0.0),
        ("1000000000", WAIT_S_MAX),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 00:00:30 -0000", 30.0),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", WAIT_S_MAX),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("\u0662", None),
        ("Thu, 99 Jan 2026 00:00:30 GMT", None),
    ],
)
def test_every_way_of_saying_it_is_understood(header: str, seconds: float | None) -> None:
    """Whole and broken seconds, dates, the past, the far future; what means nothing is nothing."""
    assert wait_of(header, now=NOW) == seconds


@given(st.text(max_size=40))
def test_no_header_makes_us_wait_for_ever(header: str) -> None:
    """Whatever a header holds, the wait is nothing known or from nothing to a day."""
    for seconds in (wait_of(header, now=NOW), until_of(header, now=NOW)):
        assert seconds is None or 0.0 <= seconds <= WAIT_S_MAX


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("60", 60.0),
        ("1767225630", 30.0),
        ("1767225599", 0.0),
        ("9999999999", WAIT_S_MAX),
        ("", None),
        ("soon", None),
    ],
)
def test_a_moment_is_waited_for(header: str, seconds: float | None) -> None:
    """A limit is waited for whether its end is told in seconds from now or since 1970, for a day at most."""
    assert until_of(header, now=NOW) == seconds
