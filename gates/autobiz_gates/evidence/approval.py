"""A signed review: somebody looked at these files, in these bytes, and answers for a gate until a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from .canonical import canonical, read_object, text_of
from .dsse import Envelope, read_envelope, verify_envelope
from .errors import EvidenceError
from .keys import PublicKey
from .statement import HASH, day_of, moment

PAYLOAD_TYPE: Final = "application/vnd.autobiz.approval+json"
APPROVAL_SCHEMA: Final = "autobiz.approval/1"
DAYS_MAX: Final = 366
REVIEWER_CHARS_MAX: Final = 100
STATEMENT_CHARS_MIN: Final = 10
STATEMENT_CHARS_MAX: Final = 500
_FIELDS: Final = frozenset({"approved_at", "expires", "files", "gate", "reviewer", "schema", "statement"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a reviewer puts a name to. It counts up to and including its last day."""

    gate: str
    files: Mapping[str, str]
    reviewer: str
    statement: str
    expires: date
    approved_at: datetime

    def __post_init__(self) -> None:
        wrong = self._complaints()
        if wrong:
            raise EvidenceError("approval", "; ".join(wrong))

    def _complaints(self) -> list[str]:
        wrong = []
        reviewer, statement = self.reviewer, self.statement
        if reviewer != " ".join(reviewer.split()) or not 0 < len(reviewer) <= REVIEWER_CHARS_MAX:
            wrong.append(f"the reviewer must be a name of 1 to {REVIEWER_CHARS_MAX} characters")
        if not (len(statement.strip()) >= STATEMENT_CHARS_MIN and len(statement) <= STATEMENT_CHARS_MAX):
            wrong.append(f"the statement must have {STATEMENT_CHARS_MIN} to {STATEMENT_CHARS_MAX} characters")
        if not (reviewer.isprintable() and statement.isprintable()):
            wrong.append("reviewer and statement must be one line of printable text each")
        days = (self.expires - self.approved_at.date()).days
        if not 0 <= days <= DAYS_MAX:
            wrong.append(f"the last day must be one of the next {DAYS_MAX} days, not {self.expires}")
        return wrong

    def to_dict(self) -> dict[str, Any]:
        return {
            "schema": APPROVAL_SCHEMA,
            "gate": self.gate,
            "files": dict(self.files),
            "reviewer": self.reviewer,
            "statement": self.statement,
            "expires": self.expires.isoformat(),
            "approved_at": self.approved_at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedApproval:
    """An approval with the one key that signed it."""

    approval: Approval
    keyid: str


def approval_envelope(approval: Approval) -> Envelope:
    """Return the envelope that its reviewer signs."""
    return Envelope(payload_type=PAYLOAD_TYPE, payload=canonical(approval.to_dict(), "approval"))


def open_approval(data: bytes, reviewers: Mapping[str, PublicKey]) -> SignedApproval:
    """Return the approval if one key signed it and that key is a reviewer's."""
    envelope = read_envelope(data)
    verify_envelope(envelope, PAYLOAD_TYPE, reviewers)
    if len(envelope.signatures) != 1:
        raise EvidenceError("signatures", "an approval has one, of the reviewer that it names")
    return SignedApproval(approval=_read(envelope.payload), keyid=envelope.signatures[0].keyid)


def _read(payload: bytes) -> Approval:
    value = read_object(payload, _FIELDS, "approval")
    if value["schema"] != APPROVAL_SCHEMA:
        raise EvidenceError("approval", f"has schema {value['schema']!r}, not {APPROVAL_SCHEMA!r}")
    files = value["files"]
    if not isinstance(files, dict) or not all(
        isinstance(digest, str) and HASH.fullmatch(digest) for digest in files.values()
    ):
        raise EvidenceError("approval.files", "must hold a SHA-256 for each file")
    return Approval(
        gate=text_of(value["gate"], "approval.gate"),
        files=files,
        reviewer=text_of(value["reviewer"], "approval.reviewer"),
        statement=text_of(value["statement"], "approval.statement"),
        expires=day_of(value["expires"], "approval.expires"),
        approved_at=moment(value["approved_at"], "approval.approved_at"),
    )
