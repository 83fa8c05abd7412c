"""Make spans of a run that is over: one for the run, and one below it for each call.

Their ids derive from the run's own, so exporting the same time twice sends the same spans and no others.
The names are those of the conventions for generative AI, where these have one.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from autobiz_kernel.claims import ClaimOutcome
from autobiz_kernel.codes import TerminationReason

from .kept import KeptCall, KeptRun

SCHEMA_URL: Final = "https://opentelemetry.io/schemas/1.37.0"
_SCOPE = InstrumentationScope("autobiz", schema_url=SCHEMA_URL)
_GOOD = frozenset({ClaimOutcome.CLAIMED.value, ClaimOutcome.REPLAY.value})


def spans_of(tenant: UUID, run: KeptRun, calls: Sequence[KeptCall]) -> Iterator[ReadableSpan]:
    """Yield the span of the run and those of its calls."""
    resource = Resource({"service.name": "autobiz", "autobiz.tenant": str(tenant)})
    root = _context(run.run_id, 0)
    is_good = run.termination_reason == TerminationReason.COMPLETED.value
    yield ReadableSpan(
        name=f"invoke_workflow {run.workflow}",
        context=root,
        resource=resource,
        attributes={
            "gen_ai.operation.name": "invoke_workflow",
            "gen_ai.workflow.name": run.workflow,
            "gen_ai.conversation.id": run.correlation_id,
            "autobiz.run": str(run.run_id),
            "autobiz.principal": run.principal,
            "autobiz.termination_reason": run.termination_reason,
            "autobiz.steps": run.steps,
            "autobiz.tokens": run.tokens,
            "autobiz.cost_micros": run.cost_micros,
            **({} if is_good else {"error.type": run.termination_reason}),
        },
        kind=SpanKind.INTERNAL,
        status=_status(run.termination_reason, is_good=is_good),
        instrumentation_scope=_SCOPE,
        start_time=_nanoseconds(run.began_at),
        end_time=_nanoseconds(max(run.ended_at, run.began_at)),
    )
    for call in calls:
        yield _call_span(run, call, root, resource)


def _call_span(run: KeptRun, call: KeptCall, root: SpanContext, resource: Resource) -> ReadableSpan:
    is_good = call.outcome in _GOOD
    name = call.tool.partition("@")[0]
    return ReadableSpan(
        name=f"execute_tool {name}",
        context=_context(run.run_id, call.seq),
        parent=root,
        resource=resource,
        attributes={
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": f"{run.run_id.hex}:{call.seq}",
            "autobiz.path": call.path,
            "autobiz.tool": call.tool,
            "autobiz.guard": call.guard,
            "autobiz.outcome": call.outcome,
            "autobiz.tokens": call.tokens,
            "autobiz.cost_micros": call.cost_micros,
            **({} if is_good else {"error.type": call.outcome}),
        },
        kind=SpanKind.CLIENT,
        status=_status(call.outcome, is_good=is_good),
        instrumentation_scope=_SCOPE,
        # A trace is written when the call is over.
        start_time=_nanoseconds(call.at - timedelta(microseconds=call.took_us)),
        end_time=_nanoseconds(call.at),
    )


def _context(run_id: UUID, seq: int) -> SpanContext:
    digest = hashlib.sha256(run_id.bytes + seq.to_bytes(8, "big")).digest()
    return SpanContext(
        trace_id=run_id.int,
        # Zero means "no span", and one in 2^64 runs would have it.
        span_id=int.from_bytes(digest[:8], "big") or 1,
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )


def _status(word: str, *, is_good: bool) -> Status:
    return Status(StatusCode.OK) if is_good else Status(StatusCode.ERROR, word)


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) * 1_000
