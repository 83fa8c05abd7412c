"""Rows of a history for tests, in batches that can be told apart."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from autobiz_gates.flakes import Cause, HistoryRow

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BATCH = 200


def row(name: str, **changed: Any) -> HistoryRow:
    """A passing trial of the case with this name."""
    given = {
        "key": sha256(repr((name, sorted(changed.items()))).encode()).hexdigest(),
        "at": NOON, "run_id": "run", "run": 1, "case": name, "outcome": "pass", "cause": Cause.UNKNOWN,
        "signature": None, "subject": "commit", "priority": "P1", **changed,
    }  # fmt: skip
    return HistoryRow(**given)


def batch(number: int, writer: str = "") -> list[HistoryRow]:
    """Rows that are written together, or not at all."""
    at = NOON + timedelta(minutes=number)
    return [row(f"{writer}c{place}", run_id=f"{writer}{number}", at=at) for place in range(BATCH)]
