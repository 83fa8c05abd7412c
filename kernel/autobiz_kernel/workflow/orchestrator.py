"""Advance runs: do what their workflows want, until they wait or have ended; any worker may go on."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from autobiz_kernel.approvals import Approvals
from autobiz_kernel.breaker import Circuits
from autobiz_kernel.business import Compiled, policy_of
from autobiz_kernel.canonical import canonical
from autobiz_kernel.carrying import write
from autobiz_kernel.clock import Clock
from autobiz_kernel.codes import TerminationReason
from autobiz_kernel.contract import Json
from autobiz_kernel.costs import PriceTable
from autobiz_kernel.errors import ReplayError, RunError, StateError
from autobiz_kernel.ids import Ids, TimedIds
from autobiz_kernel.incident import OnIncident, ignore
from autobiz_kernel.json_schema import complaints_of
from autobiz_kernel.ledger import Ledger
from autobiz_kernel.pipeline import Kernel
from autobiz_kernel.redaction import Redactor
from autobiz_kernel.run import Run
from autobiz_kernel.settled import OnSettled, unwatched
from autobiz_kernel.tool import Tool

from .calling import Caller
from .cancelling import LOOK, CallOff, Watch, call_off, cancel_run, close_requests
from .committing import LostError, Mover
from .frames import DONE, how_it_ended
from .holding import hold, take
from .laying_down import incidents_of, lay_down, leave_undoing
from .queue import Lease, Queue, Start
from .standing import Standing
from .telling import signal_of, word_of
from .wanting import wanted
from .words import CallWanted, Wanted

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orchestrator:
    """Everything that runs of one business need; one for a process."""

    compiled: Compiled
    ledger: Ledger
    queue: Queue
    approvals: Approvals
    clock: Clock
    tools: Mapping[tuple[str, str, str], Tool]
    owner: UUID
    circuits: Circuits | None = None
    prices: PriceTable | None = None
    redactor: Redactor = field(default_factory=Redactor)
    on_incident: OnIncident = ignore
    on_settled: OnSettled = unwatched
    ids: Ids = field(default_factory=TimedIds)
    lease: timedelta = LEASE
    _kernels: dict[str, Kernel] = field(default_factory=dict)
    _turns: Iterator[int] = field(default_factory=count)

    async def start(
        self,
        tenant: UUID,
        workflow: str,
        given: Json,
        *,
        run_id: UUID | None = None,
        correlation_id: str = "",
    ) -> UUID:
        """Begin a run. Asking again with the same id begins nothing."""
        graph = self.compiled.graphs.get(workflow)
        if graph is None:
            known = ", ".join(sorted(self.compiled.graphs))
            raise RunError(f"workflow {workflow!r} is not one of this business; it has {known}")
        if tenant not in self._tenants:
            raise RunError(f"tenant {tenant} is not one of this business")
        validator = self.compiled.inputs[workflow]
        if not validator.is_valid(given):
            raise RunError(f"workflow {workflow!r}: input: {'; '.join(complaints_of(validator, given))}")
        now = self.clock.now()
        run_id = run_id or self.ids.new(now)
        # What is kept is what is worked with: a run sees no secret that may not be written down.
        kept = self.redactor.clean(dict(given), name="input").value
        await self.queue.start(
            Start(
                tenant=tenant,
                run_id=run_id,
                workflow=workflow,
                principal=self.compiled.file.workflows[workflow].principal,
                correlation_id=correlation_id or run_id.hex,
                config_hash=self.compiled.sha256,
                input=canonical(kept, name="input"),
                at=now,
            )
        )
        return run_id

    async def advance(self, tenant: UUID, run_id: UUID) -> Standing:
        """Go on with one run until it waits or has ended."""
        leases = await self._lease((tenant,), limit=1, run_id=run_id)
        if not leases:
            start = await self.queue.start_of(tenant, run_id)
            if start is None:
                raise RunError(f"run {run_id}: not there for this tenant; look its id up with `autobiz runs`")
            record = await self.ledger.load_run(tenant, run_id)
            is_over = record is not None and record.termination_reason is not None
            return Standing.ENDED if is_over else Standing.NOT_DUE
        return await self.go_on(leases[0])

    async def cancel(self, tenant: UUID, run_id: UUID, *, who: str, reason: str) -> CallOff:
        """Call a run off: it ends as CANCELLED once what it has done is undone. Twice is once."""
        said = self.redactor.text(reason)
        return await cancel_run(
            self.ledger, self.queue, tenant, run_id, who=who, reason=said, at=self.clock.now()
        )

    async def tell(
        self,
        tenant: UUID,
        event: str,
        key: str,
        payload: Json,
        *,
        signal_id: str,
        at: datetime | None = None,
    ) -> bool:
        """Let runs know of an event from outside, which came now or before; False if it was told before."""
        said = signal_of(
            self.redactor, tenant, event, key, payload, signal_id=signal_id, at=at or self.clock.now()
        )
        return await self.queue.signal(said)

    async def resolve(
        self, tenant: UUID, run_id: UUID, path: str, *, result: Json | None, who: str, number: int = 1
    ) -> bool:
        """Say what became of an effect in doubt: its result, or None if it never happened."""
        said: Json = {"who": who} if result is None else {"who": who, "result": dict(result)}
        at = self.clock.now()
        return await self.queue.signal(
            word_of(self.redactor, tenant, run_id, path, said, number=number, at=at)
        )

    async def work(self, *, limit: int = 16) -> int:
        """Go on with whatever is due, at most so many runs at once; say how many there were."""
        leases = await self.due(limit=limit)
        done = await asyncio.gather(*(self.go_on(lease) for lease in leases), return_exceptions=True)
        broken = [each for each in done if isinstance(each, Exception)]
        if broken:
            # The others went on all the same; these are taken up again when their leases have passed.
            raise ExceptionGroup(f"{len(broken)} of {len(leases)} runs could not be gone on with", broken)
        return len(leases)

    async def due(self, *, limit: int) -> tuple[Lease, ...]:
        """Hold what is due, at most so many runs; whoever holds one goes on with it."""
        tenants = tuple(self._tenants)
        # Another one first each time: a tenant with much to do must not keep the others from their turn.
        first = next(self._turns) % len(tenants)
        return await self._lease(tenants[first:] + tenants[:first], limit=limit)

    async def go_on(self, lease: Lease) -> Standing:
        """Go on with a run that is held."""
        try:
            return await self._go_on(lease)
        except LostError:
            return Standing.LOST

    async def _go_on(self, lease: Lease) -> Standing:
        start = lease.start
        kernel = self._kernel(start.workflow)
        run = await take(kernel, lease, prefix=self._tenants[lease.tenant])
        mover = Mover(self.compiled, self.ledger, self.clock, run)
        caller = Caller(
            compiled=self.compiled,
            kernel=kernel,
            queue=self.queue,
            approvals=self.approvals,
            mover=mover,
            circuits=self.circuits,
        )
        # Of a run that nobody has held or woken before, nobody can have asked anything.
        pause = timedelta(0) if lease.epoch > 1 or lease.woken else LOOK
        watch = Watch(caller=caller, due_at=self.clock.now() + pause)
        async with kernel.carrying(run):
            try:
                if not run.state and run.termination_reason is None:
                    await mover.begin(start)
                while run.termination_reason is None and how_it_ended(run.state) is None:
                    if run.moment(self.clock) >= self._wall(caller):
                        await kernel.end(run, TerminationReason.MAX_TIME)
                        break
                    said = await watch.look()
                    if said is not None:
                        busy_until = await call_off(caller, said)
                        if busy_until is None:
                            continue
                        due, now = min(busy_until, self._wall(caller)), self.clock.now()
                        is_down = await self.queue.suspend(lease, now=now, due_at=due, waits=())
                        return Standing.SUSPENDED if is_down else Standing.LOST
                    asked = wanted(self.compiled, run.state)
                    lease = await hold(
                        self.queue, self.compiled, lease, asked, now=self.clock.now(), usual=self.lease
                    )
                    if not await self._do(caller, asked):
                        if not await write(self.ledger, run):
                            return Standing.LOST
                        is_down = await lay_down(caller, lease, asked, wall=self._wall(caller))
                        return Standing.SUSPENDED if is_down else Standing.LOST
            except ReplayError:
                # The state and the graph do not fit, which no further attempt can change.
                await kernel.end(run, TerminationReason.NONDETERMINISM)
            except StateError:
                # What has to be remembered has become too much, and would be again.
                await kernel.end(run, TerminationReason.FAILED)
            return await self._finish(kernel, run, lease)

    async def _do(self, caller: Caller, asked: tuple[Wanted, ...]) -> bool:
        """Do what can be done now; say whether anything was."""
        calls = [each for each in asked if isinstance(each, CallWanted)]
        if calls:
            if len(calls) == 1:
                await caller.call(calls[0])
            else:
                done = await asyncio.gather(*(caller.call(each) for each in calls), return_exceptions=True)
                for failed in done:
                    if isinstance(failed, BaseException):
                        raise failed
            return True
        for each in asked:
            # One at a time: what comes of it may be that the others are no longer waited for.
            if await caller.see_to(each):
                return True
        return False

    async def _finish(self, kernel: Kernel, run: Run, lease: Lease) -> Standing:
        ended = how_it_ended(run.state) if run.state else None
        if run.termination_reason is None:
            reason = TerminationReason.COMPLETED if ended == DONE else TerminationReason.FAILED
            await kernel.end(run, TerminationReason.CANCELLED if "cancelled" in run.state else reason)
            if not run.is_mine:
                return Standing.LOST
        if ended is None and run.state:
            await close_requests(self.approvals, run, now=self.clock.now())
            await leave_undoing(self.queue, run, now=self.clock.now())
        for incident in incidents_of(run):
            self.on_incident(incident)
        return Standing.ENDED if await self.queue.finish(lease) else Standing.LOST

    def _wall(self, caller: Caller) -> datetime:
        """Return when the run's time is over."""
        wall = timedelta(milliseconds=caller.kernel.policy.bounds.wall_ms_max)
        return caller.mover.run.record.began_at + wall

    @property
    def _tenants(self) -> dict[UUID, str]:
        return {tenant.id: tenant.prefix for tenant in self.compiled.file.tenants}

    def _kernel(self, workflow: str) -> Kernel:
        made = self._kernels.get(workflow)
        if made is None:
            made = self._kernels[workflow] = Kernel(
                ledger=self.ledger,
                clock=self.clock,
                policy=policy_of(self.compiled, workflow, prices=self.prices),
                tools=self.tools,
                redactor=self.redactor,
                on_incident=self.on_incident,
                on_settled=self.on_settled,
                ids=self.ids,
            )
        return made

    async def _lease(
        self, tenants: tuple[UUID, ...], *, limit: int, run_id: UUID | None = None
    ) -> tuple[Lease, ...]:
        now = self.clock.now()
        return await self.queue.lease(
            tenants,
            configs=(self.compiled.sha256,),
            owner=self.owner,
            now=now,
            until=now + self.lease,
            limit=limit,
            run_id=run_id,
        )
