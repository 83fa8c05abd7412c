"""Keep claims and receipts in PostgreSQL: one commit before an effect, one after it.

Every method is a single statement on an autocommit connection, or a few that are each safe alone, so
coroutines may share one connection and no transaction is ever open while a tool runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from .claims import WINDOW, Claim, ClaimOutcome, standing, window_closed
from .errors import StoreError
from .receipt import Receipt
from .tool import Tool

_Row: TypeAlias = dict[str, Any]

# A round is lost only when another worker moved between two statements, which it can do once per window.
_ROUNDS_MAX = 8

_INSERT = """
INSERT INTO idempotency (tenant_id, key, fingerprint, epoch, first_seen_at, expires_at, lease_until)
VALUES (%(tenant)s, %(key)s, %(fingerprint)s, 1, %(now)s, %(expires_at)s, %(lease_until)s)
ON CONFLICT (tenant_id, key) DO NOTHING
"""

_READ = """
SELECT i.tenant_id, i.key, i.fingerprint, i.epoch, i.first_seen_at, i.expires_at, i.lease_until, i.settled_at,
       r.external_key, r.tool, r.version, r.operation, r.arguments, r.result
FROM idempotency i LEFT JOIN receipts r USING (tenant_id, key, first_seen_at)
WHERE tenant_id = %(tenant)s AND key = %(key)s
"""

_RENEW = """
UPDATE idempotency
SET fingerprint = %(fingerprint)s, epoch = epoch + 1, first_seen_at = %(now)s, expires_at = %(expires_at)s,
    lease_until = %(lease_until)s, settled_at = NULL
WHERE tenant_id = %(tenant)s AND key = %(key)s AND epoch = %(epoch)s AND settled_at IS NOT NULL
"""

_TAKE_OVER = """
UPDATE idempotency SET epoch = epoch + 1, lease_until = %(lease_until)s
WHERE tenant_id = %(tenant)s AND key = %(key)s AND epoch = %(epoch)s AND settled_at IS NULL
"""

_SETTLE = """
WITH settled AS (
    UPDATE idempotency SET settled_at = %(now)s
    WHERE tenant_id = %(tenant)s AND key = %(key)s AND epoch = %(epoch)s AND settled_at IS NULL
    RETURNING tenant_id, key, first_seen_at, epoch, settled_at
)
INSERT INTO receipts (tenant_id, key, first_seen_at, epoch, settled_at,
                      external_key, tool, version, operation, arguments, result)
SELECT tenant_id, key, first_seen_at, epoch, settled_at,
       %(external_key)s, %(tool)s, %(version)s, %(operation)s, %(arguments)s::json, %(result)s::json
FROM settled
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAnswer:
    """What `claim` found: the outcome, the claim as it stands, and its receipt once there is one."""

    outcome: ClaimOutcome
    claim: Claim
    receipt: Receipt | None


class EffectStore:
    """Claims and receipts of all tenants, behind one connection."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        if not connection.autocommit:
            raise StoreError(
                "the effect store needs an autocommit connection: a claim that is not committed before "
                "the effect protects nobody; connect with autocommit=True"
            )
        self._connection = connection

    async def claim(
        self, *, tenant: UUID, key: bytes, fingerprint: bytes, now: datetime, lease: timedelta
    ) -> ClaimAnswer:
        """Ask for the right to cause an effect; CLAIMED is committed when this returns."""
        _refuse_unusable(now, lease)
        ask = {
            "tenant": tenant,
            "key": key,
            "fingerprint": fingerprint,
            "now": now,
            "expires_at": now + WINDOW,
            "lease_until": now + lease,
        }
        for _ in range(_ROUNDS_MAX):
            if await self._changed(_INSERT, ask):
                return _claimed(ask, epoch=1)
            found = await self.look_up(tenant=tenant, key=key)
            if found is None:
                continue
            claim, receipt = found
            if not window_closed(claim, now=now):
                outcome = standing(claim, fingerprint=fingerprint, now=now)
                shown = receipt if outcome is ClaimOutcome.REPLAY else None
                return ClaimAnswer(outcome=outcome, claim=claim, receipt=shown)
            if await self._changed(_RENEW, ask | {"epoch": claim.epoch}):
                return _claimed(ask, epoch=claim.epoch + 1)
        raise StoreError(f"claim {key.hex()}: still contested after {_ROUNDS_MAX} rounds; try again later")

    async def take_over(self, claim: Claim, *, now: datetime, lease: timedelta) -> Claim | None:
        """Become the next holder of an uncertain claim; None if someone else moved first."""
        _refuse_unusable(now, lease)
        held = replace(claim, epoch=claim.epoch + 1, lease_until=now + lease)
        ask = {
            "tenant": claim.tenant,
            "key": claim.key,
            "epoch": claim.epoch,
            "lease_until": held.lease_until,
        }
        return held if await self._changed(_TAKE_OVER, ask) else None

    async def settle(
        self, claim: Claim, *, external_key: str, tool: Tool, arguments: bytes, result: bytes, now: datetime
    ) -> bool:
        """Write receipt and result in one commit; False if the claim has passed to another holder.

        `arguments` and `result` are canonical JSON: what is kept is what was hashed.
        """
        _refuse_unusable(now)
        ask = {
            "tenant": claim.tenant,
            "key": claim.key,
            "epoch": claim.epoch,
            "now": now,
            "external_key": external_key,
            "tool": tool.name,
            "version": tool.version,
            "operation": tool.operation,
            "arguments": arguments.decode(),
            "result": result.decode(),
        }
        return await self._changed(_SETTLE, ask)

    async def look_up(self, *, tenant: UUID, key: bytes) -> tuple[Claim, Receipt | None] | None:
        """Read a claim and, once settled, its receipt."""
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_READ, {"tenant": tenant, "key": key})
            row = await cursor.fetchone()
        if row is None:
            return None
        return _claim(row), _receipt(row)

    async def _changed(self, statement: LiteralString, ask: Mapping[str, Any]) -> bool:
        cursor = await self._connection.execute(statement, ask)
        return cursor.rowcount == 1


def _refuse_unusable(now: datetime, lease: timedelta | None = None) -> None:
    if now.tzinfo is None:
        raise StoreError(f"now={now.isoformat()} has no time zone; a clock answers in aware UTC")
    if lease is not None and not timedelta(0) < lease < WINDOW:
        raise StoreError(f"lease={lease} must be longer than zero and shorter than the window of {WINDOW}")


def _claimed(ask: Mapping[str, Any], *, epoch: int) -> ClaimAnswer:
    claim = Claim(
        tenant=ask["tenant"],
        key=ask["key"],
        fingerprint=ask["fingerprint"],
        epoch=epoch,
        first_seen_at=ask["now"],
        expires_at=ask["expires_at"],
        lease_until=ask["lease_until"],
        settled=False,
    )
    return ClaimAnswer(outcome=ClaimOutcome.CLAIMED, claim=claim, receipt=None)


def _claim(row: _Row) -> Claim:
    return Claim(
        tenant=row["tenant_id"],
        key=row["key"],
        fingerprint=row["fingerprint"],
        epoch=row["epoch"],
        first_seen_at=row["first_seen_at"].astimezone(UTC),
        expires_at=row["expires_at"].astimezone(UTC),
        lease_until=row["lease_until"].astimezone(UTC),
        settled=row["settled_at"] is not None,
    )


def _receipt(row: _Row) -> Receipt | None:
    if row["settled_at"] is None:
        return None
    return Receipt(
        tenant=row["tenant_id"],
        key=row["key"],
        external_key=row["external_key"],
        tool=row["tool"],
        version=row["version"],
        operation=row["operation"],
        arguments=row["arguments"],
        result=row["result"],
        epoch=row["epoch"],
        first_seen_at=row["first_seen_at"].astimezone(UTC),
        settled_at=row["settled_at"].astimezone(UTC),
    )
