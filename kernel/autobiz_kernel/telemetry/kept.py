"""Read the runs that have ended, with their calls, as one tenant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row

_RUNS = """
SELECT run_id, workflow, correlation_id, principal, termination_reason, steps, tokens, cost_micros, began_at,
       updated_at AS ended_at
FROM runs
WHERE tenant_id = %s AND termination_reason IS NOT NULL AND updated_at >= %s AND updated_at < %s
ORDER BY updated_at, run_id
"""
_CALLS = """
SELECT seq, path, tool, guard, outcome, tokens, cost_micros, took_us, at FROM traces
WHERE tenant_id = %s AND run_id = %s AND tool <> '' ORDER BY seq
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """A run that is over."""

    run_id: UUID
    workflow: str
    correlation_id: str
    principal: str
    termination_reason: str
    steps: int
    tokens: int
    cost_micros: int
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCall:
    """A call as its trace tells it: never its arguments, never its result."""

    seq: int
    path: str
    tool: str
    guard: str
    outcome: str
    tokens: int
    cost_micros: int
    took_us: int
    at: datetime


def ended_runs(
    url: str, tenant: UUID, *, since: datetime, until: datetime
) -> Iterator[tuple[KeptRun, tuple[KeptCall, ...]]]:
    """Yield each run that ended in this time, the earliest first."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SELECT set_config('autobiz.tenant', %s, true)", [str(tenant)])
        with connection.cursor(row_factory=class_row(KeptRun)) as cursor:
            runs = cursor.execute(_RUNS, [tenant, since, until]).fetchall()
        with connection.cursor(row_factory=class_row(KeptCall)) as cursor:
            for run in runs:
                yield run, tuple(cursor.execute(_CALLS, [tenant, run.run_id]).fetchall())
