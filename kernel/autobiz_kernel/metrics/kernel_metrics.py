"""Count what calls have come to, under the names of the specification.

Labels are few and closed: tools that are registered, codes, reasons, kinds. Never a tenant, a run or a text.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram

from autobiz_kernel.claims import ClaimOutcome
from autobiz_kernel.incident import Incident
from autobiz_kernel.ledger import SettleKind, Settlement, SettleOutcome
from autobiz_kernel.settled import Settled

UNKNOWN = "unknown"
# The guards that stand before permission: who fails there was never asked for one.
_BEFORE_PERMISSION = frozenset({"fence", "bounds", "resolve"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_MICROS = tuple(float(10**power) for power in range(2, 9))
_WRITTEN = frozenset({SettleOutcome.SETTLED, SettleOutcome.STATE_CONFLICT})


class KernelMetrics:
    """Two listeners, `on_settled` and `on_incident`, that fill one registry."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry = registry or CollectorRegistry()
        tool = ("tool", "version")
        self._invoked = Counter(
            "tool_invocation", "Calls that a tool or an earlier answer has answered.", tool, registry=registry
        )
        self._seconds = Histogram(
            "tool_call_seconds", "From being asked to being settled.", ("tool",), buckets=_SECONDS,
            registry=registry,
        )  # fmt: skip
        self._denied = Counter(
            "call_denied", "Calls a guard has denied.", ("guard", "code"), registry=registry
        )
        self._permitted = Counter("permission_check_pass", "Calls inside their scope.", registry=registry)
        self._forbidden = Counter(
            "permission_check_deny", "Calls outside of every scope.", ("tool",), registry=registry
        )
        self._schema = Counter(
            "schema_reject", "Calls whose arguments broke the schema.", ("tool",), registry=registry
        )
        self._loops = Counter("loop_detection", "Runs that went round in circles.", registry=registry)
        self._hits = Counter(
            "idempotency_hit", "Acts that had been asked for before, by what was told.", ("outcome",),
            registry=registry,
        )  # fmt: skip
        self._misses = Counter("idempotency_miss", "Acts that were asked for first.", registry=registry)
        self._receipts = Counter("receipt_created", "Effects receipted.", tool, registry=registry)
        self._doubts = Counter("effect_uncertain", "Effects nobody knows of.", tool, registry=registry)
        self._conflicts = Counter("state_conflict", "Patches that came too late.", registry=registry)
        self._ended = Counter("run_ended", "Runs that are over.", ("reason",), registry=registry)
        self._steps = Histogram(
            "run_steps", "Steps of runs that are over.", buckets=_STEPS, registry=registry
        )
        self._cost = Histogram(
            "run_cost_micros", "Cost of runs that are over.", buckets=_MICROS, registry=registry
        )
        self._incidents = Counter("incident", "What people must hear of.", ("kind",), registry=registry)
        self._found = Counter(
            "scanner_detection", "What an allowlist had let through.", ("type",), registry=registry
        )

    def on_settled(self, settled: Settled) -> None:
        """Count one call, or the end of one run."""
        settlement = settled.settlement
        if settled.answer.outcome is SettleOutcome.FENCED:
            return
        if settlement.trace.tool:
            self._count_call(settlement, settled.answer.outcome)
        if settlement.ending is not None:
            self._ended.labels(settlement.ending.value).inc()
            self._steps.observe(settled.used.steps)
            self._cost.observe(settled.used.cost_micros)

    def on_incident(self, incident: Incident) -> None:
        """Count one incident."""
        self._incidents.labels(incident.kind.value).inc()
        if incident.found is not None:
            self._found.labels(incident.found.value).inc()

    def _count_call(self, settlement: Settlement, outcome: SettleOutcome) -> None:
        trace = settlement.trace
        # A name that no contract has is the caller's text, and there is no end of those.
        tool, version = (UNKNOWN, "") if trace.guard == "resolve" else _named(trace.tool)
        if trace.guard not in _BEFORE_PERMISSION and trace.guard != "permission":
            self._permitted.inc()
        if trace.guard:
            self._count_denial(trace.guard, trace.outcome, tool)
            return
        self._invoked.labels(tool, version).inc()
        self._seconds.labels(tool).observe(trace.took_us / 1e6)
        if outcome is SettleOutcome.STATE_CONFLICT:
            self._conflicts.inc()
        if settlement.kind in (SettleKind.NOTE, SettleKind.OBSERVED):
            if trace.outcome in _HITS:
                self._hits.labels(trace.outcome).inc()
            return
        self._misses.inc()
        if settlement.kind is SettleKind.DONE and outcome in _WRITTEN:
            self._receipts.labels(tool, version).inc()
        if settlement.kind is SettleKind.DOUBT:
            self._doubts.labels(tool, version).inc()

    def _count_denial(self, guard: str, code: str, tool: str) -> None:
        self._denied.labels(guard, code).inc()
        if guard == "permission":
            self._forbidden.labels(tool).inc()
        elif guard == "schema":
            self._schema.labels(tool).inc()
        elif guard == "loop":
            self._loops.inc()


_HITS = frozenset(
    {
        *(outcome.value for outcome in ClaimOutcome if outcome is not ClaimOutcome.CLAIMED),
        "REFUSED",
    }
)


def _named(tool: str) -> tuple[str, str]:
    name, _, version = tool.partition("@")
    return name, version
