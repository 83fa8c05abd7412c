"""A provider that lives in a table: it honours idempotency keys and remembers every request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from autobiz_kernel import Json

SCHEMA = """
CREATE TABLE IF NOT EXISTS provider_requests (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL, key text NOT NULL, body text NOT NULL
);
GRANT SELECT, INSERT ON provider_requests TO autobiz_app
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRequest:
    """One request as the provider remembers it, in the shape that oracles judge."""

    key: str
    body: str
    method: str = "POST"
    path: str = "/refunds"
    accepted: bool = True

    def header(self, name: str) -> str | None:
        return self.key if name == "Key" else None


async def ask_provider(connection: AsyncConnection[Any], tenant: UUID, amount: object, key: str) -> Json:
    """Do what was asked, and answer the same to the same key."""
    await connection.execute(
        "INSERT INTO provider_requests (tenant_id, key, body) VALUES (%s, %s, %s)", [tenant, key, str(amount)]
    )
    return {"id": f"re_{key[-8:]}"}


async def requests_of(connection: AsyncConnection[Any], tenant: UUID) -> Sequence[ProviderRequest]:
    cursor = await connection.execute(
        "SELECT key, body FROM provider_requests WHERE tenant_id = %s ORDER BY number", [tenant]
    )
    return [ProviderRequest(key=key, body=body) for key, body in await cursor.fetchall()]
