"""Judge evidence: trial entries, statistics, gates and their decisions."""

from typing import TYPE_CHECKING

from .lazy import loading

if TYPE_CHECKING:
    from .criteria import (
        CriteriaFile,
        Criterion,
        CriterionDecision,
        decide_criteria,
        fold_criteria,
        read_criteria_file,
    )
    from .curtailing import settled
    from .deciding import decide, decide_all
    from .decision import Condition, Decision, GateDecision, deploy_allowed, fold_decisions, worst
    from .entry import (
        LEDGER_SCHEMA,
        PRIORITIES,
        RUNS_MAX,
        TRIES_MAX,
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
    from .explaining import explain
    from .fields import near
    from .figures import CaseCost, Figures
    from .folding import fold
    from .gate import Gate
    from .gatefile import GateFile, read_gate_file
    from .inputs import ledgers_among, tallies_from
    from .kinds.approval import ApprovalGate
    from .kinds.artifact import ArtifactGate
    from .kinds.command import CommandGate
    from .kinds.count import CountGate
    from .kinds.coverage import CoverageGate
    from .kinds.keyring import KeyringError, read_keys
    from .kinds.metric import MetricGate
    from .kinds.p0 import P0Gate
    from .kinds.p1 import P1Gate
    from .kinds.ratchet import RatchetGate
    from .kinds.regression import RegressionGate
    from .kinds.soak import SoakGate
    from .ledger import LedgerWriter, Torn, ledger_files, read_lines
    from .marks import MarkExpression, MarkExpressionError
    from .order import registered_place
    from .planning import Plan, plan
    from .published import published_schema_text
    from .quarantining import left_out, quarantine_flaws
    from .schema import criteria_file_schema, gate_file_schema
    from .selection import Selection
    from .tally import CaseTally, Outcome, Tallies, TallyError
    from .toml_file import GateFileError, Problem, read_toml
    from .toml_lines import lines_of_keys
    from .waiver import Waiver

__all__ = [
    "LEDGER_SCHEMA",
    "PRIORITIES",
    "RUNS_MAX",
    "TRIES_MAX",
    "ApprovalGate",
    "ArtifactGate",
    "Case",
    "CaseCost",
    "CaseTally",
    "CommandGate",
    "Condition",
    "Cost",
    "CountGate",
    "CoverageGate",
    "CriteriaFile",
    "Criterion",
    "CriterionDecision",
    "Decision",
    "Figures",
    "Gate",
    "GateDecision",
    "GateFile",
    "GateFileError",
    "Header",
    "KeyringError",
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
    "SoakGate",
    "Subject",
    "Tallies",
    "TallyError",
    "Torn",
    "Trial",
    "TrialOutcome",
    "Waiver",
    "criteria_file_schema",
    "decide",
    "decide_all",
    "decide_criteria",
    "deploy_allowed",
    "explain",
    "fold",
    "fold_criteria",
    "fold_decisions",
    "gate_file_schema",
    "ledger_files",
    "ledger_schema",
    "ledgers_among",
    "left_out",
    "lines_of_keys",
    "near",
    "plan",
    "published_schema_text",
    "quarantine_flaws",
    "read_criteria_file",
    "read_gate_file",
    "read_keys",
    "read_lines",
    "read_toml",
    "registered_place",
    "settled",
    "tallies_from",
    "worst",
]

# A test session records trials without deciding anything: what it does not name is not loaded.
_HOMES = {
    "registered_place": "order",
    "settled": "curtailing",
    "CriteriaFile": "criteria",
    "Criterion": "criteria",
    "CriterionDecision": "criteria",
    "decide_criteria": "criteria",
    "fold_criteria": "criteria",
    "read_criteria_file": "criteria",
    "decide": "deciding",
    "decide_all": "deciding",
    "Condition": "decision",
    "Decision": "decision",
    "GateDecision": "decision",
    "deploy_allowed": "decision",
    "fold_decisions": "decision",
    "worst": "decision",
    "LEDGER_SCHEMA": "entry",
    "Case": "entry",
    "Cost": "entry",
    "Header": "entry",
    "Line": "entry",
    "OracleVerdict": "entry",
    "RunPlan": "entry",
    "Shard": "entry",
    "Subject": "entry",
    "Trial": "entry",
    "TrialOutcome": "entry",
    "ledger_schema": "entry",
    "LedgerError": "errors",
    "explain": "explaining",
    "near": "fields",
    "CaseCost": "figures",
    "Figures": "figures",
    "TRIES_MAX": "entry",
    "fold": "folding",
    "PRIORITIES": "entry",
    "RUNS_MAX": "entry",
    "Gate": "gate",
    "GateFile": "gatefile",
    "read_gate_file": "gatefile",
    "ledgers_among": "inputs",
    "tallies_from": "inputs",
    "ApprovalGate": "kinds.approval",
    "ArtifactGate": "kinds.artifact",
    "CommandGate": "kinds.command",
    "CountGate": "kinds.count",
    "CoverageGate": "kinds.coverage",
    "KeyringError": "kinds.keyring",
    "read_keys": "kinds.keyring",
    "MetricGate": "kinds.metric",
    "P0Gate": "kinds.p0",
    "P1Gate": "kinds.p1",
    "RatchetGate": "kinds.ratchet",
    "RegressionGate": "kinds.regression",
    "SoakGate": "kinds.soak",
    "LedgerWriter": "ledger",
    "Torn": "ledger",
    "ledger_files": "ledger",
    "read_lines": "ledger",
    "MarkExpression": "marks",
    "MarkExpressionError": "marks",
    "Plan": "planning",
    "plan": "planning",
    "published_schema_text": "published",
    "criteria_file_schema": "schema",
    "left_out": "quarantining",
    "quarantine_flaws": "quarantining",
    "gate_file_schema": "schema",
    "Selection": "selection",
    "CaseTally": "tally",
    "Outcome": "tally",
    "Tallies": "tally",
    "TallyError": "tally",
    "GateFileError": "toml_file",
    "Problem": "toml_file",
    "read_toml": "toml_file",
    "lines_of_keys": "toml_lines",
    "Waiver": "waiver",
}

__getattr__ = loading(__name__, _HOMES)
