"""See to one thing that a run wants: call, look for an event or a decision, notice that a moment has come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson

from autobiz_kernel.approvals import Approvals, Request, Status, aged, approval_id_of, next_change_at
from autobiz_kernel.breaker import Circuits, key_of
from autobiz_kernel.business import Compiled, question_of
from autobiz_kernel.carrying import write
from autobiz_kernel.claims import ClaimOutcome
from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.contract import EffectClass, ToolContract
from autobiz_kernel.errors import KernelError
from autobiz_kernel.keys import fingerprint
from autobiz_kernel.pipeline import Kernel
from autobiz_kernel.reply import Reply
from autobiz_kernel.tool import Found

from .committing import LostError, Mover
from .failure import failure_of, failure_of_error, in_ms
from .queue import Queue, Signal
from .telling import WORD, key_of_word
from .wanting import asked_of
from .words import (
    DEPENDENCY_OPEN,
    CallWanted,
    Came,
    Decided,
    DecisionWanted,
    EventWanted,
    Failed,
    FailureKind,
    Held,
    Passed,
    TimeWanted,
    Wanted,
    WordWanted,
)

# How long money waits before it is looked again whether shared circuits are back.
ALONE_MS: Final = 10_000
_DONE = (ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY)
_LOST = (ErrorCode.FENCED, ErrorCode.STATE_CONFLICT)


def event_wanted(run_id: UUID, asked: Wanted) -> tuple[str, str] | None:
    """Name the event and the key by which a run is to be woken, if it is an event that it waits for."""
    match asked:
        case EventWanted():
            return asked.event, asked.key
        case WordWanted():
            return WORD, key_of_word(run_id, asked.path)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Sees to what one run wants."""

    compiled: Compiled
    kernel: Kernel
    queue: Queue
    approvals: Approvals
    mover: Mover
    circuits: Circuits | None = None

    async def call(self, asked: CallWanted) -> None:
        """Make a call unless its dependency is known to be down; what comes of it is written down."""
        if self.circuits is None:
            await self._call(asked)
            return
        key = key_of(self.mover.run.tenant, asked.tool)
        permit = await self.circuits.may(key, now_ms=in_ms(self.kernel.clock.now()))
        if not permit.is_given:
            await self._wait(asked, permit.until_ms, f"{asked.tool} is left in peace")
            return
        if permit.is_alone and self._moves_money(asked):
            # What is down is not known here, and money that was asked for in an outage is money in doubt.
            until_ms = in_ms(self.kernel.clock.now()) + ALONE_MS
            await self._wait(asked, until_ms, f"nobody knows how {asked.tool} is, and money waits")
            return
        is_well = await self._call(asked)
        now_ms = in_ms(self.kernel.clock.now())
        await self.circuits.told(key, now_ms=now_ms, token=permit.token, is_well=is_well)

    async def _wait(self, asked: CallWanted, until_ms: int, reason: str) -> None:
        await self.mover.move(
            Failed(
                path=asked.path,
                kind=FailureKind.TRANSIENT,
                code=DEPENDENCY_OPEN,
                reason=reason,
                retry_ms=until_ms,
            )
        )

    def _moves_money(self, asked: CallWanted) -> bool:
        contract = self._contract(asked)
        return contract is not None and contract.effect_class is EffectClass.FINANCIAL

    async def _call(self, asked: CallWanted) -> bool:
        """Make a call; say whether its dependency is well, as far as that call could tell."""
        run, contract = self.mover.run, self._contract(asked)
        try:
            reply = await self.kernel.call(
                run,
                asked_of(asked),
                patch_of=self.mover.patch_of(asked.path),
                known=None if asked.word is None else Found(result=asked.word.get("result")),
            )
        except KernelError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever a tool raises is one of the failures of a workflow
            failed = failure_of_error(asked.path, error, contract, now=self.kernel.clock.now())
            await self.mover.move(failed)
            return not failed.kind.may_be_retried
        await self._read(asked, reply, contract)
        return reply.outcome not in (ErrorCode.TOOL_TIMEOUT, ClaimOutcome.UNCERTAIN)

    async def see_to(self, asked: Wanted) -> bool:
        """See whether what is waited for is there; say whether that was written down."""
        now = self.kernel.clock.now()
        if isinstance(asked, DecisionWanted):
            return await self._look_for_decision(asked, now)
        named = event_wanted(self.mover.run.run_id, asked)
        if named is not None:
            signal = await self.unheard(*named)
            if signal is not None:
                payload = orjson.loads(signal.payload)
                await self.mover.move(Came(path=asked.path, signal_id=signal.signal_id, payload=payload))
                return True
        if isinstance(asked, TimeWanted | EventWanted) and asked.due_ms <= in_ms(now):
            await self.mover.move(Passed(path=asked.path))
            return True
        return False

    async def unheard(self, event: str, key: str) -> Signal | None:
        """Return the oldest signal of this name and key that the run has not taken yet."""
        run = self.mover.run
        signals = await self.queue.signals(run.tenant, event=event, key=key, since=run.record.began_at)
        heard = run.state.get("heard", [])
        return next((each for each in signals if each.signal_id not in heard), None)

    async def change_due(self, asked: DecisionWanted) -> datetime | None:
        """Return when a request changes by itself."""
        request = await self.approvals.look(self.mover.run.tenant, asked.approval_id)
        return None if request is None else next_change_at(request)

    async def _read(self, asked: CallWanted, reply: Reply, contract: ToolContract | None) -> None:
        run = self.mover.run
        if reply.outcome in _DONE or run.termination_reason is not None:
            return
        if reply.outcome in _LOST:
            raise LostError(f"run {run.run_id}: {reply.reason}")
        if reply.outcome is not ErrorCode.APPROVAL_REQUIRED or contract is None:
            await self.mover.move(failure_of(asked.path, reply, contract))
            return
        now = self.kernel.clock.now()
        printed = fingerprint(asked.arguments)
        approval_id = approval_id_of(run.run_id, asked.path, printed)
        due = question_of(self.compiled, contract, now=now).expires_at
        await self.mover.move(
            Held(path=asked.path, approval_id=approval_id, fingerprint=printed, due_ms=in_ms(due))
        )
        if await write(self.kernel.ledger, run):
            await self._ask(asked, approval_id, printed, now)

    async def _look_for_decision(self, asked: DecisionWanted, now: datetime) -> bool:
        run = self.mover.run
        request = await self.approvals.look(run.tenant, asked.approval_id)
        if request is None:
            # Whoever wrote down that it waits has died before asking.
            request = await self._ask(asked.call, asked.approval_id, asked.fingerprint, now)
        if aged(request, now=now) != request:
            request = await self.approvals.change(
                run.tenant, asked.approval_id, lambda kept: aged(kept, now=now), now=now
            )
        if request.status.is_open:
            return False
        reasons = "; ".join(each.reason for each in request.decisions if each.reason)
        await self.mover.move(
            Decided(
                path=asked.path,
                is_approved=request.status is Status.APPROVED,
                code=f"APPROVAL_{request.status.name}",
                reason=self.kernel.redactor.text(reasons)[:500],
            )
        )
        return True

    async def _ask(self, asked: CallWanted, approval_id: UUID, printed: bytes, now: datetime) -> Request:
        run, contract = self.mover.run, self._contract(asked)
        if contract is None:
            raise KernelError(
                f"{asked.tool}.{asked.operation}: a person is asked about a tool that is not there"
            )
        chain = run.principal.on_behalf_of
        requesters = [run.principal.name]
        while chain is not None:
            requesters.append(chain.name)
            chain = chain.on_behalf_of
        return await self.approvals.ask(
            Request(
                tenant=run.tenant,
                approval_id=approval_id,
                run_id=run.run_id,
                path=asked.path,
                tool=contract.reference,
                fingerprint=printed,
                is_financial=contract.effect_class is EffectClass.FINANCIAL,
                shown=self.kernel.redactor.clean(dict(asked.arguments), name="arguments").value,
                reason=f"{run.record.workflow} asks for {contract.reference}",
                requesters=tuple(requesters),
                question=question_of(self.compiled, contract, now=now),
                requested_at=now,
            )
        )

    def _contract(self, asked: CallWanted) -> ToolContract | None:
        return self.compiled.contracts.get((asked.tool, asked.operation, asked.version))
