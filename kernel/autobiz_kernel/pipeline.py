"""Make governed calls: the one loop that asks the guards in order, and the only place where a tool runs."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from msgspec import structs

from .announcing import announce
from .budget import Spent
from .call import Call, PatchOf
from .carrying import carrying, claim, write
from .claims import LEASE, ClaimOutcome, Heir, lease_for
from .clock import Clock
from .codes import ENDING, ErrorCode, TerminationReason
from .contract import EffectClass, Recovery
from .effect import Ending, ask_what_became, copied, run_tool
from .errors import CallError, RunError
from .guards import ASKED_ONCE
from .ids import Ids, TimedIds
from .incident import IncidentKind, OnIncident, ignore
from .judging import Denied, Judged, judge
from .keys import external_key, internal_key
from .ledger import ClaimAnswer, ClaimAsk, Ledger, RunRecord, SettleAnswer, SettleOutcome
from .principal import Principal
from .receipt import receipt_from
from .redaction import Redactor
from .reply import Reply
from .resuming import begun, taken_over
from .ruling import ALLOW, Asked, Policy
from .run import Run
from .settled import OnSettled, unwatched
from .settling import Settler
from .tool import Found, Tool

_NO_TOOLS: Mapping[tuple[str, str, str], Tool] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """Everything a governed call needs; one for a process, shared by all runs."""

    ledger: Ledger
    clock: Clock
    policy: Policy
    tools: Mapping[tuple[str, str, str], Tool] = field(default_factory=lambda: _NO_TOOLS)
    redactor: Redactor = field(default_factory=Redactor)
    on_incident: OnIncident = ignore
    on_settled: OnSettled = unwatched
    ids: Ids = field(default_factory=TimedIds)
    lease: timedelta = LEASE

    def __post_init__(self) -> None:
        strangers = [
            tool.contract.reference
            for where, tool in self.tools.items()
            if self.policy.contracts.get(where) is not tool.contract
        ]
        if strangers:
            raise CallError(f"tools without their contract in the policy: {', '.join(sorted(strangers))}")
        if not timedelta(0) < self.lease:
            raise CallError(f"lease={self.lease} must be longer than zero")

    async def begin(
        self,
        *,
        tenant: UUID,
        principal: Principal,
        workflow: str,
        prefix: str = "",
        run_id: UUID | None = None,
        correlation_id: str = "",
    ) -> Run:
        """Begin a run and be its only worker."""
        now = self.clock.now()
        run_id = run_id or self.ids.new(now)
        record = RunRecord(
            tenant=tenant,
            run_id=run_id,
            workflow=workflow,
            correlation_id=correlation_id or run_id.hex,
            config_hash=self.policy.config_hash,
            principal=principal.name,
            began_at=now,
        )
        return await begun(self.ledger, self.policy, record, principal, prefix=prefix, clock=self.clock)

    async def resume(self, *, tenant: UUID, run_id: UUID, principal: Principal, prefix: str = "") -> Run:
        """Take a run over: whoever held it can write nothing more, and what it has used stays used."""
        return await taken_over(
            self.ledger, self.policy, tenant, run_id, principal, prefix=prefix, clock=self.clock
        )

    def carrying(self, run: Run) -> AbstractAsyncContextManager[None]:
        """Write each call of a block down with the next one, or at its end; till then its reply is a word."""
        return carrying(self.ledger, run)

    async def end(self, run: Run, reason: TerminationReason) -> None:
        """End a run for good; the first reason stays."""
        if run.termination_reason is None:
            run.termination_reason = reason
            await self._settler(run).note_end(reason)

    async def call(
        self, run: Run, asked: Asked, *, patch_of: PatchOf | None = None, known: Found | None = None
    ) -> Reply:
        """Make one call; `patch_of` makes of the result the patch that is kept in the same commit.

        `known` is the word of somebody who knows what became of an effect in doubt: it is settled by that,
        or done now if it never happened. Of an effect that is not in doubt nobody's word is heard.
        What a tool raises passes through, once it is written down that its effect may have happened.
        """
        if run.record.config_hash != self.policy.config_hash:
            raise RunError(f"run {run.run_id}: began under another configuration; call under that one")
        run.calls += 1
        try:
            return await self._call(run, asked, patch_of, known)
        finally:
            run.calls -= 1

    async def _call(self, run: Run, asked: Asked, patch_of: PatchOf | None, known: Found | None) -> Reply:
        began, moment = self.clock.now(), run.moment(self.clock)
        run.spent, judged = judge(run.view(moment), asked, self.policy)
        call = Call(run=run, asked=asked, began=began, moment=moment, step=run.spent.steps, patch_of=patch_of)
        if isinstance(judged, Denied):
            return await self._deny(call, judged)
        call.arguments = copied(dict(asked.arguments))
        run.remember(judged.command)
        call.command = judged.command.digest
        call.contract = judged.contract
        tool = self.tools.get((asked.tool, asked.operation, asked.version))
        if tool is None:
            raise CallError(
                f"tool {judged.contract.reference!r} is configured, but not registered with this kernel"
            )
        # What has no price is found out before anything happens.
        call.price = self.policy.price_of(judged.contract, began)
        call.set_aside(judged.contract.cost_micros)
        try:
            if judged.contract.effect_class.is_effect:
                if known is None:
                    return await self._effect(call, judged, tool)
                return await self._effect(call, judged, tool.knowing(known), is_known=True)
            if judged.hold is not ALLOW:
                return await self._deny(call, Denied(guard="approval", ruling=judged.hold))
            return await self._observe(call, judged, tool)
        finally:
            call.give_back()

    async def _deny(self, call: Call, denied: Denied) -> Reply:
        code = denied.ruling.code or ErrorCode.PERMISSION_DENIED
        call.contract = denied.contract or call.contract
        reason = self.redactor.text(denied.ruling.reason)
        if code is ErrorCode.FENCED:
            return Reply(outcome=code, reason=reason)
        ending = ENDING.get(code)
        call.run.termination_reason = call.run.termination_reason or ending
        settler = self._settler(call.run)
        if code is ErrorCode.CROSS_TENANT:
            settler.tell(call, IncidentKind.CROSS_TENANT, reason)
        told = await settler.note(call, guard=denied.guard, outcome=code.value, reason=reason, ending=ending)
        return self._reply(call, told, Reply(outcome=code, reason=reason))

    async def _observe(self, call: Call, judged: Judged, tool: Tool) -> Reply:
        """Run a tool that changes nothing: nothing is claimed, and its result is kept with its trace."""
        seconds = call.seconds_for(judged.contract, wall_ms=self.policy.bounds.wall_ms_max)
        begun = await announce(self.ledger, call, judged, now=call.began, lease=self.lease, seconds=seconds)
        if begun is not None and begun.outcome is not ClaimOutcome.CLAIMED:
            return self._fenced(call)
        if call.run.unwritten.has_effects and judged.contract.effect_class is EffectClass.READ:
            # It may take its time, and no effect is to be in doubt for so long.
            await write(self.ledger, call.run)
        arguments = copied(call.arguments)
        ending = await run_tool(tool, arguments, "", seconds=seconds, redactor=self.redactor)
        told = await self._settler(call.run).observed(call, judged, ending, begun)
        ending.raise_error()
        return self._reply(
            call, told, Reply(outcome=ending.outcome, result=ending.shown, reason=ending.reason)
        )

    async def _effect(self, call: Call, judged: Judged, tool: Tool, *, is_known: bool = False) -> Reply:
        contract, run, settler = judged.contract, call.run, self._settler(call.run)
        key = internal_key(
            tenant=run.tenant,
            tool=contract.name,
            operation=contract.operation,
            identity=contract.identity_of(call.arguments),
        )
        # Somebody's word is heard before the provider is asked again.
        in_time = contract.recovery is Recovery.PROVIDER_IDEMPOTENT and not is_known
        seconds = call.seconds_for(judged.contract, wall_ms=self.policy.bounds.wall_ms_max)
        ask = ClaimAsk(
            tenant=run.tenant,
            key=key,
            fingerprint=judged.fingerprint,
            tool=contract.reference,
            run_id=run.run_id,
            run_epoch=run.record.epoch,
            now=call.began,
            lease=lease_for(self.lease, seconds=seconds),
            heir=Heir.IN_TIME if in_time else Heir.NOBODY,
            cost_micros=contract.cost_micros,
        )
        if judged.hold is not ALLOW:
            # An act that was answered before needs no person again.
            await write(self.ledger, run)
            known = await self.ledger.look_up(ask)
            if known is None or known.outcome is ClaimOutcome.UNCERTAIN:
                return await self._deny(call, Denied(guard="approval", ruling=judged.hold))
            return await self._answered(call, known, key)
        answer = await claim(self.ledger, run, ask, meanwhile=partial(settler.prepare, call))
        found: Ending | None = None
        if answer.outcome is ClaimOutcome.UNCERTAIN and tool.look_up is not None:
            answer, found = await self._look_it_up(call, tool, ask, answer, seconds)
        if answer.outcome is ClaimOutcome.FENCED:
            return self._fenced(call)
        if answer.outcome is not ClaimOutcome.CLAIMED:
            return await self._answered(call, answer, key)
        outside = external_key(key, generation=answer.generation)
        mine = copied(call.arguments)
        ending = found or await run_tool(tool, mine, outside, seconds=seconds, redactor=self.redactor)
        told = await settler.effect(call, judged, ending, key=key, claim=answer, outside=outside)
        if told.outcome is SettleOutcome.LEASE_LOST:
            return await self._overtaken(call, ask, key)
        ending.raise_error(outside)
        reply = Reply(outcome=ending.outcome, external_key=outside, result=ending.shown, reason=ending.reason)
        return self._reply(call, told, reply)

    async def _look_it_up(
        self, call: Call, tool: Tool, ask: ClaimAsk, answer: ClaimAnswer, seconds: float
    ) -> tuple[ClaimAnswer, Ending | None]:
        """Ask the provider about an effect in doubt; who knows may take it over, and settle or repeat it."""
        outside = external_key(ask.key, generation=answer.generation)
        found = await ask_what_became(tool, copied(call.arguments), outside, seconds=seconds)
        if found is None:
            return answer, None
        asked_again = structs.replace(ask, now=self.clock.now(), heir=Heir.LOOKED, epoch=answer.epoch)
        taken = await claim(self.ledger, call.run, asked_again)
        if taken.outcome is not ClaimOutcome.CLAIMED or found.result is None:
            return taken, None
        return taken, self._settler(call.run).read(tool, found.result)

    async def _answered(
        self, call: Call, answer: ClaimAnswer, key: bytes, *, spent: Spent = ASKED_ONCE
    ) -> Reply:
        """Tell a caller about an act that is not theirs to cause."""
        outside = external_key(key, generation=answer.generation)
        settler = self._settler(call.run)
        if answer.outcome is ClaimOutcome.UNCERTAIN:
            settler.tell(
                call, IncidentKind.UNCERTAIN_EFFECT, f"{outside} began at {answer.first_seen_at.isoformat()}"
            )
        result: dict[str, Any] | None = None
        outcome: ClaimOutcome | ErrorCode = answer.outcome
        if answer.receipt is not None:
            result = dict(receipt_from(answer.receipt).result)
        elif answer.refusal is not None:
            outcome, result = ErrorCode.REFUSED, orjson.loads(answer.refusal)
        told = await settler.note(call, outcome=outcome.value, replayed=result, spent=spent)
        retry_at = answer.lease_until if answer.outcome is ClaimOutcome.IN_FLIGHT else None
        reply = Reply(outcome=outcome, external_key=outside, result=result, retry_at=retry_at)
        return self._reply(call, told, reply)

    async def _overtaken(self, call: Call, ask: ClaimAsk, key: bytes) -> Reply:
        """Tell a caller whose claim has passed to another holder what that holder has done so far."""
        known = await self.ledger.look_up(structs.replace(ask, now=self.clock.now()))
        if known is None:
            return Reply(outcome=ClaimOutcome.UNCERTAIN, external_key=external_key(key))
        # The call was paid for with the settlement that came too late.
        return await self._answered(call, known, key, spent=Spent())

    def _fenced(self, call: Call) -> Reply:
        return self._reply(call, SettleAnswer(outcome=SettleOutcome.FENCED), Reply(outcome=ErrorCode.FENCED))

    def _reply(self, call: Call, told: SettleAnswer, reply: Reply) -> Reply:
        run = call.run
        if told.outcome is SettleOutcome.FENCED:
            run.is_mine = False
            reason = "another worker has taken this run, or it was ended"
            return structs.replace(reply, outcome=ErrorCode.FENCED, result=None, reason=reason)
        if told.outcome is SettleOutcome.STATE_CONFLICT:
            return structs.replace(
                reply, outcome=ErrorCode.STATE_CONFLICT, reason="the state was changed meanwhile"
            )
        return reply

    def _settler(self, run: Run) -> Settler:
        return Settler(
            ledger=self.ledger,
            clock=self.clock,
            redactor=self.redactor,
            on_incident=self.on_incident,
            on_settled=self.on_settled,
            run=run,
        )
