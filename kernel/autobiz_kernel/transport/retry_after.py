"""Read how long a provider wants us to wait; what it says may be anything."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

WAIT_S_MAX = 86_400.0
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{0,9})?", re.ASCII)


def wait_of(header: str, *, now: datetime) -> float | None:
    """Return the seconds, from nothing to a day; None if the header says nothing that can be understood."""
    text = header.strip()
    if _NUMBER.fullmatch(text):
        seconds = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (aware - now).total_seconds()
    return min(max(seconds, 0.0), WAIT_S_MAX) if math.isfinite(seconds) else None
