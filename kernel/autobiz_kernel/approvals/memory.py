"""Requests in plain Python: those in PostgreSQL must agree with them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from autobiz_kernel.codes import TerminationReason

from .port import Change
from .request import Decision, DecisionError, Request, Status, aged

Wake: TypeAlias = Callable[[UUID, UUID, datetime], Awaitable[object]]
EndOf: TypeAlias = Callable[[UUID, UUID], Awaitable[TerminationReason | None]]


class MemoryApprovals:
    """Requests that end with the process."""

    def __init__(self, wake: Wake | None = None, end_of: EndOf | None = None) -> None:
        self._kept: dict[tuple[UUID, UUID], Request] = {}
        self._late: dict[tuple[UUID, UUID], dict[str, Decision]] = {}
        self._wake, self._end_of = wake, end_of

    async def ask(self, request: Request) -> Request:
        where = (request.tenant, request.approval_id)
        for key, other in self._kept.items():
            is_older = (other.run_id, other.path) == (request.run_id, request.path) and key != where
            if is_older and other.status in (Status.PENDING, Status.APPROVED):
                stood = aged(other, now=request.requested_at)
                is_void = stood.status in (Status.PENDING, Status.APPROVED)
                self._kept[key] = replace(stood, status=Status.VOID) if is_void else stood
        return self._kept.setdefault(where, request)

    async def look(self, tenant: UUID, approval_id: UUID) -> Request | None:
        return self._kept.get((tenant, approval_id))

    async def change(self, tenant: UUID, approval_id: UUID, change: Change, *, now: datetime) -> Request:
        kept = self._kept.get((tenant, approval_id))
        if kept is None:
            raise DecisionError(f"request {approval_id}: not there for this tenant")
        ended = None if self._end_of is None else await self._end_of(tenant, kept.run_id)
        kept = self._kept[tenant, approval_id]
        told = replace(change(replace(kept, run_ended=ended)), run_ended=None)
        self._kept[tenant, approval_id] = told
        if not told.status.is_open and self._wake is not None:
            await self._wake(tenant, told.run_id, now)
        return told

    async def keep_late(self, tenant: UUID, approval_id: UUID, decision: Decision) -> None:
        self._late.setdefault((tenant, approval_id), {}).setdefault(decision.approver, decision)

    async def late_ones(self, tenant: UUID, approval_id: UUID) -> tuple[Decision, ...]:
        kept = self._late.get((tenant, approval_id), {}).values()
        return tuple(sorted(kept, key=lambda each: (each.at, each.approver)))

    async def open_ones(self, tenant: UUID, *, limit: int) -> tuple[Request, ...]:
        found = [each for (owner, _), each in self._kept.items() if owner == tenant and each.status.is_open]
        found.sort(key=lambda each: (-each.question.priority, each.requested_at, each.approval_id))
        return tuple(found[:limit])
