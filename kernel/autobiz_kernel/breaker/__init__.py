"""Circuit breakers: leave a dependency that is down in peace, and find out with one probe when it is back."""

from .circuit import Circuit, CircuitRule, CircuitState, Permit, may, reset, told
from .circuits import Circuits, MemoryCircuits, Transition
from .postgres import PostgresResets
from .resetting import BreakerError, MemoryResets, Reset, Resets, key_of
from .valkey import ValkeyCircuits
from .watching import CircuitMetrics

__all__ = [
    "BreakerError",
    "Circuit",
    "CircuitMetrics",
    "CircuitRule",
    "CircuitState",
    "Circuits",
    "MemoryCircuits",
    "MemoryResets",
    "Permit",
    "PostgresResets",
    "Reset",
    "Resets",
    "Transition",
    "ValkeyCircuits",
    "key_of",
    "may",
    "reset",
    "told",
]
