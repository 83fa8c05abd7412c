"""Count what models were asked and how that ended, in Prometheus' form: by pin, of which there are few."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson
from prometheus_client import CollectorRegistry, Counter

from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.ledger import SettleOutcome, TraceRow
from autobiz_kernel.providers.llm import PINNED_TOOL, Unanswered
from autobiz_kernel.settled import Settled

_CODES: Final = frozenset(ErrorCode)
_WHY: Final = frozenset(Unanswered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """A pinned model has not answered, and another one is asked for it."""

    model: str
    second: str
    why: Unanswered


OnFallback: TypeAlias = Callable[[Fallback], None]


def unnoticed(fallback: Fallback) -> None:
    """Tell nobody; the trace has both questions."""


class ModelMetrics:
    """Two listeners: `on_settled` of a kernel or an orchestrator, and `on_fallback` of a client."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._requests = Counter(
            "llm_request",
            "Questions to pinned models, by what came of them.",
            ("model", "version", "outcome"),
            registry=self.registry,
        )
        self._fallbacks = Counter(
            "llm_fallback_triggered",
            "Questions that another pinned model was asked instead.",
            ("model", "why"),
            registry=self.registry,
        )

    def on_settled(self, settled: Settled) -> None:
        """Count one question, whoever asked it: a client, or a workflow's step."""
        trace = settled.settlement.trace
        tool, _, rest = trace.tool.partition(".")
        # What a guard has denied was asked of nobody, and its name may be the caller's text.
        if tool != PINNED_TOOL or trace.guard or settled.answer.outcome is SettleOutcome.FENCED:
            return
        name, _, version = rest.partition("@")
        self._requests.labels(name, version, _outcome_of(trace)).inc()

    def on_fallback(self, fallback: Fallback) -> None:
        """Count that a fallback was asked."""
        self._fallbacks.labels(fallback.model, fallback.why.value).inc()


def _outcome_of(trace: TraceRow) -> str:
    if trace.outcome in _CODES:
        return trace.outcome.lower()
    told: Any = None if trace.result is None else orjson.loads(trace.result)
    if not isinstance(told, dict):
        return "error"
    if told.get("answered") is True:
        return "answered"
    why = told.get("why")
    return why if why in _WHY else "error"
