"""How many chained rows are checked in a second, with anchors, and with the bodies written anew."""

import json
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from autobiz_kernel import canonical
from autobiz_kernel.chains import (
    Head,
    Row,
    Window,
    check_anchors,
    check_chains,
    key_id,
    next_anchor,
    next_row,
)

TENANT = UUID("6f2a1c1e-0000-4000-8000-00000000a001")
RUNS = 1_000
ROWS_PER_RUN = 50
FLOOR_PER_S = 50_000


def rows() -> list[Row]:
    """Runs of receipts of about 600 bytes."""
    made = []
    for number in range(RUNS):
        head, run = None, UUID(int=number + 1)
        for step in range(ROWS_PER_RUN):
            body = canonical(
                {
                    "tool": "stripe.refund",
                    "version": "1.4.0",
                    "external_key": f"autobiz:{number:016x}{step:016x}",
                    "arguments": {"order_id": f"o-{number}", "amount_minor": 1250 + step, "currency": "EUR"},
                    "result": {"id": f"re_{number}_{step}", "status": "succeeded", "note": "x" * 300},
                    "at": "2026-11-01T12:00:00+00:00",
                }
            )
            row = next_row(head, tenant=TENANT, run=run, body=body)
            head = Head(tenant=TENANT, run=run, length=row.seq, hash=row.hash)
            made.append(row)
    return made


def main() -> None:
    made = rows()
    key = Ed25519PrivateKey.generate()
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    anchor = next_anchor(
        None,
        tenant=TENANT,
        heads=check_chains(made).heads,
        window=Window(from_at=noon, to_at=noon + timedelta(hours=1)),
        key=key,
    )
    keys = {key_id(key.public_key()): key.public_key()}
    parsed = [json.loads(row.body) for row in made]

    linked, anew = [], []
    for _ in range(5):
        began = perf_counter()
        marks = check_anchors([anchor.line()], tenant=TENANT, keys=keys).marks
        assert not check_chains(made, marks).flaws
        linked.append(len(made) / (perf_counter() - began))
        began = perf_counter()
        again = (
            Row(row.tenant, row.run, row.seq, canonical(body), row.previous, row.hash)
            for row, body in zip(made, parsed, strict=True)
        )
        assert not check_chains(again, marks).flaws
        anew.append(len(made) / (perf_counter() - began))
    print(f"rows as stored, with anchors: {sorted(linked)[2]:,.0f} rows/s (slowest {min(linked):,.0f})")
    print(f"rows written anew from values: {sorted(anew)[2]:,.0f} rows/s (slowest {min(anew):,.0f})")
    if min(linked) < FLOOR_PER_S:
        raise SystemExit(f"below the floor of {FLOOR_PER_S:,} rows/s")


if __name__ == "__main__":
    main()
