"""Tell a run so that a person can read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from .errors import RunError
from .ledger import StateVersion

_RUNS = """
SELECT run_id, workflow, termination_reason, steps, cost_micros, began_at FROM runs
WHERE tenant_id = %s ORDER BY began_at DESC, run_id LIMIT %s
"""
_RUN = "SELECT * FROM runs WHERE tenant_id = %s AND run_id = %s"
_VERSIONS = """
SELECT version, path, patch, state_hash FROM state_versions
WHERE tenant_id = %s AND run_id = %s ORDER BY version
"""
_ARCHIVED = """
SELECT partition FROM archives
WHERE tier = 'cold' AND parent = %(parent)s AND %(run)s >= first_id AND %(run)s < beyond_id
"""
_TRACES = """
SELECT t.seq, t.path, t.tool, t.guard, t.outcome, t.attrs, t.took_us, t.cost_micros, t.at
FROM traces t WHERE tenant_id = %s AND run_id = %s ORDER BY seq
"""


def run_lines(url: str, tenant: UUID, *, limit: int) -> Iterator[str]:
    """One line for each run, the latest first."""
    with _as(url, tenant) as cursor:
        for row in cursor.execute(_RUNS, [tenant, limit]):
            ended = row["termination_reason"] or "going on"
            yield (
                f"{row['run_id']}  {row['began_at']:%Y-%m-%d %H:%M:%S}  {row['workflow']}  {ended}  "
                f"{row['steps']} steps  {_money(row['cost_micros'])}"
            )


def timeline(url: str, tenant: UUID, run_id: UUID) -> Iterator[str]:
    """One line for each call of a run, between how it began and how it ended."""
    with _as(url, tenant) as cursor:
        run = cursor.execute(
            "SELECT * FROM runs WHERE tenant_id = %s AND run_id = %s", [tenant, run_id]
        ).fetchone()
        if run is None:
            raise RunError(f"run {run_id}: not there for this tenant; look its id up with `autobiz runs`")
        yield f"{run['workflow']} for {run['principal']}, correlation {run['correlation_id']}"
        for row in cursor.execute(_TRACES, [tenant, run_id]).fetchall():
            why = f" by {row['guard']}" if row["guard"] else ""
            said = "" if row["attrs"] == "{}" else f"  {row['attrs']}"
            yield (
                f"{row['at']:%H:%M:%S.%f}  {row['seq']:>4}  {row['path'] or '-':<8}  "
                f"{row['tool'] or '-':<28}  "
                f"{row['outcome']}{why}  {row['took_us'] / 1000:.1f} ms{said}"
            )
        if file := _archived(cursor, "traces", run_id):
            yield f"its calls are in the archive, {file}"
        reason = run["termination_reason"] or "going on"
        yield (
            f"{reason}: {run['steps']} steps, {run['receipt_seq']} receipts, "
            f"state version {run['state_version']}, {run['tokens']} tokens, {_money(run['cost_micros'])}"
        )


def kept_versions(url: str, tenant: UUID, run_id: UUID) -> tuple[StateVersion, ...]:
    """Return all patches of a run's state."""
    with _as(url, tenant) as cursor:
        rows = cursor.execute(_VERSIONS, [tenant, run_id]).fetchall()
        if not rows and (file := _archived(cursor, "state_versions", run_id)):
            raise RunError(
                f"run {run_id}: its patches are in the archive, {file}, and cannot be replayed from the books"
            )
    return tuple(StateVersion(**(row | {"patch": row["patch"].encode()})) for row in rows)


def _archived(cursor: "psycopg.Cursor[dict[str, Any]]", parent: str, run_id: UUID) -> str | None:
    """Return the name of the file in which a run's rows of this table are, if its week was archived."""
    found = cursor.execute(_ARCHIVED, {"parent": parent, "run": run_id}).fetchone()
    return None if found is None else f"{found['partition']}.jsonl.gz"


def _money(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


@contextmanager
def _as(url: str, tenant: UUID) -> Iterator["psycopg.Cursor[dict[str, Any]]"]:
    with psycopg.connect(url) as connection, connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])
        yield cursor
