"""A queue in plain Python: the one in PostgreSQL must agree with it step by step."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from .queue import EventWait, Lease, Signal, Start


@dataclass(slots=True)
class _Row:
    due_at: datetime
    config_hash: bytes
    epoch: int = 0
    woken: int = 0
    is_held: bool = False
    waits: tuple[EventWait, ...] = ()


class MemoryQueue:
    """A queue that ends with the process."""

    def __init__(self) -> None:
        self._starts: dict[tuple[UUID, UUID], Start] = {}
        self._rows: dict[tuple[UUID, UUID], _Row] = {}
        self._signals: dict[tuple[UUID, str], Signal] = {}

    async def start(self, start: Start) -> bool:
        where = (start.tenant, start.run_id)
        if where in self._starts:
            return False
        self._starts[where] = start
        self._rows[where] = _Row(due_at=start.at, config_hash=start.config_hash)
        return True

    async def start_of(self, tenant: UUID, run_id: UUID) -> Start | None:
        return self._starts.get((tenant, run_id))

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
        _ = owner
        due = sorted(
            (row.due_at, tenants.index(where[0]), where)
            for where, row in self._rows.items()
            if row.due_at <= now
            and row.config_hash in configs
            and where[0] in tenants
            and run_id in (None, where[1])
        )
        taken: list[Lease] = []
        for _, _, where in sorted(due, key=lambda each: (each[1], each[0]))[:limit]:
            row = self._rows[where]
            row.epoch, row.due_at, row.is_held = row.epoch + 1, until, True
            taken.append(Lease(start=self._starts[where], epoch=row.epoch, until=until, woken=row.woken))
        return tuple(taken)

    async def renew(self, lease: Lease, *, until: datetime) -> Lease | None:
        row = self._held(lease)
        if row is None:
            return None
        row.due_at = until
        return replace(lease, until=until)

    async def suspend(
        self, lease: Lease, *, now: datetime, due_at: datetime, waits: tuple[EventWait, ...]
    ) -> bool:
        row = self._held(lease)
        if row is None:
            return False
        row.is_held, row.waits = False, waits
        row.due_at = due_at if row.woken == lease.woken else now
        return True

    async def finish(self, lease: Lease) -> bool:
        return self._held(lease) is not None and bool(self._rows.pop((lease.tenant, lease.run_id)))

    async def wake(self, tenant: UUID, run_id: UUID, *, now: datetime) -> bool:
        row = self._rows.get((tenant, run_id))
        if row is None:
            return False
        row.woken += 1
        if not row.is_held:
            row.due_at = min(row.due_at, now)
        return True

    async def signal(self, signal: Signal) -> bool:
        where = (signal.tenant, signal.signal_id)
        is_new = self._signals.setdefault(where, signal) is signal
        for (tenant, run_id), row in self._rows.items():
            if tenant == signal.tenant and any(
                (wait.event, wait.key) == (signal.event, signal.key) for wait in row.waits
            ):
                await self.wake(tenant, run_id, now=signal.at)
        return is_new

    async def signals(self, tenant: UUID, *, event: str, key: str, since: datetime) -> tuple[Signal, ...]:
        found = [
            each
            for (owner, _), each in self._signals.items()
            if owner == tenant and (each.event, each.key) == (event, key) and each.at >= since
        ]
        return tuple(sorted(found, key=lambda each: (each.at, each.signal_id)))

    def _held(self, lease: Lease) -> _Row | None:
        row = self._rows.get((lease.tenant, lease.run_id))
        return row if row is not None and row.epoch == lease.epoch else None
