"""What came of a governed call, as oracles see a call."""

from collections.abc import Sequence

from autobiz_kernel import CallError, CanonicalError, ClaimOutcome, KernelError, Reply
from autobiz_oracles import PlainAnswer, PlainCall, Request

_DONE = frozenset({ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY})


def call_of(ending: Reply | KernelError, seen: Sequence[Request] | None) -> PlainCall:
    """A call by its reply or by the error that refused it; its effects are what was accepted."""
    effects = None if seen is None else tuple(request for request in seen if request.accepted)
    if not isinstance(ending, Reply):
        is_theirs = isinstance(ending, CallError | CanonicalError)
        return PlainCall(code="SCHEMA_INVALID" if is_theirs else type(ending).__name__, effects=effects)
    return PlainCall(code=None if ending.outcome in _DONE else ending.outcome.name, effects=effects)


def answer_of(reply: Reply, seen: Sequence[Request] | None) -> PlainAnswer:
    """A reply, with what the provider had seen when it came."""
    return PlainAnswer(result=reply.result, seen=seen)
