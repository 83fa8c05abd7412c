"""Words about circuits in PostgreSQL. They are rare, so each has a connection of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from .resetting import Reset

_KEEP: LiteralString = """
INSERT INTO circuit_resets (tenant_id, reset_id, dependency, who, why, at) VALUES (%s, %s, %s, %s, %s, %s)
"""
_LATEST: LiteralString = """
SELECT reset_id, dependency, who, why, at FROM circuit_resets
WHERE tenant_id = %s ORDER BY at DESC, reset_id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class PostgresResets:
    """The table of a database."""

    url: str

    async def keep(self, word: Reset) -> None:
        values = [word.tenant, word.reset_id, word.dependency, word.who, word.why, word.at]
        async with self._as(word.tenant) as connection:
            await connection.execute(_KEEP, values)

    async def latest(self, tenant: UUID, *, limit: int) -> tuple[Reset, ...]:
        async with self._as(tenant) as connection:
            cursor = await connection.execute(_LATEST, [tenant, limit])
            return tuple(
                Reset(reset_id=reset_id, tenant=tenant, dependency=dependency, who=who, why=why, at=at)
                for reset_id, dependency, who, why, at in await cursor.fetchall()
            )

    @asynccontextmanager
    async def _as(self, tenant: UUID) -> AsyncIterator[AsyncConnection[Any]]:
        async with await AsyncConnection.connect(self.url) as connection:
            await connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])
            yield connection
