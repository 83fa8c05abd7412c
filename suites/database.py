"""A worker's database as the tests see it: connections on loan, and the books in plain SQL."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import orjson
from psycopg import AsyncConnection

from autobiz_kernel import PostgresLedger

Connect: TypeAlias = Callable[[], Awaitable[PostgresLedger]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReceipt:
    """A receipt as the database holds it, read past the kernel."""

    external_key: str
    operation: str
    arguments: dict[str, Any]
    result: dict[str, Any]


ReadReceipts: TypeAlias = Callable[[UUID], Awaitable[tuple[WrittenReceipt, ...]]]


@dataclass(slots=True, kw_only=True)
class Connections:
    """Autocommit connections on loan: opening one costs more than most tests do on it."""

    url: str
    idle: list[AsyncConnection[Any]] = field(default_factory=list)

    async def borrow(self) -> AsyncConnection[Any]:
        return self.idle.pop() if self.idle else await AsyncConnection.connect(self.url, autocommit=True)

    async def give_back(self, connection: AsyncConnection[Any]) -> None:
        if not connection.closed:
            self.idle.append(connection)

    async def close(self) -> None:
        for connection in self.idle:
            await connection.close()


async def read_receipts(connection: AsyncConnection[Any], tenant: UUID) -> tuple[WrittenReceipt, ...]:
    """Read a tenant's receipts with plain SQL, because books are not judged by the code that wrote them."""
    cursor = await connection.execute(
        "SELECT external_key, body FROM receipts WHERE tenant_id = %s ORDER BY at, run_id, seq", [tenant]
    )
    return tuple(_written(key, orjson.loads(body)) for key, body in await cursor.fetchall())


def _written(key: str, body: dict[str, Any]) -> WrittenReceipt:
    return WrittenReceipt(
        external_key=key, operation=body["operation"], arguments=body["arguments"], result=body["result"]
    )
