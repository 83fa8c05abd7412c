"""A worker's database as the tests see it: connections on loan, and the books in plain SQL."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row

from autobiz_kernel import EffectStore

Connect: TypeAlias = Callable[[], Awaitable[EffectStore]]


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
    async with connection.cursor(row_factory=class_row(WrittenReceipt)) as cursor:
        await cursor.execute(
            "SELECT external_key, operation, arguments, result FROM receipts WHERE tenant_id = %s", [tenant]
        )
        return tuple(await cursor.fetchall())
