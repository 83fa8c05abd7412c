"""The books in PostgreSQL: two batched statements carry all calls, and each is a transaction of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString, Self, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection, Error
from psycopg.rows import dict_row

from autobiz_kernel.budget import Spent
from autobiz_kernel.claims import Claim, ClaimOutcome, ClaimStatus, may_run_anew, standing
from autobiz_kernel.codes import TerminationReason
from autobiz_kernel.errors import StoreError
from autobiz_kernel.receipt import Receipt, receipt_from

from .batcher import Batcher
from .channel import Channel
from .port import (
    ClaimAnswer,
    ClaimAsk,
    Ridden,
    RunRecord,
    SettleAnswer,
    Settlement,
    StateVersion,
    TraceRow,
)
from .riding import IN_A_RING, NOT_TAKEN, ridden_apart, ride_answer, ride_item, ride_sender
from .roles import check_role
from .sending import sender
from .wire import begin_item, claim_answer, claim_item, settle_answer, settle_item

_Row: TypeAlias = dict[str, Any]

CONNECTIONS = 3
PATIENCE = timedelta(seconds=10)
_LIMITED = ("statement_timeout", "statement_timeout", "lock_timeout")
_CLAIM = b"SELECT claim_many($1)"
_SETTLE = b"SELECT settle_many($1)"
_RIDE = b"SELECT ride_many($1)"
_RUN = """
SELECT workflow, correlation_id, config_hash, principal, epoch, termination_reason, steps, tool_calls, tokens,
       cost_micros, receipt_seq, trace_seq, head_hash, state_version, state, began_at
FROM runs WHERE tenant_id = %s AND run_id = %s
"""
_BEGIN = b"SELECT begin_many($1)"
_LOOK_UP = """
SELECT i.key, i.fingerprint, i.status, i.epoch, i.generation, i.run_id, i.first_seen_at, i.expires_at,
       i.lease_until, i.refusal, r.body
FROM idempotency i
LEFT JOIN receipts r ON r.tenant_id = i.tenant_id AND r.run_id = i.receipt_run AND r.seq = i.receipt_seq
WHERE i.tenant_id = %s AND i.key = %s
"""


class PostgresLedger:
    """Any number of runs share three connections: one for claims, one for settlements, one for looking."""

    def __init__(
        self, claims: AsyncConnection[Any], settles: AsyncConnection[Any], looks: AsyncConnection[Any]
    ):
        for connection in (claims, settles, looks):
            if not connection.autocommit:
                raise StoreError("the ledger needs autocommit: a claim must be committed before its effect")
        claiming = Channel(claims)
        settling = claiming if settles is claims else Channel(settles)
        self._channels = (claiming, settling)
        self._claims = Batcher(sender(claiming, _CLAIM, place=_place))
        self._settles = Batcher(sender(settling, _SETTLE, place=_place))
        # Only who is alone has something to carry.
        self._rides = Batcher(ride_sender(claiming, _RIDE), at_once=True)
        self._begins = Batcher(sender(settling, _BEGIN, place=_place))
        self._looks = looks
        self._looking = asyncio.Lock()

    @classmethod
    async def connect(cls, url: str, *, patience: timedelta = PATIENCE) -> Self:
        """Open the connections, unless their role could get around what protects the tenants.

        A batch that takes longer than `patience`, for a lock or a disk that stands still, is ended by the
        server with nothing written: its calls go again one by one, and who still waits fails. Who looks
        waits for no lock longer than that, so that a run which cannot be taken over hides no other.
        """
        opened: list[AsyncConnection[Any]] = []
        try:
            while len(opened) < CONNECTIONS:
                connection = await AsyncConnection.connect(url, autocommit=True, prepare_threshold=0)
                opened.append(connection)
            await check_role(opened[0])
            limit = f"{max(1, round(patience.total_seconds() * 1000))}ms"
            for connection, what in zip(opened, _LIMITED, strict=True):
                await connection.execute("SELECT set_config(%s, %s, false)", [what, limit])
        except BaseException:
            for connection in opened:
                await connection.close()
            raise
        return cls(*opened)

    @property
    def connections(self) -> tuple[AsyncConnection[Any], ...]:
        """The connections, for other uses while no call is under way."""
        return (*(channel.hand_over() for channel in self._channels), self._looks)

    @property
    def has_company(self) -> bool:
        return not (self._claims.is_idle and self._settles.is_idle and self._rides.is_idle)

    async def close(self) -> None:
        for connection in self.connections:
            await connection.close()

    async def claim(self, ask: ClaimAsk) -> ClaimAnswer:
        _refuse_unusable(ask.now)
        return claim_answer(await self._claims.ask(claim_item(ask)), now=ask.now)

    async def settle(self, settlement: Settlement) -> SettleAnswer:
        _refuse_unusable(settlement.now)
        return settle_answer(await self._settles.ask(settle_item(settlement)))

    async def ride(self, settlements: Sequence[Settlement], ask: ClaimAsk | None) -> Ridden:
        moments = [each.now for each in settlements] + ([] if ask is None else [ask.now])
        for now in moments:
            _refuse_unusable(now)
        if not settlements:
            return await ridden_apart(self, (), ask)
        try:
            told = await self._rides.ask(ride_item(settlements, ask))
        except Error as error:
            if error.sqlstate not in (NOT_TAKEN, IN_A_RING):
                raise
            # Nothing of it was written.
            return await ridden_apart(self, settlements, ask)
        return ride_answer(told, now=None if ask is None else ask.now)

    async def begin(self, run: RunRecord) -> None:
        _refuse_unusable(run.began_at)
        told = await self._begins.ask(begin_item(run))
        if not told["told"]:
            raise StoreError(f"run {run.run_id}: begun before; ids are never used twice")

    async def take_run(self, tenant: UUID, run_id: UUID, *, now: datetime) -> RunRecord | None:
        _refuse_unusable(now)
        async with self._as(tenant) as connection:
            await connection.execute("SELECT take_run(%s, %s, %s)", [tenant, run_id, now])
            return await _run(connection, tenant, run_id)

    async def load_run(self, tenant: UUID, run_id: UUID) -> RunRecord | None:
        async with self._as(tenant) as connection:
            return await _run(connection, tenant, run_id)

    async def look_up(self, ask: ClaimAsk) -> ClaimAnswer | None:
        async with self._as(ask.tenant) as connection:
            rows = await _rows(connection, _LOOK_UP, [ask.tenant, ask.key])
        if not rows:
            return None
        row = rows[0]
        claim = _claim(row)
        if may_run_anew(claim, now=ask.now):
            return None
        outcome = standing(claim, fingerprint=ask.fingerprint, now=ask.now)
        is_replay = outcome is ClaimOutcome.REPLAY
        return ClaimAnswer(
            outcome=outcome,
            epoch=claim.epoch,
            generation=claim.generation,
            first_seen_at=claim.first_seen_at,
            expires_at=claim.expires_at,
            lease_until=claim.lease_until,
            receipt=row["body"].encode() if is_replay and row["body"] is not None else None,
            refusal=row["refusal"].encode() if is_replay and row["refusal"] is not None else None,
        )

    async def receipts_of(self, tenant: UUID, run_id: UUID) -> tuple[Receipt, ...]:
        statement = "SELECT body FROM receipts WHERE tenant_id = %s AND run_id = %s ORDER BY seq"
        async with self._as(tenant) as connection:
            return tuple(
                receipt_from(row["body"]) for row in await _rows(connection, statement, [tenant, run_id])
            )

    async def traces_of(self, tenant: UUID, run_id: UUID) -> tuple[TraceRow, ...]:
        statement = """
            SELECT path, tool, command, guard, outcome, attrs, result, took_us, epoch, step, tokens,
                   cost_micros FROM traces WHERE tenant_id = %s AND run_id = %s ORDER BY seq"""
        async with self._as(tenant) as connection:
            rows = await _rows(connection, statement, [tenant, run_id])
        for row in rows:
            row["attrs"] = row["attrs"].encode()
            row["result"] = None if row["result"] is None else row["result"].encode()
        return tuple(TraceRow(**row) for row in rows)

    async def versions_of(self, tenant: UUID, run_id: UUID) -> tuple[StateVersion, ...]:
        statement = """
            SELECT version, path, patch, state_hash FROM state_versions
            WHERE tenant_id = %s AND run_id = %s ORDER BY version"""
        async with self._as(tenant) as connection:
            rows = await _rows(connection, statement, [tenant, run_id])
        return tuple(StateVersion(**(row | {"patch": row["patch"].encode()})) for row in rows)

    @asynccontextmanager
    async def _as(self, tenant: UUID) -> AsyncIterator[AsyncConnection[Any]]:
        """Work as one tenant, for one transaction and no longer."""
        async with self._looking, self._looks.transaction():
            await self._looks.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])
            yield self._looks


def _place(item: _Row) -> tuple[bytes, Any]:
    # A settlement locks its run before its claim; a claim locks nothing else.
    return item["tenant"].bytes, item["run"].bytes if "kind" in item else item["key"]


async def _rows(connection: AsyncConnection[Any], statement: LiteralString, values: list[Any]) -> list[_Row]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchall()


async def _run(connection: AsyncConnection[Any], tenant: UUID, run_id: UUID) -> RunRecord | None:
    rows = await _rows(connection, _RUN, [tenant, run_id])
    if not rows:
        return None
    row = rows[0]
    spent = Spent(**{name: row.pop(name) for name in ("steps", "tool_calls", "tokens", "cost_micros")})
    reason = row.pop("termination_reason")
    return RunRecord(
        tenant=tenant,
        run_id=run_id,
        spent=spent,
        termination_reason=None if reason is None else TerminationReason(reason),
        **(row | {"state": row["state"].encode(), "began_at": row["began_at"].astimezone(UTC)}),
    )


def _claim(row: _Row) -> Claim:
    return Claim(
        key=row["key"],
        fingerprint=row["fingerprint"],
        status=ClaimStatus(row["status"]),
        epoch=row["epoch"],
        generation=row["generation"],
        run_id=row["run_id"],
        first_seen_at=row["first_seen_at"].astimezone(UTC),
        expires_at=row["expires_at"].astimezone(UTC),
        lease_until=row["lease_until"].astimezone(UTC),
    )


def _refuse_unusable(now: datetime) -> None:
    if now.tzinfo is None:
        raise StoreError(f"now={now.isoformat()} has no time zone; a clock answers in aware UTC")
