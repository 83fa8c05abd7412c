"""Approvals for tests, signed without a command, and what the one gate of a project says of them."""

from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from autobiz_gates import GateDecision, Tallies, decide_all, read_gate_file
from autobiz_gates.evidence import Approval, SigningKey, approval_envelope, signed, write_envelope

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = NOON.date()
NOTHING = Tallies(cases=(), runs=())
GATE = """[gate.design]
kind = "approval"
approvals = "approvals"
keys = ["ann.pub", "bob.pub"]
files = ["design.md"]
"""


def approval(root: Path, reviewer: str, **changed: Any) -> Approval:
    values: dict[str, Any] = {
        "gate": "design",
        "files": {"design.md": sha256((root / "design.md").read_bytes()).hexdigest()},
        "reviewer": reviewer,
        "statement": "Read it whole, and found nothing",
        "expires": date(2026, 12, 31),
        "approved_at": NOON,
    }
    return Approval(**{**values, **changed})


def approve(root: Path, key: SigningKey, reviewer: str, **changed: Any) -> Path:
    path = root / "approvals" / f"{key.public.id[:8]}-{len(list(root.glob('approvals/*')))}.json"
    path.parent.mkdir(exist_ok=True)
    envelope = approval_envelope(approval(root, reviewer, **changed))
    path.write_bytes(write_envelope(signed(envelope, key)))
    return path


def decided(root: Path, more: str = "", today: date = TODAY) -> GateDecision:
    (root / "gate.toml").write_text(GATE + more)
    (decision,) = decide_all(read_gate_file(root / "gate.toml"), NOTHING, today, root)
    return decision
