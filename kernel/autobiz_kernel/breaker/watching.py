"""Count how circuits change, in Prometheus' form: by dependency, because tenants have no end."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

from .circuit import CircuitState
from .circuits import Transition

# Closed is 0, so that the largest of what processes say is the worst.
_NUMBER: Final = {CircuitState.CLOSED: 0, CircuitState.HALF_OPEN: 1, CircuitState.OPEN: 2}


class CircuitMetrics:
    """A listener, `on_transition`; a process tells of the changes that it has caused."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._states: dict[str, dict[str, int]] = {}
        self._gauge = Gauge(
            "circuit_breaker_state",
            "The worst circuit of a dependency: 0 closed, 1 half open, 2 open.",
            ("dependency",),
            registry=self.registry,
        )
        self._changes = Counter(
            "circuit_breaker_transition",
            "Changes of circuits, by what they have become.",
            ("dependency", "after"),
            registry=self.registry,
        )

    def on_transition(self, transition: Transition) -> None:
        """Take note of one change."""
        tenant, _, dependency = transition.key.rpartition(":")
        self._changes.labels(dependency, transition.after.value).inc()
        states = self._states.setdefault(dependency, {})
        states[tenant] = _NUMBER[transition.after]
        if not states[tenant]:
            del states[tenant]
        self._gauge.labels(dependency).set(max(states.values(), default=0))
