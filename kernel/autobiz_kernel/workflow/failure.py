"""Say of which kind a failure is, from how a governed call ended."""

from datetime import datetime

from autobiz_kernel.claims import ClaimOutcome
from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.contract import ToolContract
from autobiz_kernel.reply import Reply
from autobiz_kernel.tool import NotDoneError
from autobiz_kernel.transport import ProviderError

from .words import Failed, FailureKind

_KINDS = {
    ErrorCode.UNKNOWN_TOOL: FailureKind.VALIDATION,
    ErrorCode.SCHEMA_INVALID: FailureKind.VALIDATION,
    ErrorCode.OUTPUT_INVALID: FailureKind.VALIDATION,
    ErrorCode.PERMISSION_DENIED: FailureKind.AUTH,
    ErrorCode.CROSS_TENANT: FailureKind.AUTH,
    ErrorCode.APPROVAL_RULE_MISSING: FailureKind.AUTH,
    ErrorCode.REFUSED: FailureKind.REFUSED,
    ClaimOutcome.MISMATCH: FailureKind.VALIDATION,
    ClaimOutcome.IN_FLIGHT: FailureKind.TRANSIENT,
    ClaimOutcome.UNCERTAIN: FailureKind.DOUBT,
}


def failure_of(path: str, reply: Reply, contract: ToolContract | None) -> Failed:
    """Read a reply that brings no result."""
    is_effect = contract is not None and contract.effect_class.is_effect
    if reply.outcome is ErrorCode.TOOL_TIMEOUT:
        kind = FailureKind.DOUBT if is_effect else FailureKind.TRANSIENT
    else:
        kind = _KINDS.get(reply.outcome, FailureKind.INTERNAL)
    return Failed(
        path=path,
        kind=kind,
        code=reply.outcome.name,
        reason=reply.reason[:500],
        retry_ms=None if reply.retry_at is None else in_ms(reply.retry_at),
    )


def failure_of_error(path: str, error: Exception, contract: ToolContract | None, *, now: datetime) -> Failed:
    """Read what a tool has raised; its words may hold anything and are not kept."""
    is_effect = contract is not None and contract.effect_class.is_effect
    if is_effect and not isinstance(error, NotDoneError):
        kind = FailureKind.DOUBT
    elif isinstance(error, ProviderError):
        kind = FailureKind(error.error_class.value)
    else:
        kind = FailureKind.TRANSIENT if isinstance(error, NotDoneError) else FailureKind.INTERNAL
    wait_s = error.retry_after_s if isinstance(error, ProviderError) else None
    retry_ms = None if wait_s is None else in_ms(now) + int(wait_s * 1000)
    return Failed(path=path, kind=kind, code=type(error).__name__, retry_ms=retry_ms)


def in_ms(moment: datetime) -> int:
    """Return a moment as milliseconds since 1970."""
    return int(moment.timestamp() * 1000)
