"""A small run's evidence for tests, signed and logged without a run."""

from datetime import UTC, datetime
from typing import Any

from autobiz_gates import CaseTally, Tallies
from autobiz_gates.evidence import Bundle, Head, SigningKey, Statement, sign_bundle, state

BEGAN = datetime(2026, 1, 1, 12, tzinfo=UTC)
SIGNED = datetime(2026, 1, 1, 13, tzinfo=UTC)
COMMIT = "c0ffee" * 6 + "beef"
GATE_HASH = "ab" * 32
EVIDENCE_HASH = "cd" * 32


def gate(name: str = "a", decision: str = "open", *, dry_run: bool = False) -> dict[str, Any]:
    return {"gate": name, "decision": decision, "dry_run": dry_run, "reason": f"{name} is {decision}"}


def stage(status: str = "passed", *, runs: int = 1) -> dict[str, Any]:
    return {"name": "tests", "run": 1, "runs": runs, "status": status, "reason": ""}


def evidence(**changed: Any) -> dict[str, Any]:
    """Plain evidence with no more in it than a statement needs."""
    return {
        "schema": "autobiz.evidence/1",
        "run_id": "r",
        "started_at": BEGAN.isoformat(),
        "decision": "open",
        "sentence": "all open",
        "gate_file": "gate.toml",
        "gate_file_sha256": GATE_HASH,
        "subject": {"commit": COMMIT},
        "ledgers": {"a.jsonl": "ef" * 32},
        "gates": [gate()],
        "stages": [],
        "slice": None,
        "shard": None,
        **changed,
    }


def statement(place: Head | None = None, tallies: Tallies | None = None, **changed: Any) -> Statement:
    return state(
        evidence(**changed),
        EVIDENCE_HASH,
        tallies or Tallies(cases=(), runs=()),
        place or Head(),
        SIGNED,
    )


def bundled(key: SigningKey, place: Head | None = None, **changed: Any) -> tuple[bytes, Bundle]:
    return sign_bundle(statement(place, **changed), key)


def tallied(*cases: tuple[str, str]) -> Tallies:
    """Tallies of cases given as (name, outcome), one run each."""
    return Tallies(
        cases=tuple(CaseTally(case=case, outcomes=(outcome,)) for case, outcome in cases), runs=(1,)
    )
