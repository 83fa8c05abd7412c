"""Numbers as people read them; a bound is cut, never rounded up to its floor."""

from collections.abc import Iterable
from typing import Any


def floor_of(gate: dict[str, Any]) -> str:
    """What a gate asks for; one that wants every trial has no bound to reach."""
    return "every" if gate["kind"] == "p0" else f"{gate['figures']['floor']:g}"


def method_of(gates: Iterable[dict[str, Any]]) -> str:
    """How the bounds were computed, with z as it was used, never rounded."""
    kinds = {
        (gate["figures"]["z"], gate["figures"]["confidence"], gate["figures"]["sided"]) for gate in gates
    }
    said = (
        f"z = {z!r} ({confidence:g}, {'two' if sided == 2 else 'one'}-sided)"
        for z, confidence, sided in sorted(kinds)
    )
    return f"LCB: Wilson's lower confidence bound of the pass rate, {'; '.join(said)}"


def percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.2%}" if rate < 1 else "100%"


def bound(value: float | None) -> str:
    """Four digits, cut: what lies below the floor must not look like at it."""
    return "-" if value is None else f"{int(value * 10_000) / 10_000:.4f}"


def duration(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)} min {rest:.0f} s" if minutes else f"{rest:.1f} s"
