"""Read what an audit needs from PostgreSQL, as one tenant, without keeping it all in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from .anchor import Anchor, Head
from .verifying import Finding, Row, Verified, check_anchor, verify_receipts

_ROWS = """
SELECT run_id, seq, body, prev_hash, hash, tool, effect_class, key, external_key, provider_ref, amount_minor,
       currency
FROM receipts WHERE tenant_id = %s ORDER BY run_id, seq
"""
_FETCH = 2000


def verify_tenant(
    url: str, tenant: UUID, anchors: tuple[Anchor, ...] = ()
) -> tuple[Verified, tuple[Finding, ...]]:
    """Verify all receipts of one tenant in one snapshot, and hold them against the anchors."""
    with _as(url, tenant) as connection:
        heads = {
            run: (seq, head)
            for run, seq, head in connection.execute(
                "SELECT run_id, receipt_seq, head_hash FROM runs WHERE tenant_id = %s", [tenant]
            )
        }
        with connection.cursor(name="receipts", binary=True) as cursor:
            cursor.itersize = _FETCH
            cursor.execute(_ROWS, [tenant])
            verified = verify_receipts(_rows(cursor), heads)
        found: list[Finding] = []
        for anchor in anchors:
            wanted = [(head.run_id, head.seq) for head in anchor.heads]
            there = connection.execute(
                """SELECT r.run_id, r.seq, r.hash FROM receipts r
                   JOIN unnest(%s::uuid[], %s::bigint[]) AS w (run_id, seq) USING (run_id, seq)
                   WHERE r.tenant_id = %s""",
                [[run for run, _ in wanted], [seq for _, seq in wanted], tenant],
            )
            found += check_anchor(anchor, {(run, seq): told for run, seq, told in there})
    return verified, tuple(found)


def heads_of(url: str, tenant: UUID, *, from_at: datetime, to_at: datetime) -> tuple[Head, ...]:
    """Return where the chains are of all runs that moved in this span."""
    with _as(url, tenant) as connection:
        rows = connection.execute(
            """SELECT run_id, receipt_seq, head_hash FROM runs
               WHERE tenant_id = %s AND receipt_seq > 0 AND updated_at >= %s AND updated_at < %s""",
            [tenant, from_at, to_at],
        )
        return tuple(Head(run_id=run, seq=seq, hash=head) for run, seq, head in rows)


def keep_anchor(url: str, anchor: Anchor) -> None:
    """Note in the books that an anchor was made; the anchor itself is worth something only outside."""
    with _as(url, anchor.tenant, reads_only=False) as connection:
        connection.execute(
            "INSERT INTO anchors (tenant_id, from_at, to_at, root, signature) VALUES (%s, %s, %s, %s, %s)",
            [anchor.tenant, anchor.from_at, anchor.to_at, anchor.root, anchor.signature],
        )


def _rows(cursor: "psycopg.ServerCursor[Any]") -> Iterator[Row]:
    yield from cursor


@contextmanager
def _as(url: str, tenant: UUID, *, reads_only: bool = True) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(url) as connection:
        if reads_only:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])
        yield connection
