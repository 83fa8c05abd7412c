"""Judge evidence: trial entries, statistics, gates and their decisions."""

from .decide import decide, decide_all
from .decision import Condition, Decision, GateDecision, deploy_allowed, fold_decisions, worst
from .entry import (
    LEDGER_SCHEMA,
    Case,
    Cost,
    Header,
    Line,
    OracleVerdict,
    RunPlan,
    Shard,
    Subject,
    Trial,
    TrialOutcome,
    ledger_schema,
)
from .errors import LedgerError
from .explain import explain
from .fields import near
from .figures import CaseCost, Figures
from .fold import fold
from .gate import PRIORITIES, RUNS_MAX, Gate
from .gatefile import GateFile, GateFileError, Problem, read_gate_file
from .inputs import tallies_from
from .kind_artifact import ArtifactGate
from .kind_command import CommandGate
from .kind_count import CountGate
from .kind_coverage import CoverageGate
from .kind_metric import MetricGate
from .kind_p0 import P0Gate
from .kind_p1 import P1Gate
from .kind_ratchet import RatchetGate
from .kind_regression import RegressionGate
from .ledger import LedgerWriter, Torn, ledger_files, read_lines
from .marks import MarkExpression, MarkExpressionError
from .plan import Plan, plan
from .published import published_schema_text
from .schema import gate_file_schema
from .selection import Selection
from .tally import CaseTally, Outcome, Tallies, TallyError
from .toml_lines import lines_of_keys
from .waiver import Waiver

__all__ = [
    "LEDGER_SCHEMA",
    "PRIORITIES",
    "RUNS_MAX",
    "ArtifactGate",
    "Case",
    "CaseCost",
    "CaseTally",
    "CommandGate",
    "Condition",
    "Cost",
    "CountGate",
    "CoverageGate",
    "Decision",
    "Figures",
    "Gate",
    "GateDecision",
    "GateFile",
    "GateFileError",
    "Header",
    "LedgerError",
    "LedgerWriter",
    "Line",
    "MarkExpression",
    "MarkExpressionError",
    "MetricGate",
    "OracleVerdict",
    "Outcome",
    "P0Gate",
    "P1Gate",
    "Plan",
    "Problem",
    "RatchetGate",
    "RegressionGate",
    "RunPlan",
    "Selection",
    "Shard",
    "Subject",
    "Tallies",
    "TallyError",
    "Torn",
    "Trial",
    "TrialOutcome",
    "Waiver",
    "decide",
    "decide_all",
    "deploy_allowed",
    "explain",
    "fold",
    "fold_decisions",
    "gate_file_schema",
    "ledger_files",
    "ledger_schema",
    "lines_of_keys",
    "near",
    "plan",
    "published_schema_text",
    "read_gate_file",
    "read_lines",
    "tallies_from",
    "worst",
]
