"""Judge evidence: trial entries, statistics, gates and their decisions."""

from .decide import decide, decide_all
from .decision import Condition, Decision, GateDecision, deploy_allowed, fold_decisions, worst
from .explain import explain
from .figures import CaseCost, Figures
from .gate import Gate
from .gatefile import GateFile, GateFileError, Problem, read_gate_file
from .kind_count import CountGate
from .kind_p0 import P0Gate
from .kind_p1 import P1Gate
from .marks import MarkExpression, MarkExpressionError
from .plan import Plan, plan
from .schema import gate_file_schema, published_schema_text
from .selection import Selection
from .tally import CaseTally, Outcome, Tallies, TallyError
from .waiver import Waiver

__all__ = [
    "CaseCost",
    "CaseTally",
    "Condition",
    "CountGate",
    "Decision",
    "Figures",
    "Gate",
    "GateDecision",
    "GateFile",
    "GateFileError",
    "MarkExpression",
    "MarkExpressionError",
    "Outcome",
    "P0Gate",
    "P1Gate",
    "Plan",
    "Problem",
    "Selection",
    "Tallies",
    "TallyError",
    "Waiver",
    "decide",
    "decide_all",
    "deploy_allowed",
    "explain",
    "fold_decisions",
    "gate_file_schema",
    "plan",
    "published_schema_text",
    "read_gate_file",
    "worst",
]
