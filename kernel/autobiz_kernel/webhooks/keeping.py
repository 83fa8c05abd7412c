"""Keep events: in memory, or in PostgreSQL, where one statement of one tenant keeps each event once."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from autobiz_kernel.incident import OnIncident, ignore

from .conflicting import conflict_of, digest_of
from .ingress import StoredEvent

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


@dataclass(slots=True)
class MemoryEvents:
    """Events in memory; fits `EventBook`."""

    kept: dict[tuple[UUID, str, str], StoredEvent] = field(default_factory=dict)
    beside: dict[tuple[UUID, str, str, bytes], StoredEvent] = field(default_factory=dict)
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


class PostgresEvents:
    """Events in PostgreSQL; fits `EventBook`."""

    def __init__(self, connection: AsyncConnection[Any], *, on_incident: OnIncident = ignore) -> None:
        self._connection, self._on_incident = connection, on_incident
        self._writing = asyncio.Lock()

    async def keep(self, events: tuple[StoredEvent, ...]) -> int:
        kept, beside = 0, []
        for tenant in dict.fromkeys(each.tenant for each in events):
            mine = [each for each in events if each.tenant == tenant]
            async with self._writing, self._connection.transaction():
                await self._connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])
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
