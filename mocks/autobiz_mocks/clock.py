"""Let a test say what time it is."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class VirtualClock:
    """A clock that stands still until it is told to move; fits the kernel's `Clock` port."""

    def __init__(self, start: datetime = EPOCH) -> None:
        if start.tzinfo is None:
            raise ValueError(f"start={start.isoformat()} has no time zone; pass an aware datetime")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move time forward and return the new moment."""
        if by < timedelta(0):
            raise ValueError(f"by={by} is negative; a clock that jumps back is a fault, inject it by name")
        self._now += by
        return self._now
