"""Numbers as people read them; a bound is cut, never rounded up to its floor."""

from collections.abc import Iterable, Sequence
from typing import Any

COSTING_MAX = 5
_COSTLY = ("failed", "unknown", "missing", "invalid", "skipped")

CRITERIA_COLUMNS = ("criterion", "says", "decision", "reason")
COLUMNS = ("gate", "asks for", "saw", "rate", "LCB", "cases", "runs", "decision")


def cells_of(gate: dict[str, Any]) -> tuple[str, ...]:
    """One row under COLUMNS; a gate that looks at something else than trials has no rate and no bound."""
    figures = gate["figures"] or {}
    return (
        gate["gate"],
        gate["asked"],
        gate["seen"],
        percent(figures.get("rate")),
        bound(figures.get("lcb")),
        str(figures.get("cases", "-")),
        _runs(figures),
        gate["decision"].upper() + (" (dry run)" if gate["dry_run"] else ""),
    )


def _runs(figures: dict[str, Any]) -> str:
    """How many runs; where some of them were replays, also how many of them are evidence."""
    runs = str(figures.get("runs", "-"))
    return f"{runs}, {figures['runs_independent']} independent" if figures.get("replayed") else runs


def costing_of(gate: dict[str, Any]) -> list[tuple[str, str]]:
    """The cases that cost a gate something, each with its counts in words."""
    return [
        (case["case"], ", ".join(f"{case[word]} {word}" for word in _COSTLY if case[word]))
        for case in (gate["figures"] or {}).get("costing", ())
    ]


def cost_lines(gate: dict[str, Any]) -> list[str]:
    """The cases that cost a gate most, a line each, and how many more there are."""
    costing = costing_of(gate)
    lines = [f"{case} {counts}" for case, counts in costing[:COSTING_MAX]]
    more = len(costing) - COSTING_MAX
    return [*lines, f"and {more} more in the evidence"] if more > 0 else lines


def quarantine_lines(gate: dict[str, Any]) -> list[str]:
    """What a gate left out, and where its bound would be if all of that had failed; open gates say it too."""
    figures = gate["figures"] or {}
    lines = []
    if names := figures.get("quarantined"):
        worst = bound(figures["lcb_worst"])
        lines.append(f"{len(names)} quarantined ({_some(names)}), LCB {worst} if every trial had failed")
    if names := figures.get("quarantine_expired"):
        lines.append(f"quarantine expired, gating again: {_some(names)}")
    return lines


def _some(names: Sequence[str]) -> str:
    more = len(names) - COSTING_MAX
    return ", ".join(names[:COSTING_MAX]) + (f" and {more} more" if more > 0 else "")


def method_of(gates: Iterable[dict[str, Any]]) -> str:
    """How the bounds were computed, with z as it was used, never rounded; empty if there is no bound."""
    every = [gate["figures"] for gate in gates if gate["figures"] is not None]
    kinds = {(figures["z"], figures["confidence"], figures["sided"]) for figures in every}
    said = (
        f"z = {z!r} ({confidence:g}, {'two' if sided == 2 else 'one'}-sided)"
        for z, confidence, sided in sorted(kinds)
    )
    return f"LCB: Wilson's lower confidence bound of the pass rate, {'; '.join(said)}" if kinds else ""


def criteria_line(answered: dict[str, Any]) -> str:
    """How many criteria hold, and in which file they stand."""
    rows = answered["criteria"]
    hold = sum(one["decision"] == "open" for one in rows)
    return f"{hold} of {len(rows)} criteria hold ({answered['file']})"


def percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.2%}" if rate < 1 else "100%"


def bound(value: float | None) -> str:
    """Four digits, cut: what lies below the floor must not look like at it."""
    return "-" if value is None else f"{int(value * 10_000) / 10_000:.4f}"


def duration(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)} min {rest:.0f} s" if minutes else f"{rest:.1f} s"
