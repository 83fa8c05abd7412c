"""Let a test say what time it is."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class VirtualClock:
    """A clock that stands still until it is told to move; fits the kernel's `Clock` port."""

    def __init__(self, start: datetime = EPOCH) -> None:
        if start.tzinfo is None:
            raise ValueError(f"start={start.isoformat()} has no time zone; pass an aware datetime")
        self._now = start.astimezone(UTC)
        self._passed = timedelta(0)

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._passed.total_seconds()

    def advance(self, by: timedelta) -> datetime:
        """Move time forward and return the new moment."""
        if by < timedelta(0):
            raise ValueError(f"by={by} is negative; time does not run back, but a clock may be set: jump(by)")
        self._now += by
        self._passed += by
        return self._now

    def jump(self, by: timedelta) -> datetime:
        """Set the clock to another moment, as people and time servers do, without any time passing."""
        self._now += by
        return self._now
