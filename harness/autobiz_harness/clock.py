"""The harness's only clocks: everything that needs the time asks here."""

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The wall clock, for what people read."""
    return datetime.now(UTC)


def utc_from_epoch(seconds: float) -> datetime:
    """An instant that pytest measured, as a moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def monotonic() -> float:
    """Seconds that never jump, for limits and durations."""
    return time.monotonic()
