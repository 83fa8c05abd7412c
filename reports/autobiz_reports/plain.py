"""A decision as plain text, for pipes and files: the terminal's table without colours or their import."""

from typing import Any

from .rows import COLUMNS, cells_of, cost_lines, method_of, quarantine_lines


def gates_text(gates: tuple[dict[str, Any], ...], problems: tuple[str, ...]) -> str:
    """A row a gate, and why each that is not open decided so."""
    lines = _table([COLUMNS, *map(cells_of, gates)]) if gates else []
    if method := method_of(gates):
        lines.append(method)
    for gate in gates:
        if gate["decision"] != "open":
            lines.append(f"{gate['gate']}: {gate['reason']}")
            lines += [f"    {line}" for line in cost_lines(gate)]
    lines += [f"{gate['gate']}: {line}" for gate in gates for line in quarantine_lines(gate)]
    lines += [f"evidence: {problem}" for problem in problems]
    return "\n".join(lines)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    left = (0, len(COLUMNS) - 1)
    return [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
