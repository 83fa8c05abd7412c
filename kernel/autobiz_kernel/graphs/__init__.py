"""Workflows as values: steps and the ways between them, what can be said of them, and their drawing."""

from .analysis import always_done, cycles_without_bound, may_escape, reachable
from .drawing import svg
from .graph import (
    Call,
    CallStep,
    Choice,
    ChooseStep,
    EndStep,
    ExpectStep,
    Graph,
    Retry,
    RunStep,
    Step,
    WaitStep,
    ways_from,
)
from .template import Constant, Template, expressions_of, filled, folded

__all__ = [
    "Call",
    "CallStep",
    "Choice",
    "ChooseStep",
    "Constant",
    "EndStep",
    "ExpectStep",
    "Graph",
    "Retry",
    "RunStep",
    "Step",
    "Template",
    "WaitStep",
    "always_done",
    "cycles_without_bound",
    "expressions_of",
    "filled",
    "folded",
    "may_escape",
    "reachable",
    "svg",
    "ways_from",
]
