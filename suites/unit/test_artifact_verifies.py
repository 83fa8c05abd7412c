"""Kind artifact: a bundle of evidence that must verify with the keys that the gate names."""

from datetime import date
from pathlib import Path

import pytest

from autobiz_gates import ArtifactGate, Decision, GateDecision, Tallies, decide
from autobiz_gates.evidence import SigningKey, generate_key

from ..evidence_cases import bundled

pytestmark = pytest.mark.priority("P0")

GATE = ArtifactGate(name="bundle", path="bundle.json", verifies=True, keys=("ci.pub",))


def decided(root: Path) -> GateDecision:
    return decide(GATE, Tallies(cases=(), runs=()), date(2026, 1, 1), root)


@pytest.fixture(scope="module")
def ci_key() -> SigningKey:
    return generate_key()


def bundle(root: Path, key: SigningKey) -> Path:
    """A signed bundle in the project, and the public key it is to be verified with."""
    (root / "ci.pub").write_bytes(key.public.pem)
    path = root / "bundle.json"
    path.write_bytes(bundled(key)[0])
    return path


def test_a_bundle_that_verifies_opens(tmp_path: Path, ci_key: SigningKey) -> None:
    """Evidence signed by a key of the gate opens, and the reason names the run."""
    bundle(tmp_path, ci_key)

    decision = decided(tmp_path)

    assert decision.decision is Decision.OPEN
    assert "over run r" in decision.reason


@pytest.mark.negative
def test_a_bundle_with_any_byte_changed_shuts(tmp_path: Path, ci_key: SigningKey) -> None:
    """Changed, cut short or signed by somebody else, it does not verify."""
    path = bundle(tmp_path, ci_key)
    whole = path.read_bytes()
    for place in range(0, len(whole), 101):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert decided(tmp_path).decision is Decision.SHUT
    path.write_bytes(bundled(generate_key())[0])

    decision = decided(tmp_path)

    assert decision.decision is Decision.SHUT
    assert "which is not among the allowed keys" in decision.reason


@pytest.mark.negative
def test_a_bundle_cannot_be_verified_without_its_key(tmp_path: Path, ci_key: SigningKey) -> None:
    """A key that is not there leaves the gate undecided."""
    bundle(tmp_path, ci_key)
    (tmp_path / "ci.pub").unlink()

    decision = decided(tmp_path)

    assert decision.decision is Decision.UNDECIDED
    assert "ci.pub: No such file" in decision.reason
