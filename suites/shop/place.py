"""A small shop at work: books, queue and requests, in memory or in PostgreSQL, and any number of workers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from autobiz_kernel import (
    Clock,
    Incident,
    Json,
    KernelMetrics,
    Ledger,
    MemoryLedger,
    PostgresLedger,
    Refused,
    RunRecord,
    TerminationReason,
)
from autobiz_kernel.approvals import (
    ApprovalDesk,
    Approvals,
    MemoryApprovals,
    PostgresApprovals,
    Request,
    Verdict,
)
from autobiz_kernel.breaker import Circuits
from autobiz_kernel.business import Compiled, compile_business, people_of
from autobiz_kernel.workflow import (
    CallOff,
    MemoryQueue,
    Orchestrator,
    PostgresQueue,
    Queue,
    ReplayedRun,
    Standing,
    replay_transcript,
    transcript_of,
)
from autobiz_mocks import VirtualClock

from .tools import CONTRACTS, Answer, answer_of, tools_that

TEXT = (Path(__file__).parent / "shop.yaml").read_text(encoding="utf-8")
TENANT_A = UUID("0198c0de-0000-7000-8000-00000000000a")
OWNER = UUID("0198c0de-0000-7000-8000-0000000000ff")


@cache
def shop_for(tenant: UUID = TENANT_A, text: str = TEXT) -> Compiled:
    """The shop, compiled for a tenant that nobody else uses."""
    return compile_business(text.replace(str(TENANT_A), str(tenant)), CONTRACTS, file="shop.yaml")


@dataclass(slots=True, kw_only=True)
class Shop:
    """All that a test plays with; `answers` holds what tools say instead of the usual, in turn."""

    compiled: Compiled
    ledger: Ledger
    queue: Queue
    approvals: Approvals
    clock: VirtualClock = field(default_factory=VirtualClock)
    answers: dict[str, list[Json | Refused | Exception]] = field(default_factory=dict)
    seen: list[tuple[str, Json, str]] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    metrics: KernelMetrics = field(default_factory=KernelMetrics)
    provider: Answer | None = None
    circuits: Circuits | None = None

    @property
    def tenant(self) -> UUID:
        return self.compiled.file.tenants[0].id

    async def answer(self, operation: str, arguments: Json, key: str) -> Json | Refused:
        self.seen.append((operation, arguments, key))
        planned = self.answers.get(operation)
        told = planned.pop(0) if planned else answer_of(operation, arguments, key)
        if isinstance(told, Exception):
            raise told
        return told

    def worker(self, clock: Clock | None = None) -> Orchestrator:
        """One worker; two of them are two processes as far as the books can tell."""
        return Orchestrator(
            compiled=self.compiled,
            ledger=self.ledger,
            queue=self.queue,
            approvals=self.approvals,
            clock=clock or self.clock,
            tools=tools_that(self.provider or self.answer),
            owner=OWNER,
            on_incident=self.incidents.append,
            on_settled=self.metrics.on_settled,
            circuits=self.circuits,
        )

    @property
    def desk(self) -> ApprovalDesk:
        return ApprovalDesk(
            approvals=self.approvals,
            people=people_of(self.compiled),
            clock=self.clock,
            on_incident=self.incidents.append,
        )

    async def start(self, workflow: str, given: Json, *, run_id: UUID | None = None) -> UUID:
        return await self.worker().start(self.tenant, workflow, given, run_id=run_id)

    async def advance(self, run_id: UUID) -> Standing:
        return await self.worker().advance(self.tenant, run_id)

    async def cancel(self, run_id: UUID, *, who: str = "ann", reason: str = "sold out") -> CallOff:
        return await self.worker().cancel(self.tenant, run_id, who=who, reason=reason)

    async def record(self, run_id: UUID) -> RunRecord:
        record = await self.ledger.load_run(self.tenant, run_id)
        assert record is not None
        return record

    async def until_over(
        self, run_id: UUID, *, step: timedelta = timedelta(minutes=5), most: int = 400
    ) -> str:
        """Let time pass until the run has ended; return why it has."""
        for _ in range(most):
            await self.worker().work()
            record = await self.ledger.load_run(self.tenant, run_id)
            if record is not None and record.termination_reason is not None:
                return record.termination_reason.value
            self.clock.advance(step)
        raise AssertionError("the run does not end")

    async def waiting(self) -> Sequence[Request]:
        return await self.approvals.open_ones(self.tenant, limit=1000)

    async def decide(self, request: Request, slack: str, verdict: Verdict = Verdict.APPROVE) -> Request:
        desk = self.desk
        return await desk.decide(self.tenant, request.approval_id, desk.slack_identity(slack), verdict)

    async def replay(self, run_id: UUID) -> ReplayedRun:
        transcript = await transcript_of(self.ledger, self.queue, self.tenant, run_id)
        return replay_transcript(self.compiled, transcript)

    def made(self, operation: str) -> list[Json]:
        """The arguments of every request that one tool has seen."""
        return [arguments for name, arguments, _ in self.seen if name == operation]


def shop_in_memory(text: str = TEXT) -> Shop:
    """A shop that ends with the test."""
    queue = MemoryQueue()

    async def wake(tenant: UUID, run_id: UUID, now: Any) -> None:
        await queue.wake(tenant, run_id, now=now)

    ledger = MemoryLedger()

    async def end_of(tenant: UUID, run_id: UUID) -> TerminationReason | None:
        record = await ledger.load_run(tenant, run_id)
        return None if record is None else record.termination_reason

    approvals = MemoryApprovals(wake, end_of)
    return Shop(compiled=shop_for(text=text), ledger=ledger, queue=queue, approvals=approvals)


def shop_in_postgres(connections: Sequence[AsyncConnection[Any]], tenant: UUID, text: str = TEXT) -> Shop:
    """A shop on a shared database, in a tenant of its own."""
    writes, looks, steps, queue, approvals = connections
    return Shop(
        compiled=shop_for(tenant, text),
        ledger=PostgresLedger(writes, writes, looks),
        queue=PostgresQueue(steps, queue),
        approvals=PostgresApprovals(approvals),
    )


def refund(number: int = 1, *, amount: int = 100, currency: str = "USD") -> Json:
    """What a refund is begun with."""
    return {"refund_id": f"r-{number}", "order": f"o-{number}", "amount": amount, "currency": currency}


def order(number: int = 1, lines: int = 3) -> Json:
    """An order whose lines are reserved one by one."""
    return {
        "order": f"o-{number}",
        "lines": [{"line": f"l-{number}-{each}", "units": 1} for each in range(lines)],
    }


def hand_over(shop: Shop) -> None:
    """Stop listening on a shop's connections, which somebody else uses next."""
    assert isinstance(shop.ledger, PostgresLedger)
    assert isinstance(shop.queue, PostgresQueue)
    assert shop.ledger.connections
    assert shop.queue.connections


async def is_due_again(shop: Shop, *, is_woken: bool) -> bool:
    """Whether a run that is laid down for an hour is due at once: woken while it was held, or not."""
    run_id, now = await shop.start("refund", refund()), shop.clock.now()
    asked: dict[str, Any] = {"configs": (shop.compiled.sha256,), "owner": OWNER, "now": now, "limit": 1}
    asked |= {"until": now + timedelta(minutes=1), "run_id": run_id}
    (lease,) = await shop.queue.lease((shop.tenant,), **asked)
    if is_woken:
        await shop.queue.wake(shop.tenant, run_id, now=now)
        # Nobody else gets it meanwhile: it is held.
        assert await shop.queue.lease((shop.tenant,), **asked) == ()
    assert await shop.queue.suspend(lease, now=now, due_at=now + timedelta(hours=1), waits=())
    return bool(await shop.queue.lease((shop.tenant,), **asked))
