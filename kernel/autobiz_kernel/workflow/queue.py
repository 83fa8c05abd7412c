"""Where runs stand until somebody goes on with them: what is asked of the queue, whoever keeps it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a run begins with; `undoing` holds what another run has left to be undone."""

    tenant: UUID
    run_id: UUID
    workflow: str
    principal: str
    correlation_id: str
    config_hash: bytes
    input: bytes
    at: datetime
    undoing: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to go on with a run, until a moment; `epoch` tells it from the leases before."""

    start: Start
    epoch: int
    until: datetime
    woken: int

    @property
    def tenant(self) -> UUID:
        return self.start.tenant

    @property
    def run_id(self) -> UUID:
        return self.start.run_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something that has come from outside, once; the same id is the same thing."""

    tenant: UUID
    signal_id: str
    event: str
    key: str
    payload: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWait:
    """An event that a run is to be woken by."""

    path: str
    event: str
    key: str


class Queue(Protocol):
    """The queue."""

    async def start(self, start: Start) -> bool:
        """Keep a run's beginning and put it in the queue, both or neither; False if it was there."""
        ...

    async def start_of(self, tenant: UUID, run_id: UUID) -> Start | None: ...

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
        """Take runs that are due; nobody else gets them before `until`."""
        ...

    async def renew(self, lease: Lease, *, until: datetime) -> Lease | None: ...

    async def suspend(
        self, lease: Lease, *, now: datetime, due_at: datetime, waits: tuple[EventWait, ...]
    ) -> bool: ...

    async def finish(self, lease: Lease) -> bool: ...

    async def wake(self, tenant: UUID, run_id: UUID, *, now: datetime) -> bool: ...

    async def signal(self, signal: Signal) -> bool:
        """Keep a signal, and wake whoever waits for it; False if it was there, and then nothing is kept."""
        ...

    async def signals(self, tenant: UUID, *, event: str, key: str, since: datetime) -> tuple[Signal, ...]:
        """Return what has come under a name and a key, the oldest first."""
        ...
