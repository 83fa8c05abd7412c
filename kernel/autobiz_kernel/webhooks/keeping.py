"""Keep events: in memory, or in PostgreSQL, where one statement of one tenant keeps each event once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from autobiz_kernel.incident import OnIncident, ignore

from .conflicting import conflict_of, digest_of
from .ingress import StoredEvent, Telling
from .verdicts import Event

_KEEP: LiteralString = """
INSERT INTO event_store (tenant_id, event_id, source, source_event_id, entity, type, occurred_at, received_at,
                         payload, payload_sha256, event_sha256, signature_valid)
VALUES (%(tenant)s, %(event_id)s, %(source)s, %(source_event_id)s, %(entity)s, %(type)s, %(occurred_at)s,
        %(received_at)s, %(payload)s, %(payload_sha256)s, %(event_sha256)s, true)
ON CONFLICT (tenant_id, source, source_event_id) DO NOTHING
"""
# Nothing if the event that is kept is the same, or this conflict was kept before.
_KEEP_BESIDE: LiteralString = """
INSERT INTO event_conflicts (tenant_id, source, source_event_id, event_id, entity, type, occurred_at,
                             received_at, payload, payload_sha256, event_sha256)
SELECT tenant_id, source, source_event_id, %(event_id)s, %(entity)s, %(type)s, %(occurred_at)s,
       %(received_at)s, %(payload)s, %(payload_sha256)s, %(event_sha256)s
FROM event_store
WHERE tenant_id = %(tenant)s AND source = %(source)s AND source_event_id = %(source_event_id)s
    AND event_sha256 <> %(event_sha256)s
ON CONFLICT DO NOTHING
"""


_UNTOLD: LiteralString = """
SELECT event_id, source, source_event_id, type, entity, occurred_at, received_at, payload, payload_sha256
FROM event_store WHERE tenant_id = %s AND status = 0 ORDER BY received_at, event_id LIMIT %s
"""
_MARK: LiteralString = (
    "UPDATE event_store SET status = %s WHERE tenant_id = %s AND event_id = %s AND status = 0"
)


@dataclass(slots=True)
class MemoryEvents:
    """Events in memory; fits `EventBook`."""

    kept: dict[tuple[UUID, str, str], StoredEvent] = field(default_factory=dict)
    beside: dict[tuple[UUID, str, str, bytes], StoredEvent] = field(default_factory=dict)
    told: dict[UUID, Telling] = field(default_factory=dict)
    on_incident: OnIncident = ignore

    async def keep(self, events: tuple[StoredEvent, ...]) -> int:
        before = len(self.kept)
        for each in events:
            where = (each.tenant, each.event.source, each.event.source_event_id)
            digest = digest_of(each.event)
            if digest_of(self.kept.setdefault(where, each).event) == digest:
                continue
            if self.beside.setdefault((*where, digest), each) is each:
                self.on_incident(conflict_of(each.tenant, each.event_id, each.event))
        return len(self.kept) - before

    async def untold(self, tenant: UUID, *, limit: int) -> tuple[StoredEvent, ...]:
        found = [
            each for each in self.kept.values() if each.tenant == tenant and each.event_id not in self.told
        ]
        return tuple(sorted(found, key=lambda each: (each.received_at, each.event_id))[:limit])

    async def mark(self, tenant: UUID, event_id: UUID, telling: Telling) -> None:
        if any((each.tenant, each.event_id) == (tenant, event_id) for each in self.kept.values()):
            self.told.setdefault(event_id, telling)


class PostgresEvents:
    """Events in PostgreSQL; fits `EventBook`."""

    def __init__(self, connection: AsyncConnection[Any], *, on_incident: OnIncident = ignore) -> None:
        self._connection, self._on_incident = connection, on_incident
        self._writing = asyncio.Lock()

    async def keep(self, events: tuple[StoredEvent, ...]) -> int:
        kept, beside = 0, []
        for tenant in dict.fromkeys(each.tenant for each in events):
            mine = [each for each in events if each.tenant == tenant]
            async with self._as(tenant):
                for each in mine:
                    row = _row(each)
                    if (await self._connection.execute(_KEEP, row)).rowcount:
                        kept += 1
                    elif (await self._connection.execute(_KEEP_BESIDE, row)).rowcount:
                        beside.append(each)
        for each in beside:
            # Once it is written down: what is told and not kept nobody could look at.
            self._on_incident(conflict_of(each.tenant, each.event_id, each.event))
        return kept

    async def untold(self, tenant: UUID, *, limit: int) -> tuple[StoredEvent, ...]:
        async with self._as(tenant), self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_UNTOLD, [tenant, limit])
            return tuple(_stored(tenant, row) for row in await cursor.fetchall())

    async def mark(self, tenant: UUID, event_id: UUID, telling: Telling) -> None:
        async with self._as(tenant):
            await self._connection.execute(_MARK, [int(telling), tenant, event_id])

    @asynccontextmanager
    async def _as(self, tenant: UUID) -> AsyncIterator[None]:
        async with self._writing, self._connection.transaction():
            await self._connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])
            yield


def _stored(tenant: UUID, row: Mapping[str, Any]) -> StoredEvent:
    return StoredEvent(
        tenant=tenant,
        event_id=row["event_id"],
        event=Event(
            source=row["source"],
            source_event_id=row["source_event_id"],
            type=row["type"],
            entity=row["entity"],
            occurred_at=row["occurred_at"].astimezone(UTC),
            payload=orjson.loads(row["payload"]),
        ),
        received_at=row["received_at"].astimezone(UTC),
        payload=row["payload"],
        payload_sha256=row["payload_sha256"],
    )


def _row(stored: StoredEvent) -> dict[str, Any]:
    event = stored.event
    return {
        "tenant": stored.tenant,
        "event_id": stored.event_id,
        "source": event.source,
        "source_event_id": event.source_event_id,
        "entity": event.entity,
        "type": event.type,
        "occurred_at": event.occurred_at,
        "received_at": stored.received_at,
        "payload": stored.payload,
        "payload_sha256": stored.payload_sha256,
        "event_sha256": digest_of(event),
    }
