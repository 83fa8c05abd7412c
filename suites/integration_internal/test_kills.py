"""Exactly once, while competing workers die at any point."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncConnection

from autobiz_kernel import verify_tenant
from autobiz_oracles import expect

from ..inner_pytest import ending_of
from .provider import SCHEMA

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "INV-05"),
    pytest.mark.test_id("P1-T11", "P1-T13", "P1-T-RK03"),
    pytest.mark.risk("RK03"),
    pytest.mark.negative,
]

ROOT = Path(__file__).parents[2]
RUNS, STEPS, KILLS, SEED = 6, 40, 24, 7
LIMIT_S = 120


async def test_receipts_are_effects_are_steps(
    app_database: str, connection: AsyncConnection[Any], tenant: UUID
) -> None:
    """Two dozen kills of competing workers leave one effect and one receipt a step, in whole chains."""
    await connection.execute(SCHEMA)
    argv = [app_database, str(tenant), *map(str, (RUNS, STEPS, KILLS, SEED))]
    done = subprocess.run(
        [sys.executable, "-m", "suites.integration_internal.kill_worker", *argv],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    expect.program(ending_of(done)).ended(0)
    told = json.loads(done.stdout)
    expect.value(told["kills"]).at_least(KILLS)
    expect.state({}, told).became("/finished", True)
    cursor = await connection.execute(
        """SELECT (SELECT count(*) FROM receipts WHERE tenant_id = %(tenant)s),
                  (SELECT count(DISTINCT key) FROM receipts WHERE tenant_id = %(tenant)s),
                  (SELECT count(DISTINCT key) FROM provider_requests WHERE tenant_id = %(tenant)s),
                  (SELECT count(DISTINCT body) FROM provider_requests WHERE tenant_id = %(tenant)s),
                  (SELECT count(*) FROM receipts r WHERE tenant_id = %(tenant)s
                   AND NOT EXISTS (SELECT FROM provider_requests p WHERE p.key = r.external_key))""",
        {"tenant": tenant},
    )
    every = RUNS * STEPS
    expect.value(await cursor.fetchone()).equals((every, every, every, every, 0))
    # Each claim that was granted is in the account of its run or waits to be, whoever died with it.
    cursor = await connection.execute(
        """SELECT r.steps + sum(i.begun) - sum(i.epoch) - (
                      SELECT count(*) FROM traces t WHERE (t.tenant_id, t.run_id) = (r.tenant_id, r.run_id)
                      AND t.tool <> '' AND t.outcome <> 'claimed')
           FROM runs r JOIN idempotency i USING (tenant_id, run_id) WHERE tenant_id = %s
           GROUP BY r.tenant_id, r.run_id""",
        [tenant],
    )
    expect.value([int(each) for (each,) in await cursor.fetchall()]).equals([0] * RUNS)
    found = verify_tenant(app_database, tenant)
    expect.value((found.rows, found.flaws)).equals((every, ()))
