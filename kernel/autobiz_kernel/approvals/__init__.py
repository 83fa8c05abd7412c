"""What waits for a person, who may decide it, and what becomes of it when nobody does."""

from .desk import ApprovalDesk, Person
from .identity import Identity, IdentityError, Via, signed_decision, verify_signed
from .memory import MemoryApprovals
from .port import Approvals
from .postgres import PostgresApprovals
from .request import (
    Decision,
    DecisionError,
    LateDecisionError,
    Question,
    Request,
    Status,
    Verdict,
    aged,
    approval_id_of,
    decided,
    next_change_at,
    overruled,
    voided,
)
from .slack import decide_from_slack, slack_value

__all__ = [
    "ApprovalDesk",
    "Approvals",
    "Decision",
    "DecisionError",
    "Identity",
    "IdentityError",
    "LateDecisionError",
    "MemoryApprovals",
    "Person",
    "PostgresApprovals",
    "Question",
    "Request",
    "Status",
    "Verdict",
    "Via",
    "aged",
    "approval_id_of",
    "decide_from_slack",
    "decided",
    "next_change_at",
    "overruled",
    "signed_decision",
    "slack_value",
    "verify_signed",
    "voided",
]
