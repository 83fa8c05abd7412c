"""Read how long a provider wants us to wait; what it says may be anything."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

WAIT_S_MAX = 86_400.0
# Nobody means to wait for so many seconds: it is one of the moments after 2001.
_A_MOMENT = 1_000_000_000
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{0,9})?", re.ASCII)


def wait_of(header: str, *, now: datetime) -> float | None:
    """Return the seconds, from nothing to a day; None if the header says nothing that can be understood."""
    seconds = _number_of(header)
    if seconds is not None:
        return _within_a_day(seconds)
    try:
        moment = parsedate_to_datetime(header.strip())
    except (TypeError, ValueError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _within_a_day((aware - now).total_seconds())


def until_of(header: str, *, now: datetime) -> float | None:
    """Return the seconds until a limit ends, said as such or as a moment since 1970; None if as neither."""
    said = _number_of(header)
    if said is None:
        return None
    return _within_a_day(said - now.timestamp() if said >= _A_MOMENT else said)


def _number_of(header: str) -> float | None:
    text = header.strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def _within_a_day(seconds: float) -> float:
    return min(max(seconds, 0.0), WAIT_S_MAX)
