"""Render a ledger for a reader; never the data itself."""

from .decision_table import print_decision, print_gates
from .markdown import gates_markdown
from .page import render_page
from .plain import gates_text
from .run_report import RunReport

__all__ = [
    "RunReport",
    "gates_markdown",
    "gates_text",
    "print_decision",
    "print_gates",
    "render_page",
]
