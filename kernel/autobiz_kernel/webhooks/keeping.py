"""Keep events: in memory, or in PostgreSQL, where one statement of one tenant keeps each event once."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from .ingress import StoredEvent

_KEEP: LiteralString = """
INSERT INTO event_store (tenant_id, event_id, source, source_event_id, entity, type, occurred_at, received_at,
                         payload, payload_sha256, signature_valid)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, true)
ON CONFLICT (tenant_id, source, source_event_id) DO NOTHING
"""


@dataclass(slots=True)
class MemoryEvents:
    """Events in memory; fits `EventBook`."""

    kept: dict[tuple[UUID, str, str], StoredEvent] = field(default_factory=dict)

    async def keep(self, events: tuple[StoredEvent, ...]) -> int:
        before = len(self.kept)
        for each in events:
            self.kept.setdefault((each.tenant, each.event.source, each.event.source_event_id), each)
        return len(self.kept) - before


class PostgresEvents:
    """Events in PostgreSQL; fits `EventBook`."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection
        self._writing = asyncio.Lock()

    async def keep(self, events: tuple[StoredEvent, ...]) -> int:
        kept = 0
        for tenant in dict.fromkeys(each.tenant for each in events):
            rows = [_row(each) for each in events if each.tenant == tenant]
            async with self._writing, self._connection.transaction():
                await self._connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])
                for row in rows:
                    kept += (await self._connection.execute(_KEEP, row)).rowcount
        return kept


def _row(stored: StoredEvent) -> list[Any]:
    event = stored.event
    return [
        stored.tenant,
        stored.event_id,
        event.source,
        event.source_event_id,
        event.entity,
        event.type,
        event.occurred_at,
        stored.received_at,
        stored.payload,
        stored.payload_sha256,
    ]
