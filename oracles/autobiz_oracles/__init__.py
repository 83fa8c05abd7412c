"""Judge evidence with typed oracles that answer pass, fail or unknown."""

from .bounds import BoundedRun, ended_by, within_bounds
from .calibration import Calibration, Example, calibrate
from .complaints import nothing_wrong
from .cost import Charge, adds_up, attributed_to, cost_between
from .detectors import DETECTORS, PERSONAL_DATA, SECRETS, Detector
from .differences import Difference, differences
from .durability import AfterCrash, nothing_invented, nothing_lost
from .effects import Receipt, Request, exactly, exactly_once, no_effect, nothing_else, receipts_agree
from .evidence import given, looked_at, mapped, measured
from .expecting.front import Expect, expect
from .graded import graded
from .hearing import listening, unheard
from .idempotency import Answered, no_new_effects, same_result
from .insisting import insist
from .json_schema import Schema
from .observability import LogLine, Metrics, logged, metric_moved, nothing_else_moved
from .oracle import Finding, MissingEvidenceError, oracle
from .outcome import Outcome, worst
from .permission import Attempt, Denial, Scope, denied_and_logged, within_scopes
from .plain import (
    PlainAnswer,
    PlainAttempt,
    PlainCall,
    PlainCharge,
    PlainCrash,
    PlainEnding,
    PlainLogLine,
    PlainReceipt,
    PlainRequest,
    PlainRun,
    PlainTime,
    PlainTraceRow,
)
from .program import Ending, ended_with, never_said, said
from .refusal import refused_with
from .relations import (
    Event,
    Relation,
    alike,
    related,
    renamed_tenant,
    reordered,
    same_event_twice,
    scaled_amounts,
)
from .rubric import Rubric, RubricError, read_rubric
from .schema import Call, accepted, conforms, rejected
from .security import leaks_nothing
from .state_change import State, became, changed_only, replay_agrees, version_raised
from .timing import Timed, at_least_ms, in_order, within_ms
from .trace import TraceRow, complete, correlated
from .value import between, contains, differs, equals, lacks, matches
from .verdict import OracleType, Verdict, VerdictError
from .vote import Judge, Vote

__all__ = [
    "DETECTORS",
    "PERSONAL_DATA",
    "SECRETS",
    "AfterCrash",
    "Answered",
    "Attempt",
    "BoundedRun",
    "Calibration",
    "Call",
    "Charge",
    "Denial",
    "Detector",
    "Difference",
    "Ending",
    "Event",
    "Example",
    "Expect",
    "Finding",
    "Judge",
    "LogLine",
    "Metrics",
    "MissingEvidenceError",
    "OracleType",
    "Outcome",
    "PlainAnswer",
    "PlainAttempt",
    "PlainCall",
    "PlainCharge",
    "PlainCrash",
    "PlainEnding",
    "PlainLogLine",
    "PlainReceipt",
    "PlainRequest",
    "PlainRun",
    "PlainTime",
    "PlainTraceRow",
    "Receipt",
    "Relation",
    "Request",
    "Rubric",
    "RubricError",
    "Schema",
    "Scope",
    "State",
    "Timed",
    "TraceRow",
    "Verdict",
    "VerdictError",
    "Vote",
    "accepted",
    "adds_up",
    "alike",
    "at_least_ms",
    "attributed_to",
    "became",
    "between",
    "calibrate",
    "changed_only",
    "complete",
    "conforms",
    "contains",
    "correlated",
    "cost_between",
    "denied_and_logged",
    "differences",
    "differs",
    "ended_by",
    "ended_with",
    "equals",
    "exactly",
    "exactly_once",
    "expect",
    "given",
    "graded",
    "in_order",
    "insist",
    "lacks",
    "leaks_nothing",
    "listening",
    "logged",
    "looked_at",
    "mapped",
    "matches",
    "measured",
    "metric_moved",
    "never_said",
    "no_effect",
    "no_new_effects",
    "nothing_else",
    "nothing_else_moved",
    "nothing_invented",
    "nothing_lost",
    "nothing_wrong",
    "oracle",
    "read_rubric",
    "receipts_agree",
    "refused_with",
    "rejected",
    "related",
    "renamed_tenant",
    "reordered",
    "replay_agrees",
    "said",
    "same_event_twice",
    "same_result",
    "scaled_amounts",
    "unheard",
    "version_raised",
    "within_bounds",
    "within_ms",
    "within_scopes",
    "worst",
]
