"""Where people decide: who they are is shown first, then the rule is asked, and what they said is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from autobiz_kernel.clock import Clock
from autobiz_kernel.incident import Incident, IncidentKind, OnIncident, ignore

from .identity import Identity, IdentityError, Via, verify_signed
from .people import Person
from .port import Approvals, Change
from .request import Decision, DecisionError, LateDecisionError, Request, Verdict, decided, overruled

ADMINS = "admins"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDesk:
    """Takes decisions of the people of one business."""

    approvals: Approvals
    people: Mapping[str, Person]
    clock: Clock
    on_incident: OnIncident = ignore
    on_decided: Callable[[Request], None] = field(default=lambda _request: None)

    async def decide_signed(
        self,
        *,
        tenant: UUID,
        approval_id: UUID,
        name: str,
        verdict: Verdict,
        signature: str,
        reason: str = "",
        is_override: bool = False,
    ) -> Request:
        """Take a decision that is signed with the person's key, or an administrator's to decide alone."""
        person = self.people.get(name)
        request = await self._request(tenant, approval_id)
        if person is None or person.key is None:
            raise IdentityError(f"{name!r} has no key in the configuration")
        verify_signed(
            signature,
            person.key,
            tenant=tenant,
            approval_id=approval_id,
            fingerprint=request.fingerprint,
            verdict=verdict,
            reason=reason,
            is_override=is_override,
        )
        identity = Identity(name=name, groups=person.groups, via=Via.SIGNED)
        take = self.overrule if is_override else self.decide
        return await take(tenant, approval_id, identity, verdict, reason=reason)

    def slack_identity(self, user: str) -> Identity:
        """Name the person behind a Slack user; the message's signature has been verified before."""
        for name, person in self.people.items():
            if person.slack is not None and person.slack == user:
                return Identity(name=name, groups=person.groups, via=Via.SLACK)
        raise IdentityError("no person of the configuration has this Slack user")

    async def decide(
        self, tenant: UUID, approval_id: UUID, identity: Identity, verdict: Verdict, *, reason: str = ""
    ) -> Request:
        """Take the decision of a person who is known."""
        decision = self._decision(identity, verdict, reason)
        told = await self._change(
            tenant, approval_id, decision, lambda request: decided(request, decision, groups=identity.groups)
        )
        self.on_decided(told)
        return told

    async def overrule(
        self, tenant: UUID, approval_id: UUID, identity: Identity, verdict: Verdict, *, reason: str
    ) -> Request:
        """Let an administrator decide alone; people always hear of it."""
        decision = self._decision(identity, verdict, reason)
        is_admin = ADMINS in identity.groups
        told = await self._change(
            tenant, approval_id, decision, lambda request: overruled(request, decision, is_admin=is_admin)
        )
        self.on_incident(
            Incident(
                kind=IncidentKind.APPROVAL_OVERRIDDEN,
                tenant=tenant,
                run_id=told.run_id,
                path=told.path,
                tool=told.tool,
                what=f"{identity.name} decided alone: {verdict.value}",
            )
        )
        self.on_decided(told)
        return told

    async def _change(self, tenant: UUID, approval_id: UUID, decision: Decision, change: Change) -> Request:
        try:
            return await self.approvals.change(tenant, approval_id, change, now=decision.at)
        except LateDecisionError:
            # It moves nothing, and whoever audits wants to know that it was said.
            await self.approvals.keep_late(tenant, approval_id, decision)
            raise

    def _decision(self, identity: Identity, verdict: Verdict, reason: str) -> Decision:
        return Decision(
            approver=identity.name,
            verdict=verdict,
            via=identity.via.value,
            at=self.clock.now(),
            reason=reason[:500],
        )

    async def _request(self, tenant: UUID, approval_id: UUID) -> Request:
        request = await self.approvals.look(tenant, approval_id)
        if request is None:
            raise DecisionError(f"request {approval_id}: not there for this tenant")
        return request
