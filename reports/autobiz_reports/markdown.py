"""A decision as Markdown, for the summary of a CI job or a comment on a change."""

import re
from typing import Any

from .rows import COLUMNS, CRITERIA_COLUMNS, cells_of, cost_lines, method_of, quarantine_lines

# Names of cases come from the project under test: none of them may end a cell, a line or a code span.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~!&@])")


def gates_markdown(
    decision: str, gates: tuple[dict[str, Any], ...], problems: tuple[str, ...], sentence: str = ""
) -> str:
    """The answer first, then a row a gate, then the reasons of what is not open."""
    title = f"**{decision.upper()}**" + (f" {_safe(sentence)}" if sentence else "")
    lines = [f"### Deploy gate: {title}", ""]
    if gates:
        lines += [_row(COLUMNS), _row(("---", *["---:"] * (len(COLUMNS) - 2), "---"))]
        lines += [_row(tuple(map(_safe, cells_of(gate)))) for gate in gates]
        lines.append("")
    if method := method_of(gates):
        lines += [_safe(method), ""]
    for gate in gates:
        if gate["decision"] != "open":
            lines.append(f"- {_safe(gate['reason'])}")
            lines += [f"  - {_safe(line)}" for line in cost_lines(gate)]
    lines += [_safe_item(gate["gate"], line) for gate in gates for line in quarantine_lines(gate)]
    lines += [f"- evidence: {_safe(problem)}" for problem in problems]
    return "\n".join(lines).rstrip() + "\n"


def criteria_markdown(decision: str, criteria: tuple[dict[str, Any], ...]) -> str:
    """The worst of them, how many hold, then a row a criterion with the reason of its decision."""
    hold = sum(one["decision"] == "open" for one in criteria)
    lines = [
        f"### Criteria: **{decision.upper()}** {hold} of {len(criteria)} hold",
        "",
        _row(CRITERIA_COLUMNS),
        _row(("---",) * 4),
    ]
    lines += [
        _row(tuple(map(_safe, (one["criterion"], one["says"], one["decision"].upper(), one["reason"]))))
        for one in criteria
    ]
    return "\n".join(lines) + "\n"


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _safe_item(name: str, line: str) -> str:
    return f"- {_safe(name)}: {_safe(line)}"


def _safe(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
