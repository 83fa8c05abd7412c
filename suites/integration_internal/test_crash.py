"""Workers that are killed with SIGKILL between claim, effect and receipt."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from autobiz_kernel import LEASE, Recovery
from autobiz_oracles import exactly_once, expect, insist, receipts_agree

from ..database import ReadReceipts
from ..waiting import patiently
from .provider import SCHEMA, requests_of

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "INV-05"),
    pytest.mark.test_id("P1-T11", "P1-T13", "P1-T-RK03"),
    pytest.mark.risk("RK03"),
]

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
WORKER = "suites.integration_internal.crash_worker"
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Starts worker processes on one act, at moments one lease apart."""

    database: str
    tenant: UUID
    recovery: Recovery = Recovery.PROVIDER_IDEMPOTENT

    def start(self, point: str, *, leases_later: int = 0) -> subprocess.Popen[str]:
        moment = BEGIN + leases_later * LEASE
        argv = [self.database, str(self.tenant), moment.isoformat(), point, self.recovery.value]
        return subprocess.Popen(
            [sys.executable, "-m", WORKER, *argv],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def kill_at(self, point: str, *, leases_later: int = 0) -> None:
        with self.start(point, leases_later=leases_later) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == f"at {point}\n"
            worker.kill()

    def finish(self, *, leases_later: int = 0) -> tuple[str, Any]:
        with self.start("never", leases_later=leases_later) as worker:
            output, _ = worker.communicate(timeout=PATIENCE_S)
        outcome, result = json.loads(output)
        return outcome, result


@pytest_asyncio.fixture(loop_scope="session")
async def provider(connection: AsyncConnection[Any]) -> AsyncConnection[Any]:
    await connection.execute(SCHEMA)
    return connection


@pytest.fixture
def workers(app_database: str, tenant: UUID, provider: AsyncConnection[Any]) -> Workers:
    return Workers(database=app_database, tenant=tenant)


@pytest.mark.adversarial(64)
@pytest.mark.parametrize(
    ("point", "outcome", "asked"),
    [("before_effect", "claimed", 1), ("after_effect", "claimed", 2), ("after_receipt", "replay", 1)],
)
async def test_an_heir_brings_a_repeatable_effect_to_its_end(
    workers: Workers,
    provider: AsyncConnection[Any],
    receipts_of: ReadReceipts,
    point: str,
    outcome: str,
    asked: int,
) -> None:
    """Wherever a worker is killed, the next one ends with one effect, one receipt and its result."""
    workers.kill_at(point)
    told, result = workers.finish(leases_later=1)

    requests = await requests_of(provider, workers.tenant)
    receipts = await receipts_of(workers.tenant)
    expect.value((told, len(requests))).equals((outcome, asked))
    expect.value(result).equals(receipts[0].result)
    insist(
        exactly_once(requests, method="POST", path="/refunds", header="Key"),
        receipts_agree(receipts, requests, header="Key"),
    )


async def test_a_chain_of_crashes_ends_with_one_effect(
    workers: Workers, provider: AsyncConnection[Any], receipts_of: ReadReceipts
) -> None:
    """Four workers in a row are killed before and after the effect; the fifth settles it once."""
    for number, point in enumerate(("before_effect", "after_effect", "before_effect", "after_effect")):
        workers.kill_at(point, leases_later=number)
    told, _ = workers.finish(leases_later=4)

    requests = await requests_of(provider, workers.tenant)
    expect.value((told, len(requests))).equals(("claimed", 3))
    insist(
        exactly_once(requests, method="POST", path="/refunds", header="Key"),
        receipts_agree(await receipts_of(workers.tenant), requests, header="Key"),
    )


@pytest.mark.adversarial(64)
@pytest.mark.negative
@pytest.mark.parametrize(("point", "asked"), [("before_effect", 0), ("after_effect", 1)])
async def test_an_unrepeatable_effect_stays_uncertain(
    app_database: str,
    tenant: UUID,
    provider: AsyncConnection[Any],
    receipts_of: ReadReceipts,
    point: str,
    asked: int,
) -> None:
    """Nobody repeats an effect that must not be repeated: after a crash it waits for somebody who knows."""
    workers = Workers(database=app_database, tenant=tenant, recovery=Recovery.UNREPEATABLE)
    workers.kill_at(point)
    for leases_later in (1, 5000):
        expect.value(workers.finish(leases_later=leases_later)).equals(("uncertain", None))
    expect.value(len(await requests_of(provider, tenant))).equals(asked)
    expect.value(await receipts_of(tenant)).equals(())


@pytest.mark.negative
async def test_while_the_lease_lasts_nobody_else_acts(
    workers: Workers, provider: AsyncConnection[Any], receipts_of: ReadReceipts
) -> None:
    """Until the dead worker's lease is over, others are told that the act is in flight."""
    workers.kill_at("after_effect")
    expect.value(workers.finish()).equals(("in_flight", None))
    expect.value(len(await requests_of(provider, workers.tenant))).equals(1)
    expect.value(await receipts_of(workers.tenant)).equals(())


@pytest.mark.adversarial(64)
async def test_a_kill_during_the_commit_leaves_one_truth(
    workers: Workers, database: str, provider: AsyncConnection[Any], receipts_of: ReadReceipts
) -> None:
    """Killed while its receipt is being written, a worker has either settled or not, and never half."""
    with workers.start("after_effect") as worker:
        assert worker.stdout is not None
        assert worker.stdin is not None
        expect.value(worker.stdout.readline()).equals("at after_effect\n")
        with psycopg.connect(database) as obstacle:
            obstacle.execute("SELECT 1 FROM idempotency WHERE tenant_id = %s FOR UPDATE", [workers.tenant])
            worker.stdin.close()  # the worker goes on, and its settling statement waits for the row
            await _somebody_waits_for(provider, obstacle.info.backend_pid)
            worker.kill()
            worker.wait()
    told, _ = workers.finish(leases_later=1)

    requests = await requests_of(provider, workers.tenant)
    expect.value({"claimed", "replay"}).contains(told)
    insist(
        exactly_once(requests, method="POST", path="/refunds", header="Key"),
        receipts_agree(await receipts_of(workers.tenant), requests, header="Key"),
    )


async def _somebody_waits_for(connection: AsyncConnection[Any], backend: int) -> None:
    blocked = "SELECT 1 FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"
    for _ in patiently(f"a statement waits for backend {backend}"):
        cursor = await connection.execute(blocked, [backend])
        if await cursor.fetchone():
            return
