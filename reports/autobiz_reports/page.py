"""The report as one HTML file: no script, no address, readable in ten years."""

from collections.abc import Collection, Iterable
from html import escape
from importlib.resources import files
from typing import Any

from .rows import (
    COLUMNS,
    CRITERIA_COLUMNS,
    cells_of,
    costing_of,
    criteria_line,
    duration,
    method_of,
    quarantine_lines,
)
from .run_report import RunReport

_ANSWER = {
    "open": "Open: the deploy may happen",
    "shut": "Shut: the deploy may not happen",
    "undecided": "Undecided: the deploy may not happen",
}
_NUMBERS = COLUMNS[1:-1]
_CLASS_NUMBER = ' class="n"'
# The bar shows this much below the lowest floor, so that bounds near the floor can be told apart.
_BAR_FROM = 0.8


def render_page(report: RunReport) -> str:
    """Everything of a run on one page."""
    css = files(__package__ or "autobiz_reports").joinpath("page.css").read_text(encoding="utf-8")
    body = "".join(
        (_answer(report), _gates(report.gates), _stages(report.stages), _criteria(report), _about(report))
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(_ANSWER[report.decision])} - {escape(report.run_id)}</title>\n"
        f"<style>\n{css}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _answer(report: RunReport) -> str:
    parts = [f"{name} {part}" for name in ("slice", "shard") if (part := getattr(report, name)) is not None]
    partial = (
        f"<p><small>Only {escape(', '.join(parts))}: not the whole of the suites.</small></p>"
        if parts
        else ""
    )
    problems = "".join(f"<p>Evidence: {escape(problem)}</p>" for problem in report.problems)
    return (
        f"<h1>AutoBiz deploy decision</h1>\n"
        f'<div class="answer {report.decision}"><strong>{_ANSWER[report.decision]}</strong>'
        f"<span>{escape(report.sentence)}</span></div>\n{partial}{problems}"
    )


def _gates(gates: Collection[dict[str, Any]]) -> str:
    rows = "".join(_gate(gate) for gate in gates)
    if not rows:
        return ""
    heads = "".join(
        f"<th{_CLASS_NUMBER if name in _NUMBERS else ''}>{name}</th>"
        for name in (*COLUMNS[:-1], "", COLUMNS[-1])
    )
    method = method_of(gates)
    note = f"{escape(method)}. The bar spans {_BAR_FROM:.0%} to 100%; the dark line is the floor."
    return f'<h2>Gates</h2>\n<div class="wide"><table>\n<tr>{heads}</tr>\n{rows}</table></div>\n' + (
        f"<p><small>{note}</small></p>\n" if method else ""
    )


def _gate(gate: dict[str, Any]) -> str:
    name, *numbers, decision = map(escape, cells_of(gate))
    cells = "".join(f'<td class="n">{number}</td>' for number in numbers)
    costing = "".join(f"<br><code>{escape(case)}</code> {counts}" for case, counts in costing_of(gate))
    costing += "".join(f"<br>{escape(line)}" for line in quarantine_lines(gate))
    return (
        f'<tr class="has-reason"><td><strong>{name}</strong></td>{cells}<td>{_bar(gate)}</td>'
        f'<td class="{gate["decision"]}"><strong>{decision}</strong></td></tr>\n'
        f'<tr><td class="reason" colspan="{len(COLUMNS) + 1}">{escape(gate["reason"])}{costing}</td></tr>\n'
    )


def _bar(gate: dict[str, Any]) -> str:
    figures = gate["figures"]
    # A gate that asks for every trial has no floor that its bound could be held against.
    if figures is None or figures["lcb"] is None or figures["floor"] >= 1:
        return ""
    low, floor = (_place(figures[name]) for name in ("lcb", "floor"))
    return (
        f'<div class="bar {gate["decision"]}"><i style="left:{low:.2f}%;right:0"></i>'
        f'<b style="left:{min(floor, 99.0):.2f}%"></b></div>'
    )


def _place(value: float) -> float:
    return max(0.0, min(1.0, (value - _BAR_FROM) / (1 - _BAR_FROM))) * 100


def _stages(stages: Iterable[dict[str, Any]]) -> str:
    rows = "".join(_stage(stage) for stage in stages)
    return (
        '<h2>Stages</h2>\n<div class="wide"><table>\n<tr><th>stage</th><th>ended</th>'
        '<th class="n">passed</th><th class="n">failed</th><th class="n">unknown</th>'
        '<th class="n">skipped</th><th class="n">missing</th><th class="n">invalid</th>'
        f'<th class="n">time</th></tr>\n{rows}</table></div>\n'
    )


def _stage(stage: dict[str, Any]) -> str:
    name = f"{stage['name']} {stage['run']}/{stage['runs']}" if stage["runs"] > 1 else stage["name"]
    good = {"passed": "open", "failed": "shut"}.get(stage["status"], "undecided")
    counts = "".join(
        f'<td class="n">{stage[word]}</td>'
        for word in ("passed", "failed", "unknown", "skipped", "missing", "invalid")
    )
    reason = f"<br><small>{escape(stage['reason'])}</small>" if stage["reason"] else ""
    return (
        f'<tr><td>{escape(name)}{reason}</td><td class="{good}">{escape(stage["status"])}</td>'
        f'{counts}<td class="n">{duration(stage["seconds"])}</td></tr>\n'
    )


def _criteria(report: RunReport) -> str:
    if report.criteria is None:
        return ""
    rows = "".join(
        f'<tr><td class="name">{escape(one["criterion"])}</td>'
        f"<td>{escape(one['says'])}</td>"
        f'<td class="{one["decision"]}"><strong>{escape(one["decision"].upper())}</strong></td>'
        f'<td class="because">{escape(one["reason"])}</td></tr>\n'
        for one in report.criteria["criteria"]
    )
    heads = "".join(f"<th>{name}</th>" for name in CRITERIA_COLUMNS)
    return (
        f'<h2>Criteria</h2>\n<div class="wide"><table>\n<tr>{heads}</tr>\n{rows}</table></div>\n'
        f"<p><small>{escape(criteria_line(report.criteria))}</small></p>\n"
    )


def _about(report: RunReport) -> str:
    rows = {
        "run": report.run_id,
        "started": report.started_at,
        "took": duration(report.seconds),
        "commit": report.subject["commit"],
        "configuration": report.subject["config_hash"],
        "gate file": f"{report.gate_file} (sha256 {report.gate_file_sha256})",
        "quarantine": f"{report.quarantine_file} (sha256 {report.quarantine_file_sha256})",
        "seed": str(report.seed),
        "exit code": str(report.exit_code),
        "folder": report.folder,
    }
    if report.quarantine_file is None:
        del rows["quarantine"]
    items = "".join(
        f"<dt>{escape(name)}</dt><dd><code>{escape(value)}</code></dd>\n" for name, value in rows.items()
    )
    return f"<h2>This run</h2>\n<dl>\n{items}</dl>\n"
