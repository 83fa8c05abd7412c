"""Render a ledger for a reader; never the data itself."""

from .decision_table import print_decision, print_gates
from .page import render_page
from .run_report import RunReport

__all__ = [
    "RunReport",
    "print_decision",
    "print_gates",
    "render_page",
]
