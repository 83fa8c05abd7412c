"""What may be said of a delivery before anything of it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias

TOLERANCE: Final = timedelta(seconds=300)
BODY_BYTES_MAX: Final = 1024 * 1024
_SECONDS_MAX: Final = 253_402_300_799


class Why(StrEnum):
    """Why a delivery is not believed."""

    MISSING = "missing"  # no signature, or no moment
    MALFORMED = "malformed"  # a signature that is none, or a body that is none
    WRONG = "wrong"
    STALE = "stale"
    FUTURE = "future"
    UNCONFIGURED = "unconfigured"  # we hold no secret to check it with
    TOO_LARGE = "too_large"
    FOREIGN = "foreign"  # truly signed, and meant for somebody else


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbelieved:
    """A delivery of which nothing is kept."""

    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, as a provider tells it; `source_event_id` is the same for every copy.

    `fleeting` names the members in which copies of one event may differ.
    """

    source: str
    source_event_id: str
    type: str
    entity: str
    occurred_at: datetime
    payload: Mapping[str, Any]
    fleeting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """The events of a delivery; `spoiled` counts those of a batch that could not be read."""

    events: tuple[Event, ...] = ()
    spoiled: int = 0


Verdict: TypeAlias = Believed | Unbelieved


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What arrived: the names of headers in lower case, and the body as it came, byte for byte."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


def moment_of(seconds: str) -> datetime | None:
    """Read a signed moment: whole seconds, and nothing else."""
    if not (seconds.isascii() and seconds.isdecimal()) or len(seconds) > 12:
        return None
    number = int(seconds)
    return datetime.fromtimestamp(number, UTC) if number <= _SECONDS_MAX else None


def timely(moment: datetime | None, *, now: datetime) -> Why | None:
    """Say what is wrong with a signed moment, in either direction."""
    if moment is None:
        return Why.MALFORMED
    if now - moment > TOLERANCE:
        return Why.STALE
    return Why.FUTURE if moment - now > TOLERANCE else None
