"""Requests in PostgreSQL: a change locks its row, keeps each new word, and wakes the run, in one commit."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, LiteralString, Self
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from autobiz_kernel.canonical import canonical
from autobiz_kernel.codes import TerminationReason
from autobiz_kernel.errors import StoreError

from .port import Change
from .request import Decision, DecisionError, Question, Request, Status, Verdict

_REQUESTS: LiteralString = """
SELECT approval_id, run_id, path, tool, fingerprint, is_financial, shown, reason, requesters, question,
    requested_at, status, is_escalated, priority
FROM hitl_requests
"""
_ASK: LiteralString = """
INSERT INTO hitl_requests (tenant_id, approval_id, run_id, path, tool, fingerprint, is_financial, shown,
    reason, requesters, question, requested_at, expires_at, priority)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_VOID: LiteralString = """
UPDATE hitl_requests SET status = CASE WHEN status = 0 AND expires_at <= %s
    AND (is_financial OR NOT (question::jsonb ->> 'approves_on_timeout')::boolean) THEN 3 ELSE 4 END
WHERE tenant_id = %s AND run_id = %s AND path = %s AND approval_id <> %s AND status IN (0, 1)
"""
_CHANGE: LiteralString = """
UPDATE hitl_requests SET status = %s, is_escalated = %s, priority = %s, decided_by = %s, decided_via = %s,
    decided_at = %s
WHERE tenant_id = %s AND approval_id = %s
"""
_SAY: LiteralString = """
INSERT INTO hitl_decisions (tenant_id, approval_id, number, approver, verdict, via, reason, is_override, at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
# Locked, so that the run does not end between being looked at and what is decided about it.
_ENDED: LiteralString = """
SELECT termination_reason FROM runs WHERE tenant_id = %s AND run_id = %s FOR SHARE
"""
_KEEP_LATE: LiteralString = """
INSERT INTO hitl_late_decisions (tenant_id, approval_id, approver, verdict, via, reason, is_override, at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_LATE: LiteralString = """
SELECT approver, verdict, via, reason, is_override, at FROM hitl_late_decisions
WHERE tenant_id = %s AND approval_id = %s ORDER BY at, approver
"""
_SAID: LiteralString = """
SELECT approval_id, approver, verdict, via, reason, is_override, at FROM hitl_decisions
WHERE tenant_id = %s AND approval_id = ANY (%s) ORDER BY approval_id, number
"""


class PostgresApprovals:
    """All requests of a process go over one connection."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        if not connection.autocommit:
            raise StoreError("approvals need autocommit: each change is a transaction of its own")
        self._connection = connection
        self._turn = asyncio.Lock()

    @classmethod
    async def connect(cls, url: str) -> Self:
        return cls(await AsyncConnection.connect(url, autocommit=True, prepare_threshold=0))

    async def close(self) -> None:
        await self._connection.close()

    async def ask(self, request: Request) -> Request:
        values = [
            *(request.tenant, request.approval_id, request.run_id, request.path, request.tool),
            *(request.fingerprint, request.is_financial, canonical(request.shown, name="shown").decode()),
            *(request.reason, orjson.dumps(request.requesters).decode(), _written(request.question)),
            *(request.requested_at, request.question.expires_at, request.question.priority),
        ]
        async with self._as(request.tenant):
            await self._connection.execute(
                _VOID,
                [
                    *(request.requested_at, request.tenant, request.run_id, request.path),
                    request.approval_id,
                ],
            )
            await self._connection.execute(_ASK, values)
            kept = await self._one(request.tenant, request.approval_id)
        if kept is None:
            raise StoreError(f"request {request.approval_id}: asked for, and not there")
        return kept

    async def look(self, tenant: UUID, approval_id: UUID) -> Request | None:
        async with self._as(tenant):
            return await self._one(tenant, approval_id)

    async def change(self, tenant: UUID, approval_id: UUID, change: Change, *, now: datetime) -> Request:
        async with self._as(tenant):
            kept = await self._one(tenant, approval_id, is_locked=True)
            if kept is None:
                raise DecisionError(f"request {approval_id}: not there for this tenant")
            told = replace(change(await self._with_its_end(kept)), run_ended=None)
            if told == kept:
                return kept
            last = told.decisions[-1] if told.decisions and not told.status.is_open else None
            await self._connection.execute(
                _CHANGE,
                [
                    *(int(told.status), told.is_escalated, told.question.priority),
                    *((last.approver, last.via, last.at) if last else (None, None, None)),
                    *(tenant, approval_id),
                ],
            )
            for number in range(len(kept.decisions), len(told.decisions)):
                said = told.decisions[number]
                await self._connection.execute(
                    _SAY,
                    [
                        *(tenant, approval_id, number + 1, said.approver, said.verdict.value, said.via),
                        *(said.reason, said.is_override, said.at),
                    ],
                )
            if not told.status.is_open:
                await self._connection.execute("SELECT wake_run(%s, %s, %s)", [tenant, told.run_id, now])
            return told

    async def keep_late(self, tenant: UUID, approval_id: UUID, decision: Decision) -> None:
        values = [
            *(tenant, approval_id, decision.approver, decision.verdict.value, decision.via),
            *(decision.reason, decision.is_override, decision.at),
        ]
        async with self._as(tenant):
            await self._connection.execute(_KEEP_LATE, values)

    async def late_ones(self, tenant: UUID, approval_id: UUID) -> tuple[Decision, ...]:
        async with self._as(tenant), self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_LATE, [tenant, approval_id])
            return tuple(_decision(row) for row in await cursor.fetchall())

    async def open_ones(self, tenant: UUID, *, limit: int) -> tuple[Request, ...]:
        where: LiteralString = (
            "WHERE tenant_id = %s AND status = 0 ORDER BY priority DESC, requested_at, approval_id LIMIT %s"
        )
        async with self._as(tenant):
            return await self._requests(tenant, where, [tenant, limit])

    async def _with_its_end(self, request: Request) -> Request:
        cursor = await self._connection.execute(_ENDED, [request.tenant, request.run_id])
        row = await cursor.fetchone()
        ended = None if row is None or row[0] is None else TerminationReason(row[0])
        return replace(request, run_ended=ended)

    async def _one(self, tenant: UUID, approval_id: UUID, *, is_locked: bool = False) -> Request | None:
        where: LiteralString = "WHERE tenant_id = %s AND approval_id = %s"
        if is_locked:
            where += " FOR UPDATE"
        found = await self._requests(tenant, where, [tenant, approval_id])
        return found[0] if found else None

    async def _requests(self, tenant: UUID, where: LiteralString, values: list[Any]) -> tuple[Request, ...]:
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_REQUESTS + where, values)
            rows = await cursor.fetchall()
            await cursor.execute(_SAID, [tenant, [row["approval_id"] for row in rows]])
            said: dict[UUID, list[Decision]] = {}
            for each in await cursor.fetchall():
                said.setdefault(each["approval_id"], []).append(_decision(each))
        return tuple(_request(tenant, row, tuple(said.get(row["approval_id"], ()))) for row in rows)

    @asynccontextmanager
    async def _as(self, tenant: UUID) -> AsyncIterator[None]:
        async with self._turn, self._connection.transaction():
            await self._connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])
            yield


def _request(tenant: UUID, row: Mapping[str, Any], said: tuple[Decision, ...]) -> Request:
    return Request(
        tenant=tenant,
        approval_id=row["approval_id"],
        run_id=row["run_id"],
        path=row["path"],
        tool=row["tool"],
        fingerprint=row["fingerprint"],
        is_financial=row["is_financial"],
        shown=orjson.loads(row["shown"]),
        reason=row["reason"],
        requesters=tuple(orjson.loads(row["requesters"])),
        question=_question(row["question"], row["priority"]),
        requested_at=row["requested_at"].astimezone(UTC),
        status=Status(row["status"]),
        is_escalated=row["is_escalated"],
        decisions=said,
    )


def _decision(row: Mapping[str, Any]) -> Decision:
    return Decision(
        approver=row["approver"],
        verdict=Verdict(row["verdict"]),
        via=row["via"],
        at=row["at"].astimezone(UTC),
        reason=row["reason"],
        is_override=row["is_override"],
    )


def _written(question: Question) -> str:
    told = {
        "approvers": question.approvers,
        "approvers_min": question.approvers_min,
        "expires_at": question.expires_at.isoformat(),
        "approves_on_timeout": question.approves_on_timeout,
        "escalates_at": None if question.escalates_at is None else question.escalates_at.isoformat(),
        "escalates_to": question.escalates_to,
    }
    return orjson.dumps(told).decode()


def _question(text: str, priority: int) -> Question:
    told = orjson.loads(text)
    at = told["escalates_at"]
    return Question(
        approvers=tuple(told["approvers"]),
        approvers_min=told["approvers_min"],
        priority=priority,
        expires_at=datetime.fromisoformat(told["expires_at"]),
        approves_on_timeout=told["approves_on_timeout"],
        escalates_at=None if at is None else datetime.fromisoformat(at),
        escalates_to=tuple(told["escalates_to"]),
    )
