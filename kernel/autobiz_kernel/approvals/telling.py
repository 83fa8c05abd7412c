"""Tell of a request in JSON: what people need to decide it, and what was said to it."""

from collections.abc import Iterable

from autobiz_kernel.contract import Json

from .request import Decision, Request


def told_of(request: Request) -> Json:
    """Return what is told of a request."""
    question = request.question
    return {
        "approval_id": str(request.approval_id),
        "run_id": str(request.run_id),
        "path": request.path,
        "tool": request.tool,
        "arguments": dict(request.shown),
        "fingerprint": request.fingerprint.hex(),
        "is_financial": request.is_financial,
        "reason": request.reason,
        "status": request.status.name.lower(),
        "priority": question.priority,
        "is_escalated": request.is_escalated,
        "asked_of": list(request.groups),
        "approvers_min": question.approvers_min,
        "requested_by": list(request.requesters),
        "requested_at": request.requested_at.isoformat(),
        "expires_at": question.expires_at.isoformat(),
        "decisions": _words(request.decisions),
    }


def told_of_one(request: Request, *, late: Iterable[Decision]) -> Json:
    """Return what is told of one request, with what was said when its run was over."""
    return {**told_of(request), "too_late": _words(late)}


def _words(decisions: Iterable[Decision]) -> list[Json]:
    return [
        {
            "approver": each.approver,
            "verdict": each.verdict.value,
            "via": each.via,
            "at": each.at.isoformat(),
            "reason": each.reason,
            "is_override": each.is_override,
        }
        for each in decisions
    ]
