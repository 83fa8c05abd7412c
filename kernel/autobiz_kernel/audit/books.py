"""Read what an audit needs from PostgreSQL, as one tenant, without keeping it all in memory."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from autobiz_kernel.chains import (
    NO_ROWS,
    Anchor,
    AnchorFlaw,
    ChainError,
    ChainSurvey,
    Flaw,
    FlawKind,
    Head,
    Row,
    Window,
    check_anchors,
    check_chains,
)

from .archived import Archived
from .columns import differing_columns

_ROWS = """
SELECT run_id, seq, body, prev_hash, hash, tool, effect_class, key, external_key, provider_ref, amount_minor,
       currency
FROM receipts WHERE tenant_id = %s ORDER BY run_id, seq
"""
_FETCH = 2000
# A settlement that committed after an anchor was made may bear a moment before it.
_LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """How many receipts of how many runs were read, the first bad one of each run, and bad anchors.

    `archived` are the runs whose receipts lie in files and not here: `autobiz archive verify` reads those.
    """

    rows: int
    runs: int
    archived: int = 0
    flaws: tuple[Flaw, ...]
    anchor_flaws: tuple[AnchorFlaw, ...]


def verify_tenant(
    url: str,
    tenant: UUID,
    *,
    anchor_lines: Sequence[bytes] | None = None,
    keys: Mapping[str, Ed25519PublicKey] | None = None,
) -> Audited:
    """Verify all receipts of one tenant in one snapshot, and hold them against the anchors."""
    with _as(url, tenant) as connection:
        archived = Archived.of(connection)
        newest = connection.execute(
            "SELECT coalesce(max(number), 0) FROM anchors WHERE tenant_id = %s", [tenant]
        ).fetchone()
        number_min = newest[0] if newest and anchor_lines is not None else 0
        anchors = check_anchors(anchor_lines or (), tenant=tenant, keys=keys or {}, number_min=number_min)
        counted = {
            run: (seq, head)
            for run, seq, head in connection.execute(
                "SELECT run_id, receipt_seq, head_hash FROM runs WHERE tenant_id = %s", [tenant]
            )
        }
        unlike: dict[UUID, Flaw] = {}
        with connection.cursor(name="receipts", binary=True) as cursor:
            cursor.itersize = _FETCH
            cursor.execute(_ROWS, [tenant])
            survey = check_chains(_rows(cursor, tenant, unlike), anchors.marks)
    away = archived.runs_of(survey, counted, anchors.marks)
    found = (*_miscounted(survey, counted, tenant), *survey.flaws)
    flaws = {flaw.run: flaw for flaw in found if flaw.run not in away}
    for run, flaw in unlike.items():
        if run not in flaws or flaw.seq < flaws[run].seq:
            flaws[run] = flaw
    return Audited(
        rows=survey.rows,
        runs=len(survey.heads) + sum(flaw.run not in away for flaw in survey.flaws),
        archived=len(away),
        flaws=tuple(sorted(flaws.values(), key=lambda flaw: flaw.run)),
        anchor_flaws=anchors.flaws,
    )


def heads_of(url: str, tenant: UUID, window: Window) -> tuple[Head, ...]:
    """Return where the chains are of all runs that moved in this time, or shortly before it."""
    with _as(url, tenant) as connection:
        rows = connection.execute(
            """SELECT run_id, receipt_seq, head_hash FROM runs
               WHERE tenant_id = %s AND receipt_seq > 0 AND updated_at >= %s AND updated_at < %s""",
            [tenant, window.from_at - _LATE, window.to_at],
        )
        return tuple(Head(tenant=tenant, run=run, length=seq, hash=head) for run, seq, head in rows)


def keep_anchor(url: str, anchor: Anchor) -> None:
    """Note in the books that an anchor was made; the anchor itself is worth something only outside."""
    note = [
        *(anchor.tenant, anchor.number, anchor.window.from_at, anchor.window.to_at),
        *(anchor.root, anchor.signature),
    ]
    try:
        with _as(url, anchor.tenant, reads_only=False) as connection:
            connection.execute(
                """INSERT INTO anchors (tenant_id, number, from_at, to_at, root, signature)
                   VALUES (%s, %s, %s, %s, %s, %s)""",
                note,
            )
    except psycopg.errors.UniqueViolation as error:
        raise ChainError(
            f"the database knows another anchor {anchor.number} of tenant {anchor.tenant}: somebody signs "
            "into another file, or this one was cut off; keep one file for a tenant, and find the longer one"
        ) from error


def _rows(cursor: "psycopg.ServerCursor[Any]", tenant: UUID, unlike: dict[UUID, Flaw]) -> Iterator[Row]:
    """Yield the rows as the chain needs them, and note the first of each run whose columns differ."""
    for run, seq, body, previous, told, *columns in cursor:
        if run not in unlike and (names := differing_columns(body, tuple(columns), run)):
            says = f"column {', '.join(names)} differs from the text"
            unlike[run] = Flaw(kind=FlawKind.UNLIKE, tenant=tenant, run=run, seq=seq, says=says)
        yield Row(tenant, run, seq, body.encode(), previous, told)


def _miscounted(
    survey: ChainSurvey, counted: Mapping[UUID, tuple[int, bytes]], tenant: UUID
) -> Iterator[Flaw]:
    """Compare where whole chains end with what their runs say of themselves."""
    broken = {flaw.run for flaw in survey.flaws}
    ends = {head.run: (head.length, head.hash) for head in survey.heads}
    for run in (counted.keys() | ends.keys()) - broken:
        length, head = ends.get(run, (0, NO_ROWS))
        said = counted.get(run)
        if said is None:
            flaw = Flaw(kind=FlawKind.ORPHANED, tenant=tenant, run=run, seq=1, says="its run is gone")
        elif said == (length, head):
            continue
        else:
            words = f"its run counts {said[0]}, {length} are there"
            first = min(said[0], length) + 1
            flaw = Flaw(kind=FlawKind.MISCOUNTED, tenant=tenant, run=run, seq=first, says=words)
        yield flaw


@contextmanager
def _as(url: str, tenant: UUID, *, reads_only: bool = True) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(url) as connection:
        if reads_only:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # Before the snapshot: a week that is archived meanwhile would be neither here nor noted as away.
            connection.execute("LOCK TABLE receipts IN ACCESS SHARE MODE")
        connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])
        yield connection
