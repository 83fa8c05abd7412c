"""A decision as plain text, for pipes and files: the terminal's table without colours or their import."""

from typing import Any

from .numbers import bound, percent

HEAD = ("gate", "floor", "passed", "rate", "LCB", "cases", "runs", "decision")
COSTING_MAX = 5
_COUNTED = ("failed", "unknown", "missing", "skipped")


def gate_row(gate: dict[str, Any]) -> tuple[str, ...]:
    """One gate's cells, in the order of the head."""
    figures = gate["figures"]
    return (
        gate["gate"],
        f"{figures['floor']:g}",
        f"{figures['passes']}/{figures['trials']}",
        percent(figures["rate"]),
        bound(figures["lcb"]),
        str(figures["cases"]),
        str(figures["runs"]),
        gate["decision"].upper() + (" (dry run)" if gate["dry_run"] else ""),
    )


def cost_lines(gate: dict[str, Any]) -> list[str]:
    """The cases that cost a gate most, each with its counts."""
    costing = gate["figures"]["costing"]
    lines = [
        f"{case['case']} {', '.join(f'{case[word]} {word}' for word in _COUNTED if case[word])}"
        for case in costing[:COSTING_MAX]
    ]
    more = len(costing) - COSTING_MAX
    return [*lines, f"and {more} more"] if more > 0 else lines


def gates_text(gates: tuple[dict[str, Any], ...], problems: tuple[str, ...]) -> str:
    """A row a gate, and why each that is not open decided so."""
    lines = _table([HEAD, *map(gate_row, gates)]) if gates else []
    for gate in gates:
        if gate["decision"] != "open":
            lines.append(f"{gate['gate']}: {gate['reason']}")
            lines += [f"    {line}" for line in cost_lines(gate)]
    lines += [f"evidence: {problem}" for problem in problems]
    return "\n".join(lines)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    left = (0, len(HEAD) - 1)
    return [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
