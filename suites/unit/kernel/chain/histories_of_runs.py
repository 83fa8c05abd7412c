"""Runs with chained rows, and anchors over them, for the tests of the chain."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from autobiz_kernel import canonical
from autobiz_kernel.chains import Anchor, Head, Row, Window, key_id, next_anchor, next_row

TENANT = UUID("6f2a1c1e-0000-4000-8000-00000000a001")
OTHER = UUID("6f2a1c1e-0000-4000-8000-00000000b002")
RUNS = tuple(UUID(int=0x1000 + index) for index in range(6))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {key_id(KEY.public_key()): KEY.public_key()}
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def rows_of(run: UUID, length: int, *, tenant: UUID = TENANT, says: str = "settled") -> list[Row]:
    """A whole run."""
    rows: list[Row] = []
    for index in range(length):
        body = canonical({"says": says, "step": index, "tool": "stripe.refund"})
        rows.append(next_row(head_of(rows), tenant=tenant, run=run, body=body))
    return rows


def head_of(rows: Sequence[Row]) -> Head | None:
    """Where a run stands."""
    if not rows:
        return None
    return Head(tenant=rows[-1].tenant, run=rows[-1].run, length=rows[-1].seq, hash=rows[-1].hash)


def window(hour: int) -> Window:
    """One hour of the day."""
    return Window(from_at=NOON + timedelta(hours=hour), to_at=NOON + timedelta(hours=hour + 1))


def anchored(*moments: Iterable[Sequence[Row]], key: Ed25519PrivateKey = KEY) -> list[Anchor]:
    """One anchor an hour, each over the runs as they were then."""
    anchors: list[Anchor] = []
    for hour, runs in enumerate(moments):
        heads = [head for head in map(head_of, runs) if head is not None]
        last = anchors[-1] if anchors else None
        anchors.append(next_anchor(last, tenant=TENANT, heads=heads, window=window(hour), key=key))
    return anchors
