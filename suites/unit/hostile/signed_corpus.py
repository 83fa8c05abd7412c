"""Valid signed evidence, by our own writers, from which hostile inputs are made. All of it is shut."""

import base64
import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from autobiz_gates.evidence import (
    Approval,
    Bundle,
    Head,
    Override,
    SigningKey,
    approval_envelope,
    entry_after,
    hash_of_line,
    override_envelope,
    read_signing_key,
    sign_bundle,
    signed,
    write_envelope,
    write_statement,
)

from ...evidence_cases import SIGNED, evidence, gate, stage, statement, tallied
from .corpus import TODAY

SHUT: Final[dict[str, Any]] = {
    "decision": "shut",
    "sentence": "gate a is shut",
    "gates": [gate("a", "shut"), gate("b", "undecided", dry_run=True)],
    "stages": [stage("failed", runs=3), stage()],
}


def fixed_key(name: str) -> SigningKey:
    """A key that is the same in every process, so that a hostile input can be tried again."""
    # RFC 8410: the fixed beginning of an Ed25519 private key, and 32 bytes that are the key.
    der = bytes.fromhex("302e020100300506032b657004220420") + sha256(name.encode()).digest()
    pem = b"-----BEGIN PRIVATE KEY-----\n%b\n-----END PRIVATE KEY-----\n" % base64.b64encode(der)
    return read_signing_key(pem, name)


KEY, FOREIGN, ANN, BOB = (fixed_key(name) for name in ("ci", "foreign", "ann", "bob"))


def bundles() -> tuple[tuple[bytes, Bundle], ...]:
    """Authentic bundles about runs that are shut; the last has a quarantine and criteria too."""
    cases = tallied(("good", "pass"), ("bad", "fail"), ("odd", "unknown"), ("left", "skip"))
    more = {
        "quarantine_file": "quarantine.toml",
        "quarantine_file_sha256": "12" * 32,
        "criteria": {"criteria": [{"criterion": "E-1", "says": "x", "decision": "shut", "reason": "y"}]},
    }
    return (
        sign_bundle(statement(None, cases, **SHUT), KEY),
        sign_bundle(statement(Head(count=1, hash="cd" * 32), cases, **SHUT, **more), KEY),
    )


def payloads() -> tuple[bytes, ...]:
    """What is signed in bundles about runs that are shut."""
    cases = tallied(("good", "pass"), ("bad", "fail"))
    return tuple(write_statement(statement(None, cases, **SHUT, run_id=run)) for run in ("r", "s"))


def plain_evidence() -> tuple[bytes, ...]:
    """The evidence of a run before it is signed."""
    criteria = {"criteria": [{"criterion": "E-1", "says": "x", "decision": "shut", "reason": "y"}]}
    return tuple(json.dumps(evidence(**SHUT, **more)).encode() for more in ({}, {"criteria": criteria}))


def chains(count: int = 4) -> tuple[tuple[list[bytes], Bundle], ...]:
    """Two logs of decisions, each with an override in it, and the bundle at each one's end."""
    made = []
    for name in "ab":
        lines: list[bytes] = []
        head, bundle = Head(), None
        for index in range(count):
            if index == 1:
                data = overrides()[0]
                body = {"envelope": json.loads(data), "sha256": sha256(data).hexdigest()}
                entry = entry_after(head, at=SIGNED, kind="override", body=body)
            else:
                _, bundle = sign_bundle(statement(head, **SHUT, run_id=f"{name}{index}"), KEY)
                entry = bundle.entry()
            lines.append(entry.line())
            head = Head(count=index + 1, hash=hash_of_line(lines[-1]))
        assert bundle is not None
        made.append((lines, bundle))
    return tuple(made)


def overrides() -> tuple[bytes, ...]:
    """Approved overrides, for other bundles than any that is here; one wants its second approver."""
    override = Override(
        bundle_sha256="00" * 32,
        commit="c0ffee",
        reason="Refunds are blocked for all",
        expires=TODAY,
        requested_at=SIGNED,
    )
    once = signed(override_envelope(override), ANN)
    alone = signed(override_envelope(override), BOB)
    return write_envelope(signed(once, BOB)), write_envelope(once), write_envelope(alone)


def approvals() -> tuple[bytes, ...]:
    """Signed approvals of another gate than any that is here."""
    approval = Approval(
        gate="elsewhere",
        files={"design.md": "ab" * 32},
        reviewer="Ann",
        statement="Read it whole, and found nothing",
        expires=TODAY,
        approved_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return tuple(write_envelope(signed(approval_envelope(approval), key)) for key in (ANN, BOB))
