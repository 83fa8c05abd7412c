"""Deploy against the gates: for one bundle, on two people's word, for a stated reason, until a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from .canonical import canonical, read_canonical, read_object, text_of
from .chain import ChainEntry, Head, entry_after
from .dsse import Envelope, read_envelope, verify_envelope
from .errors import EvidenceError
from .keys import PublicKey
from .statement import HASH, day_of, moment

PAYLOAD_TYPE: Final = "application/vnd.autobiz.override+json"
OVERRIDE_SCHEMA: Final = "autobiz.override/1"
APPROVERS_MIN: Final = 2
DAYS_MAX: Final = 30
REASON_CHARS_MIN: Final = 10
REASON_CHARS_MAX: Final = 500
COMMIT_CHARS_MAX: Final = 100
_FIELDS: Final = frozenset({"bundle_sha256", "commit", "expires", "reason", "requested_at", "schema"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What approvers put their names to. It counts up to and including its last day."""

    bundle_sha256: str
    commit: str
    reason: str
    expires: date
    requested_at: datetime

    def __post_init__(self) -> None:
        wrong = list(self._complaints())
        if wrong:
            raise EvidenceError("override", "; ".join(wrong))

    def _complaints(self) -> list[str]:
        days = (self.expires - self.requested_at.date()).days
        wrong = []
        if not len(self.reason.strip()) >= REASON_CHARS_MIN or len(self.reason) > REASON_CHARS_MAX:
            wrong.append(f"the reason must have {REASON_CHARS_MIN} to {REASON_CHARS_MAX} characters")
        if not self.reason.isprintable():
            wrong.append("the reason must be one line of printable text")
        if not self.commit.isprintable() or len(self.commit) > COMMIT_CHARS_MAX:
            wrong.append(f"the commit must be printable text of at most {COMMIT_CHARS_MAX} characters")
        if not 0 <= days <= DAYS_MAX:
            wrong.append(f"the last day must be one of the next {DAYS_MAX} days, not {self.expires}")
        return wrong

    def to_dict(self) -> dict[str, Any]:
        return {
            "schema": OVERRIDE_SCHEMA,
            "bundle_sha256": self.bundle_sha256,
            "commit": self.commit,
            "reason": self.reason,
            "expires": self.expires.isoformat(),
            "requested_at": self.requested_at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOverride:
    """An override with whoever approved it."""

    override: Override
    approvers: tuple[str, ...]
    sha256: str


def override_envelope(override: Override) -> Envelope:
    """Return the envelope that approvers sign, one after the other."""
    return Envelope(payload_type=PAYLOAD_TYPE, payload=canonical(override.to_dict(), "override"))


def open_override(data: bytes, approvers: Mapping[str, PublicKey]) -> SignedOverride:
    """Return the override, if everybody who signed it is an approver."""
    verify_envelope(read_envelope(data), PAYLOAD_TYPE, approvers)
    return unverified_override(data)


def unverified_override(data: bytes) -> SignedOverride:
    """Return what an override claims, for showing it to readers who do not know its approvers' keys."""
    envelope = read_envelope(data)
    return SignedOverride(
        override=_read(envelope.payload),
        approvers=tuple(one.keyid for one in envelope.signatures),
        sha256=sha256(data).hexdigest(),
    )


def override_refusals(
    signed: SignedOverride, *, bundle_sha256: str, commit: str, now: datetime, logged: frozenset[str]
) -> list[str]:
    """Return why this override does not count for this bundle now; `logged` are the hashes in the log."""
    override = signed.override
    wrong = []
    if len(signed.approvers) < APPROVERS_MIN:
        wrong.append(f"{APPROVERS_MIN} approvers must sign it, and {len(signed.approvers)} did")
    if (override.bundle_sha256, override.commit) != (bundle_sha256, commit):
        wrong.append(
            f"it is for another bundle ({override.bundle_sha256[:16]}, commit {override.commit[:12]})"
        )
    if now.date() > override.expires:
        wrong.append(f"it expired after {override.expires}")
    if now + timedelta(minutes=5) < override.requested_at:
        wrong.append(f"it was requested in the future, at {override.requested_at.isoformat()}")
    if signed.sha256 not in logged:
        wrong.append("it is not in the decision log")
    return wrong


def override_entry(head: Head, data: bytes, at: datetime) -> ChainEntry:
    """Return the entry of the log that holds the whole signed override."""
    envelope = read_canonical(data.removesuffix(b"\n"), "override")
    return entry_after(
        head, at=at, kind="override", body={"envelope": envelope, "sha256": sha256(data).hexdigest()}
    )


def envelope_of_entry(entry: ChainEntry) -> bytes:
    """Return the signed override that an entry holds, as the bytes that its hash is of."""
    data = canonical(entry.body.get("envelope"), f"chain entry {entry.index}") + b"\n"
    if sha256(data).hexdigest() != entry.body.get("sha256"):
        raise EvidenceError(f"chain entry {entry.index}", "holds another override than its hash says")
    return data


def _read(payload: bytes) -> Override:
    value = read_object(payload, _FIELDS, "override")
    if value["schema"] != OVERRIDE_SCHEMA:
        raise EvidenceError("override", f"has schema {value['schema']!r}, not {OVERRIDE_SCHEMA!r}")
    bundle = text_of(value["bundle_sha256"], "override.bundle_sha256")
    if not HASH.fullmatch(bundle):
        raise EvidenceError("override.bundle_sha256", "is not a SHA-256")
    return Override(
        bundle_sha256=bundle,
        commit=text_of(value["commit"], "override.commit"),
        reason=text_of(value["reason"], "override.reason"),
        expires=day_of(value["expires"], "override.expires"),
        requested_at=moment(value["requested_at"], "override.requested_at"),
    )
