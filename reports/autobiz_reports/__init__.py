"""Render a ledger for a reader; never the data itself."""

from .decision_table import print_decision, print_gates
from .markdown import criteria_markdown, gates_markdown
from .opening_curve import opening_curve_svg
from .page import render_page
from .plain import criteria_text, gates_text
from .run_report import RunReport

__all__ = [
    "RunReport",
    "criteria_markdown",
    "criteria_text",
    "gates_markdown",
    "gates_text",
    "opening_curve_svg",
    "print_decision",
    "print_gates",
    "render_page",
]
