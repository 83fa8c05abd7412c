"""Traceability: what was required, what was promised to test it, and what the trials of a ledger judged."""

from .matrix import Judgement, Matrix, Row, matrix_of
from .registry import Registry, Requirement, TestEntry, WorkflowEntry, read_registry

__all__ = [
    "Judgement",
    "Matrix",
    "Registry",
    "Requirement",
    "Row",
    "TestEntry",
    "WorkflowEntry",
    "matrix_of",
    "read_registry",
]
