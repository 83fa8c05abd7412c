"""Approvals that are not what they seem: other keys, other gates, other bytes."""

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import Decision, GateFileError, decide_all, read_gate_file
from autobiz_gates.evidence import (
    Envelope,
    EvidenceError,
    SigningKey,
    approval_envelope,
    canonical,
    signed,
    write_envelope,
)

from ...approvals import GATE, NOTHING, TODAY, approval, approve, decided

pytestmark = pytest.mark.priority("P0")


@pytest.mark.negative
def test_a_foreign_key_shuts(project: Path, keys: dict[str, SigningKey]) -> None:
    """Whoever may not approve cannot, and nobody beside them is heard."""
    approve(project, keys["ann"], "Ann Lee")
    approve(project, keys["eve"], "Eve")

    decision = decided(project)

    assert decision.decision is Decision.SHUT
    assert "which is not among the allowed keys" in decision.reason


@pytest.mark.negative
def test_a_key_that_was_exchanged_is_not_believed(project: Path, keys: dict[str, SigningKey]) -> None:
    """Where the gate names the id of a key, another key under its name leaves the gate undecided."""
    approve(project, keys["eve"], "Ann Lee")
    pinned = GATE.replace("ann.pub", f"ann.pub#{keys['ann'].public.id}")
    (project / "ann.pub").write_bytes(keys["eve"].public.pem)
    (project / "gate.toml").write_text(pinned)

    (decision,) = decide_all(read_gate_file(project / "gate.toml"), NOTHING, TODAY, project)

    assert decision.decision is Decision.UNDECIDED
    assert "ann.pub: is key" in decision.reason


@pytest.mark.negative
def test_an_approval_of_another_gate_shuts(project: Path, keys: dict[str, SigningKey]) -> None:
    """An authentic approval cannot be carried over to a gate that it does not name."""
    approve(project, keys["ann"], "Ann Lee", gate="dashboards")

    decision = decided(project)

    assert decision.decision is Decision.SHUT
    assert "is an approval of gate 'dashboards', not of 'design'" in decision.reason


@pytest.mark.negative
def test_two_signatures_on_one_approval_shut(project: Path, keys: dict[str, SigningKey]) -> None:
    """A second signature cannot stand for a second reviewer, whom the approval does not name."""
    envelope = signed(signed(approval_envelope(approval(project, "Ann Lee")), keys["ann"]), keys["bob"])
    (project / "approvals").mkdir()
    (project / "approvals" / "both.json").write_bytes(write_envelope(envelope))

    assert decided(project).decision is Decision.SHUT


@pytest.mark.negative
def test_every_changed_byte_shuts(project: Path, keys: dict[str, SigningKey]) -> None:
    """Whichever byte of a signed approval is changed, the gate does not open."""
    path = approve(project, keys["ann"], "Ann Lee")
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])

        assert decided(project).decision is Decision.SHUT
    path.write_bytes(whole[:-1])
    assert decided(project).decision is Decision.SHUT


@pytest.mark.negative
def test_other_content_under_the_same_signature_shuts(project: Path, keys: dict[str, SigningKey]) -> None:
    """Dates cannot be moved by whoever holds the file and not the key."""
    path = approve(project, keys["ann"], "Ann Lee")
    value = json.loads(path.read_bytes())
    later = approval(project, "Ann Lee", expires=date(2027, 6, 1)).to_dict()
    value["payload"] = base64.b64encode(canonical(later, "approval")).decode()
    path.write_bytes(canonical(value, "envelope") + b"\n")

    decision = decided(project)

    assert decision.decision is Decision.SHUT
    assert "is no signature of key" in decision.reason


@pytest.mark.negative
def test_an_override_is_no_approval(project: Path, keys: dict[str, SigningKey]) -> None:
    """An envelope of another type, signed by the right key, shuts."""
    payload = canonical(approval(project, "Ann Lee").to_dict(), "x")
    other = Envelope(payload_type="application/vnd.autobiz.override+json", payload=payload)
    (project / "approvals").mkdir()
    (project / "approvals" / "a.json").write_bytes(write_envelope(signed(other, keys["ann"])))

    assert decided(project).decision is Decision.SHUT


@pytest.mark.negative
@pytest.mark.parametrize(
    "changed",
    [
        {"reviewer": ""},
        {"reviewer": " Ann"},
        {"reviewer": "Ann\x1b[2J"},
        {"reviewer": "A" * 101},
        {"statement": "ok"},
        {"statement": "two\nlines of it"},
        {"expires": date(2026, 6, 14)},
        {"expires": date(2027, 6, 17)},
    ],
)
def test_an_approval_that_says_nothing_cannot_be_made(project: Path, changed: dict[str, Any]) -> None:
    """A name, a sentence and a last day within a year are part of every approval."""
    with pytest.raises(EvidenceError):
        approval(project, **{"reviewer": "Ann", **changed})


@pytest.mark.negative
@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("approvers_min = 3", "asks for 3 people, but 'keys' names 2"),
        ("approvers_min = 0", "must be a whole number from 1 to 100"),
        ("runs = 3", "is a key of kind"),
    ],
)
def test_a_gate_that_could_never_open_is_refused_when_read(project: Path, more: str, says: str) -> None:
    """More approvers than keys, and keys of other kinds, are mistakes of the gate file."""
    with pytest.raises(GateFileError) as caught:
        decided(project, more)

    assert says in str(caught.value)


@given(content=st.binary(max_size=300))
def test_any_bytes_are_refused_or_read(
    tmp_path_factory: pytest.TempPathFactory, keys: dict[str, SigningKey], content: bytes
) -> None:
    """Nothing that lies in the folder makes the gate raise, and no rubbish opens it."""
    root = tmp_path_factory.mktemp("any")
    (root / "design.md").write_text("x")
    (root / "ann.pub").write_bytes(keys["ann"].public.pem)
    (root / "bob.pub").write_bytes(keys["bob"].public.pem)
    (root / "approvals").mkdir()
    (root / "approvals" / "a.json").write_bytes(content)

    assert decided(root).decision is Decision.SHUT


def test_a_private_key_is_no_allowed_key(project: Path, keys: dict[str, SigningKey]) -> None:
    """A private key named by mistake is not used, and the reason says so."""
    (project / "ann.pub").write_bytes(keys["ann"].pem())

    decision = decided(project)

    assert decision.decision is Decision.UNDECIDED
    assert "a private key" in decision.reason
