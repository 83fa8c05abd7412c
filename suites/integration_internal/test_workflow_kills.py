"""Workflows while their worker dies: at every persistence point, and in the middle of a race."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection

from autobiz_oracles import PlainCrash, expect

from .provider import SCHEMA

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R07", "P1-R08", "P1-R09", "INV-05", "INV-06"),
    pytest.mark.test_id("P1-T-RK03", "P1-T-RK04"),
    pytest.mark.risk("RK03", "RK04"),
    pytest.mark.negative,
]

ROOT = Path(__file__).parents[2]
LIMIT_S = 240


async def told_by(connection: AsyncConnection[Any], module: str, *values: str) -> dict[str, Any]:
    """What one of the scripts beside this test says."""
    await connection.execute(SCHEMA)
    done = subprocess.run(
        [sys.executable, "-m", f"suites.integration_internal.{module}", *values],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.adversarial(81)
async def test_a_death_at_any_point_changes_nothing(
    app_database: str, connection: AsyncConnection[Any]
) -> None:
    """Killed before or after each point, a worker is followed by another, and the world is the same."""
    told = await told_by(connection, "workflow_kills", app_database, "1")
    expect.value(told["kills"]).equals(2 * told["points"])
    assert {"ledger.claim", "ledger.settle", "queue.suspend", "approvals.ask", "events.mark"} <= told[
        "passed"
    ].keys()
    expect.complaints(told["wrong"], about=sorted(told["passed"])).none()
    effects = told["left"]["effects"]
    expect.durability(
        PlainCrash(attempted=effects, acknowledged=effects, found=effects[: told["left"]["keys"]])
    ).nothing_lost()


async def test_racing_workers_execute_each_run_once(
    app_database: str, connection: AsyncConnection[Any]
) -> None:
    """Four processes on the same runs: each step is done once, by one of them, and no run is left or lost."""
    told = await told_by(connection, "workflow_race", app_database, "60", "4")
    expect.complaints(told["wrong"], about=told["effects"]).none()
    expect.value(told["ended"]).equals({"COMPLETED": 60})
