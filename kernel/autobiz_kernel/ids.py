"""Give new runs their ids: the moment first, so that the books stay in order of time, and then chance."""

import secrets
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Ids(Protocol):
    """Whoever gives ids."""

    def new(self, now: datetime) -> UUID:
        """Return an id that nobody has."""
        ...


class TimedIds:
    """Version 7 of RFC 9562: 48 bits of milliseconds, 74 bits of chance."""

    def new(self, now: datetime) -> UUID:
        return timed_id(now, secrets.randbits(74))


def timed_id(now: datetime, chance: int) -> UUID:
    """Put an id together."""
    moment = int(now.timestamp() * 1000)
    high, low = chance >> 62, chance & (2**62 - 1)
    return UUID(int=moment << 80 | 7 << 76 | (high & 0xFFF) << 64 | 2 << 62 | low)
