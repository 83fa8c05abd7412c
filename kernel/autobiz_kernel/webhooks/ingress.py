"""Receive deliveries: believe them first, then keep each event once; of the rest nothing is kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Final, Protocol
from uuid import UUID

import orjson

from autobiz_kernel.clock import Clock
from autobiz_kernel.ids import Ids, TimedIds
from autobiz_kernel.redaction import Redactor

from .verdicts import Delivery, Event, Unbelieved, Why
from .verifying import Source, verify

ACCEPTED: Final = 200
_STATUS: Final = {Why.TOO_LARGE: 413, Why.UNCONFIGURED: 503, Why.MALFORMED: 400, Why.FOREIGN: 403}
_UNSIGNED: Final = 401
NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event as it is kept: cleaned of what must not be kept, with the digest of the bytes that came."""

    tenant: UUID
    event_id: UUID
    event: Event
    received_at: datetime
    payload: str
    payload_sha256: bytes


class Telling(IntEnum):
    """Whether runs have been told of an event; the numbers are those of the table."""

    NOT_YET = 0
    TOLD = 1
    NOBODYS = 2  # no run is to hear of it
    UNTELLABLE = 3  # it is kept, and nothing that a run could be told can be made of it


class EventBook(Protocol):
    """Where events are kept, and of which of them runs have not been told yet."""

    async def keep(self, events: tuple[StoredEvent, ...]) -> int:
        """Keep those that are not there yet, and return how many those are.

        Another body under a known id is not one of them: it is kept beside, and told as an incident.
        """
        ...

    async def untold(self, tenant: UUID, *, limit: int) -> tuple[StoredEvent, ...]:
        """Return events of which nobody has been told, in the order in which they came."""
        ...

    async def mark(self, tenant: UUID, event_id: UUID, telling: Telling) -> None:
        """Write down what has become of one event; what is told stays told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What the sender is answered, and what became of the delivery."""

    status: int
    why: Why | None = None
    kept: int = 0
    copies: int = 0
    spoiled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingress:
    """The door for deliveries of one tenant, by the source that each comes from."""

    tenant: UUID
    sources: Mapping[str, Source]
    events: EventBook
    clock: Clock
    redactor: Redactor = field(default_factory=Redactor)
    ids: Ids = field(default_factory=TimedIds)

    async def receive(self, source: str, delivery: Delivery) -> Received:
        """Judge one delivery, and keep what it tells if it is believed."""
        door, now = self.sources.get(source), self.clock.now()
        if door is None:
            return Received(status=NOT_FOUND)
        verdict = verify(door, delivery, now)
        if isinstance(verdict, Unbelieved):
            return Received(status=_STATUS.get(verdict.why, _UNSIGNED), why=verdict.why)
        digest = hashlib.sha256(delivery.body).digest()
        stored = tuple(self._stored(event, digest, now) for event in verdict.events)
        kept = await self.events.keep(stored)
        return Received(status=ACCEPTED, kept=kept, copies=len(stored) - kept, spoiled=verdict.spoiled)

    def _stored(self, event: Event, digest: bytes, now: datetime) -> StoredEvent:
        cleaned = self.redactor.clean(dict(event.payload), name=event.source).value
        return StoredEvent(
            tenant=self.tenant,
            event_id=self.ids.new(now),
            event=event,
            received_at=now,
            # A decimal is written as it was; what cannot be written was left out by the redactor.
            payload=orjson.dumps(cleaned, default=str, option=orjson.OPT_SORT_KEYS).decode(),
            payload_sha256=digest,
        )
