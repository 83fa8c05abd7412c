"""A decision on the terminal: one row a gate, one sentence a reason."""

from typing import TYPE_CHECKING, Any

from .rows import COLUMNS, cells_of, cost_lines, criteria_line, method_of, quarantine_lines
from .run_report import RunReport

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_COLOUR = {"open": "green", "shut": "red", "undecided": "yellow"}
_VERDICT = {
    "open": "OPEN: the deploy may happen",
    "shut": "SHUT: the deploy may not happen",
    "undecided": "UNDECIDED: the deploy may not happen",
}
_LEFT = ("gate", "decision")
_COUNTED = ("passed", "failed", "skipped")


def print_decision(report: RunReport, console: "Console") -> None:
    """Print the gates, why they decided so, and the answer."""
    print_gates(report.gates, report.problems, console)
    for name in ("slice", "shard"):
        if (part := getattr(report, name)) is not None:
            console.print(f"[dim]only {name} {part}: not the whole of the suites[/]")
    passed, failed, skipped = (sum(stage[word] for stage in report.stages) for word in _COUNTED)
    console.print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    if report.criteria is not None:
        console.print(f"[dim]{_plain(criteria_line(report.criteria))}[/]")
    colour = _COLOUR[report.decision]
    console.print(f"[bold {colour}]{_VERDICT[report.decision]}[/]  [dim]{_plain(report.sentence)}[/]")


def print_gates(gates: tuple[dict[str, Any], ...], problems: tuple[str, ...], console: "Console") -> None:
    """Print a row a gate, and the reason of each that is not open."""
    if gates:
        console.print(_table(gates))
        if method := method_of(gates):
            console.print(f"[dim]{method}[/]")
    for gate in gates:
        if gate["decision"] != "open":
            _print_reason(gate, console)
        for line in quarantine_lines(gate):
            console.print(f"[yellow]{_plain(gate['gate'])}[/]: {_plain(line)}")
    for problem in problems:
        console.print(f"[yellow]evidence:[/] {_plain(problem)}")


def _table(gates: tuple[dict[str, Any], ...]) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in COLUMNS:
        table.add_column(name, justify="left" if name in _LEFT else "right")
    for gate in gates:
        *cells, decision = map(_plain, cells_of(gate))
        table.add_row(f"[bold]{cells[0]}[/]", *cells[1:], f"[{_COLOUR[gate['decision']]}]{decision}[/]")
    return table


def _print_reason(gate: dict[str, Any], console: "Console") -> None:
    console.print(f"[{_COLOUR[gate['decision']]}]{_plain(gate['gate'])}[/]: {_plain(gate['reason'])}")
    for line in cost_lines(gate):
        console.print(f"    {_plain(line)}")


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
