"""What waits for a person, who may decide it, and what becomes of it when nobody does."""

from .api import ApprovalApi
from .bearer import identity_of_token, token_of
from .desk import ApprovalDesk
from .identity import Identity, IdentityError, Via, signed_decision, verify_signed
from .memory import MemoryApprovals
from .people import Person
from .port import Approvals
from .postgres import PostgresApprovals
from .request import (
    Decision,
    DecisionError,
    LateDecisionError,
    NotEntitledError,
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
    "ApprovalApi",
    "ApprovalDesk",
    "Approvals",
    "Decision",
    "DecisionError",
    "Identity",
    "IdentityError",
    "LateDecisionError",
    "MemoryApprovals",
    "NotEntitledError",
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
    "identity_of_token",
    "next_change_at",
    "overruled",
    "signed_decision",
    "slack_value",
    "token_of",
    "verify_signed",
    "voided",
]
