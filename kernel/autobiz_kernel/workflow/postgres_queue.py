"""The queue in PostgreSQL: each step is one statement, which is one transaction."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, LiteralString, Self
from uuid import UUID

import orjson
from psycopg import AsyncConnection

from autobiz_kernel.errors import StoreError

from .queue import EventWait, Lease, Signal, Start

_START: LiteralString = "SELECT start_run(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_START_OF: LiteralString = """
SELECT workflow, principal, correlation_id, config_hash, input, at, undoing FROM run_starts
WHERE tenant_id = %s AND run_id = %s
"""
_LEASE: LiteralString = "SELECT * FROM lease_runs(%s, %s, %s, %s, %s, %s, %s)"
_SIGNAL: LiteralString = """
INSERT INTO signals (tenant_id, signal_id, event, key, payload, at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_SIGNALS: LiteralString = """
SELECT signal_id, event, key, payload, at FROM signals
WHERE tenant_id = %s AND event = %s AND key = %s AND at >= %s ORDER BY at, signal_id
"""
_WAITING: LiteralString = "SELECT DISTINCT run_id FROM waits WHERE tenant_id = %s AND event = %s AND key = %s"


class PostgresQueue:
    """All runs of a process share one connection; nothing that is asked here takes long."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        if not connection.autocommit:
            raise StoreError(
                "the queue needs autocommit: a lease must be committed before its run is touched"
            )
        self._connection = connection
        self._turn = asyncio.Lock()

    @classmethod
    async def connect(cls, url: str) -> Self:
        return cls(await AsyncConnection.connect(url, autocommit=True, prepare_threshold=0))

    async def close(self) -> None:
        await self._connection.close()

    async def start(self, start: Start) -> bool:
        undoing = None if start.undoing is None else start.undoing.decode()
        values = [
            *(start.tenant, start.run_id, start.workflow, start.principal, start.correlation_id),
            *(start.config_hash, start.input.decode(), undoing, start.at),
        ]
        return await self._told(_START, values)

    async def start_of(self, tenant: UUID, run_id: UUID) -> Start | None:
        rows = await self._rows(tenant, _START_OF, [tenant, run_id])
        if not rows:
            return None
        return _start(tenant, run_id, *rows[0])

    async def lease(
        self,
        tenants: tuple[UUID, ...],
        *,
        configs: tuple[bytes, ...],
        owner: UUID,
        now: datetime,
        until: datetime,
        limit: int,
        run_id: UUID | None = None,
    ) -> tuple[Lease, ...]:
        values = [list(tenants), run_id, list(configs), owner, now, until, limit]
        async with self._turn:
            cursor = await self._connection.execute(_LEASE, values)
            rows = await cursor.fetchall()
        return tuple(
            Lease(start=_start(tenant, run, *rest), epoch=epoch, until=until, woken=woken)
            for tenant, run, epoch, woken, *rest in rows
        )

    async def renew(self, lease: Lease, *, until: datetime) -> Lease | None:
        values = [lease.tenant, lease.run_id, lease.epoch, until]
        if not await self._told("SELECT renew_lease(%s, %s, %s, %s)", values):
            return None
        return replace(lease, until=until)

    async def suspend(
        self, lease: Lease, *, now: datetime, due_at: datetime, waits: tuple[EventWait, ...]
    ) -> bool:
        told = [{"path": each.path, "event": each.event, "key": each.key} for each in waits]
        values = [*_of(lease), lease.woken, now, due_at, orjson.dumps(told).decode()]
        return await self._told("SELECT suspend_run(%s, %s, %s, %s, %s, %s, %s::jsonb)", values)

    async def finish(self, lease: Lease) -> bool:
        return await self._told("SELECT finish_run(%s, %s, %s)", _of(lease))

    async def wake(self, tenant: UUID, run_id: UUID, *, now: datetime) -> bool:
        return await self._told("SELECT wake_run(%s, %s, %s)", [tenant, run_id, now])

    async def signal(self, signal: Signal) -> bool:
        values = [
            signal.tenant,
            signal.signal_id,
            signal.event,
            signal.key,
            signal.payload.decode(),
            signal.at,
        ]
        async with self._turn, self._connection.transaction():
            await self._as(signal.tenant)
            cursor = await self._connection.execute(_SIGNAL, values)
            is_new = cursor.rowcount == 1
        # In a transaction of its own: who lays a run down looks for signals after writing down what it waits
        # for, and we look for who waits after writing down the signal, so one of the two sees the other. A
        # signal that came before wakes again, because whoever brought it may have died at this very line.
        rows = await self._rows(signal.tenant, _WAITING, [signal.tenant, signal.event, signal.key])
        for (run_id,) in rows:
            await self.wake(signal.tenant, run_id, now=signal.at)
        return is_new

    async def signals(self, tenant: UUID, *, event: str, key: str, since: datetime) -> tuple[Signal, ...]:
        rows = await self._rows(tenant, _SIGNALS, [tenant, event, key, since])
        return tuple(
            Signal(
                tenant=tenant,
                signal_id=signal_id,
                event=name,
                key=its,
                payload=payload.encode(),
                at=at.astimezone(UTC),
            )
            for signal_id, name, its, payload, at in rows
        )

    async def _told(self, statement: LiteralString, values: list[Any]) -> bool:
        async with self._turn:
            cursor = await self._connection.execute(statement, values)
            row = await cursor.fetchone()
        return bool(row and row[0])

    async def _rows(self, tenant: UUID, statement: LiteralString, values: list[Any]) -> list[Any]:
        async with self._turn, self._connection.transaction():
            await self._as(tenant)
            cursor = await self._connection.execute(statement, values)
            return await cursor.fetchall()

    async def _as(self, tenant: UUID) -> None:
        await self._connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])


def _start(tenant: UUID, run_id: UUID, *row: Any) -> Start:
    workflow, principal, correlation_id, config_hash, given, at, undoing = row
    return Start(
        tenant=tenant,
        run_id=run_id,
        workflow=workflow,
        principal=principal,
        correlation_id=correlation_id,
        config_hash=config_hash,
        input=given.encode(),
        at=at.astimezone(UTC),
        undoing=None if undoing is None else undoing.encode(),
    )


def _of(lease: Lease) -> list[Any]:
    return [lease.tenant, lease.run_id, lease.epoch]
