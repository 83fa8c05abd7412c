"""Circuit breakers: leave a dependency that is down in peace, and find out with one probe when it is back."""

from .circuit import Circuit, CircuitRule, CircuitState, Permit, may, reset, told
from .circuits import Circuits, MemoryCircuits, Transition
from .valkey import ValkeyCircuits
from .watching import CircuitMetrics

__all__ = [
    "Circuit",
    "CircuitMetrics",
    "CircuitRule",
    "CircuitState",
    "Circuits",
    "MemoryCircuits",
    "Permit",
    "Transition",
    "ValkeyCircuits",
    "may",
    "reset",
    "told",
]
