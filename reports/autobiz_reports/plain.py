"""A decision as plain text, for pipes and files: the terminal's table without colours or their import."""

from typing import Any

from .rows import COLUMNS, CRITERIA_COLUMNS, cells_of, cost_lines, method_of, quarantine_lines


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


def criteria_text(criteria: tuple[dict[str, Any], ...]) -> str:
    """A row a criterion, and why each that does not hold does not."""
    *names, _ = CRITERIA_COLUMNS
    rows = [(one["criterion"], one["says"], one["decision"].upper()) for one in criteria]
    lines = _table([tuple(names), *rows], left=(0, 1, 2))
    lines += [f"{one['criterion']}: {one['reason']}" for one in criteria if one["decision"] != "open"]
    return "\n".join(lines)


def _table(rows: list[tuple[str, ...]], left: tuple[int, ...] = (0, len(COLUMNS) - 1)) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
