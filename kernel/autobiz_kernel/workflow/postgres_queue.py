"""The queue in PostgreSQL: what many runs ask for at the same moment goes in one statement."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, LiteralString, Self
from uuid import UUID

from psycopg import AsyncConnection

from autobiz_kernel.errors import StoreError
from autobiz_kernel.ledger import Batcher, Channel, sender

from .queue import EventWait, Lease, Signal, Start

_MANY = b"SELECT queue_many($1)"
_SIGNALS = b"SELECT signals_many($1)"
_START_OF: LiteralString = """
SELECT workflow, principal, correlation_id, config_hash, input, at, undoing FROM run_starts
WHERE tenant_id = %s AND run_id = %s
"""
_LEASE: LiteralString = "SELECT * FROM lease_runs(%s, %s, %s, %s, %s, %s, %s)"
_SIGNAL: LiteralString = """
INSERT INTO signals (tenant_id, signal_id, event, key, payload, at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_WAITING: LiteralString = "SELECT DISTINCT run_id FROM waits WHERE tenant_id = %s AND event = %s AND key = %s"


class PostgresQueue:
    """All runs of a process share two connections: one for the steps of the queue, one for looking."""

    def __init__(self, steps: AsyncConnection[Any], looks: AsyncConnection[Any]) -> None:
        for connection in (steps, looks):
            if not connection.autocommit:
                raise StoreError("the queue needs autocommit: a lease is committed before its run is touched")
        self._channel = Channel(steps)
        self._steps = Batcher(sender(self._channel, _MANY, place=_place))
        self._signals = Batcher(sender(self._channel, _SIGNALS, place=lambda item: item["tenant"].bytes))
        self._connection = looks
        self._turn = asyncio.Lock()

    @classmethod
    async def connect(cls, url: str) -> Self:
        opened = [await AsyncConnection.connect(url, autocommit=True, prepare_threshold=0) for _ in range(2)]
        return cls(*opened)

    @property
    def connections(self) -> tuple[AsyncConnection[Any], ...]:
        """The connections, for other uses while nobody asks."""
        return (self._channel.hand_over(), self._connection)

    async def close(self) -> None:
        for connection in self.connections:
            await connection.close()

    async def start(self, start: Start) -> bool:
        return await self._step(
            "start",
            start.tenant,
            start.run_id,
            workflow=start.workflow,
            principal=start.principal,
            correlation=start.correlation_id,
            config=start.config_hash.hex(),
            input=start.input.decode(),
            undoing=None if start.undoing is None else start.undoing.decode(),
            now=start.at,
        )

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
        if not await self._step("renew", lease.tenant, lease.run_id, epoch=lease.epoch, due=until):
            return None
        return replace(lease, until=until)

    async def suspend(
        self, lease: Lease, *, now: datetime, due_at: datetime, waits: tuple[EventWait, ...]
    ) -> bool:
        told = [{"path": each.path, "event": each.event, "key": each.key} for each in waits]
        held = {"epoch": lease.epoch, "woken": lease.woken}
        return await self._step(
            "suspend", lease.tenant, lease.run_id, now=now, due=due_at, waits=told, **held
        )

    async def finish(self, lease: Lease) -> bool:
        return await self._step("finish", lease.tenant, lease.run_id, epoch=lease.epoch)

    async def wake(self, tenant: UUID, run_id: UUID, *, now: datetime) -> bool:
        return await self._step("wake", tenant, run_id, now=now)

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
        told = await self._signals.ask({"tenant": tenant, "event": event, "key": key, "since": since})
        return tuple(
            Signal(
                tenant=tenant,
                signal_id=each["id"],
                event=each["event"],
                key=each["key"],
                payload=each["payload"].encode(),
                at=datetime.fromisoformat(each["at"]).astimezone(UTC),
            )
            for each in told["told"]
        )

    async def _step(self, op: str, tenant: UUID, run_id: UUID, **said: Any) -> bool:
        told = await self._steps.ask({"op": op, "tenant": tenant, "run": run_id, **said})
        return bool(told["told"])

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


def _place(item: dict[str, Any]) -> tuple[bytes, bytes]:
    return item["tenant"].bytes, item["run"].bytes
