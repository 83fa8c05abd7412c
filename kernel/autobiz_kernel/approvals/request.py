"""A request for a person's yes, and what can become of it: pure functions from one standing to the next."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from autobiz_kernel.canonical import JsonValue
from autobiz_kernel.codes import TerminationReason
from autobiz_kernel.errors import KernelError


class DecisionError(KernelError):
    """A decision that does not count; the sentence says why."""


class NotEntitledError(DecisionError):
    """A decision of somebody who may not decide this."""


class LateDecisionError(DecisionError):
    """A decision about a run that is over; it moves nothing, and is kept as what it is."""


class Status(IntEnum):
    """How a request stands; the numbers are those of the table."""

    PENDING = 0  # it waits
    APPROVED = 1  # enough people have agreed
    DENIED = 2  # somebody has said no
    EXPIRED = 3  # nobody answered in time
    VOID = 4  # the call that it was about is no longer asked for in this way

    @property
    def is_open(self) -> bool:
        return self is Status.PENDING


class Verdict(StrEnum):
    """What a person says."""

    APPROVE = "approve"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one person has said, how we know that it was that person, and when."""

    approver: str
    verdict: Verdict
    via: str
    at: datetime
    reason: str = ""
    is_override: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a rule asks: how many people of which groups, until when, and who is asked if they keep silent."""

    approvers: tuple[str, ...] = ()
    approvers_min: int = 1
    priority: int = 5
    expires_at: datetime
    approves_on_timeout: bool = False
    escalates_at: datetime | None = None
    escalates_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call that waits. `shown` is what people see of its arguments; `requesters` may not decide it.

    `run_ended` says why its run is over, to whoever is about to change the request.
    """

    tenant: UUID
    approval_id: UUID
    run_id: UUID
    path: str
    tool: str
    fingerprint: bytes
    is_financial: bool
    shown: Mapping[str, JsonValue]
    reason: str
    requesters: tuple[str, ...]
    question: Question
    requested_at: datetime
    status: Status = Status.PENDING
    is_escalated: bool = False
    decisions: tuple[Decision, ...] = field(default_factory=tuple)
    run_ended: TerminationReason | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """Who may decide now."""
        return self.question.approvers + (self.question.escalates_to if self.is_escalated else ())


def approval_id_of(run_id: UUID, path: str, fingerprint: bytes) -> UUID:
    """Name a request by what it is about, so that asking again after a crash is the same request."""
    digest = hashlib.sha256(b"autobiz.approval/1\0" + run_id.bytes + path.encode() + b"\0" + fingerprint)
    drawn = int.from_bytes(digest.digest()[:16])
    # Version 8 of RFC 9562, which Python 3.11 cannot make by itself.
    return UUID(int=drawn & ~(0xF << 76) & ~(0x3 << 62) | 8 << 76 | 2 << 62)


def decided(request: Request, decision: Decision, *, groups: tuple[str, ...]) -> Request:
    """Take a decision in, or refuse it; at the moment of expiry it is too late."""
    request = _of_a_living_run(aged(request, now=decision.at))
    if not request.status.is_open:
        raise DecisionError(f"request {request.approval_id} is {request.status.name.lower()} already")
    if decision.approver in request.requesters:
        raise NotEntitledError(f"{decision.approver} asked for it; nobody decides their own request")
    if not set(groups) & set(request.groups):
        raise NotEntitledError(f"{decision.approver} is in none of {', '.join(request.groups) or 'no group'}")
    if any(each.approver == decision.approver for each in request.decisions):
        raise DecisionError(f"{decision.approver} has decided already; another person is needed")
    request = replace(request, decisions=(*request.decisions, decision))
    if decision.verdict is Verdict.DENY:
        return replace(request, status=Status.DENIED)
    agreed = sum(each.verdict is Verdict.APPROVE for each in request.decisions)
    return replace(request, status=Status.APPROVED) if agreed >= request.question.approvers_min else request


def overruled(request: Request, decision: Decision, *, is_admin: bool) -> Request:
    """Let an administrator decide alone: not their own request, never without a reason, always heard of."""
    request = _of_a_living_run(aged(request, now=decision.at))
    if not request.status.is_open:
        raise DecisionError(f"request {request.approval_id} is {request.status.name.lower()} already")
    if not is_admin:
        raise NotEntitledError(f"{decision.approver} is no administrator")
    if decision.approver in request.requesters:
        raise NotEntitledError(f"{decision.approver} asked for it; nobody decides their own request")
    if not decision.reason.strip():
        raise DecisionError("an override needs a reason")
    status = Status.APPROVED if decision.verdict is Verdict.APPROVE else Status.DENIED
    kept = replace(decision, is_override=True)
    return replace(request, decisions=(*request.decisions, kept), status=status)


def aged(request: Request, *, now: datetime) -> Request:
    """Return how a request stands at a moment if nobody decides: it escalates, and at last it expires."""
    if not request.status.is_open:
        return request
    question = request.question
    if now >= question.expires_at:
        # Who says nothing has not agreed, whatever a rule says, where money is concerned.
        if question.approves_on_timeout and not request.is_financial:
            return replace(request, status=Status.APPROVED)
        return replace(request, status=Status.EXPIRED)
    if question.escalates_at is not None and now >= question.escalates_at and not request.is_escalated:
        return replace(request, is_escalated=True, question=replace(question, priority=9))
    return request


def voided(request: Request, *, now: datetime) -> Request:
    """Return how a request stands about a call that nobody will make any more, whatever was said to it."""
    request = aged(request, now=now)
    is_moot = request.status in (Status.PENDING, Status.APPROVED)
    return replace(request, status=Status.VOID) if is_moot else request


def _of_a_living_run(request: Request) -> Request:
    if request.run_ended is not None and request.status not in (Status.APPROVED, Status.DENIED):
        raise LateDecisionError(
            f"run {request.run_id} is over ({request.run_ended.value}): a decision moves nothing any more; "
            "that it was said is on record"
        )
    return request


def next_change_at(request: Request) -> datetime:
    """Return when a request changes by itself."""
    escalates_at = request.question.escalates_at
    if escalates_at is not None and not request.is_escalated:
        return min(escalates_at, request.question.expires_at)
    return request.question.expires_at
