"""What a dead worker had begun and never settled is paid for by its run, once, whoever goes on."""

import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from msgspec import structs

from autobiz_harness.adapters import kept_run
from autobiz_kernel import (
    LEASE,
    UNSETTLED,
    EffectClass,
    ErrorCode,
    Ledger,
    RunRecord,
    SettleKind,
    SettleOutcome,
    Spent,
    TerminationReason,
)
from autobiz_oracles import PlainRun, expect

from ..inner_pytest import ending_of
from ..ledgers_alike import BEGIN, a_run, asked, heir_in_time, settlement

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R03", "INV-03"),
    pytest.mark.test_id("P1-T05", "P1-T07"),
    pytest.mark.adversarial(50),
    pytest.mark.negative,
]

KEYS = [bytes([number]) * 32 for number in range(1, 7)]
SETTLED = Spent(steps=1, tool_calls=1, tokens=2, cost_micros=3)
ROOT = Path(__file__).parents[2]
LIMIT_S = 60


async def taken(books: Ledger, run: RunRecord) -> RunRecord:
    """The run in the hands of somebody new."""
    made = await books.take_run(run.tenant, run.run_id, now=BEGIN + LEASE)
    assert made is not None
    return made


async def test_what_was_begun_and_not_settled_is_charged_once(books: Ledger, run: RunRecord) -> None:
    """Of six claims the four that were settled have paid; each other costs a step, a call and its price."""
    answers = [await books.claim(structs.replace(asked(run, key=key), cost_micros=7)) for key in KEYS]
    kinds = (SettleKind.DONE, SettleKind.REFUSED, SettleKind.DOUBT, SettleKind.RELEASED)
    for key, answer, kind in zip(KEYS, answers, kinds, strict=False):
        await books.settle(settlement(run, kind, epoch=answer.epoch, key=key))
    for _ in range(2):
        told = await taken(books, run)
        expect.value(told.spent).equals(Spent(steps=6, tool_calls=6, tokens=8, cost_micros=26))
        expect.value(told.trace_seq).equals(5)
    traces = await books.traces_of(run.tenant, run.run_id)
    last = traces[-1]
    expect.value((last.outcome, last.attrs, last.cost_micros, last.epoch)).equals(
        (UNSETTLED, b'{"calls":2}', 14, 2)
    )
    expect.value([row.cost_micros for row in traces[:-1]]).equals([3] * 4)


async def test_each_death_over_one_act_is_charged(books: Ledger, run: RunRecord) -> None:
    """Three workers that die one after the other with one act cost three steps, and the fourth its own."""
    for number in range(1, 4):
        await books.claim(heir_in_time(asked(run, now=BEGIN + number * LEASE)))
        run = await taken(books, run)
        expect.value(run.spent.steps).equals(number)
    answer = await books.claim(heir_in_time(asked(run, now=BEGIN + 4 * LEASE)))
    await books.settle(settlement(run, SettleKind.DONE, epoch=answer.epoch))
    expect.value((await taken(books, run)).spent).equals(SETTLED.plus(steps=3, tool_calls=3))


async def test_a_late_settlement_is_not_paid_for_twice(books: Ledger, run: RunRecord) -> None:
    """Who settles too late has paid with that; only the other holder, who died, is charged by the heir."""
    first = await books.claim(asked(run))
    await books.claim(heir_in_time(asked(run, now=BEGIN + LEASE)))
    late = await books.settle(settlement(run, SettleKind.DONE, epoch=first.epoch))
    expect.value(late.outcome).equals(SettleOutcome.LEASE_LOST)
    expect.value((await taken(books, run)).spent).equals(SETTLED.plus(steps=1, tool_calls=1))


async def test_an_act_that_passes_to_another_run_takes_its_bill_along(books: Ledger, tenant: UUID) -> None:
    """What one run began and another took over is on the account of the other, and of nobody twice."""
    first, second = a_run(tenant), a_run(tenant, 1)
    for run in (first, second):
        await books.begin(run)
    await books.claim(asked(first))
    await books.claim(heir_in_time(asked(second, now=BEGIN + LEASE)))
    expect.value((await taken(books, first)).spent.steps).equals(0)
    expect.value((await taken(books, second)).spent.steps).equals(2)


@pytest.mark.parametrize("kind", [EffectClass.WRITE, EffectClass.READ])
async def test_a_worker_that_dies_again_and_again_reaches_the_bound(
    kind: EffectClass, app_database: str, database: str, tenant: UUID
) -> None:
    """Killed in each effect, or in each look that costs something, a run of three steps has three workers."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "suites.integration_internal.doomed_worker",
            app_database,
            str(tenant),
            "3",
            kind,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    expect.program(ending_of(done)).ended(0)
    expect.value(json.loads(done.stdout)).equals(
        {"kills": 3, "outcome": ErrorCode.BOUND_STEPS, "ended": TerminationReason.MAX_STEPS, "steps": 4}
    )
    kept = kept_run(database, tenant, UUID(int=1))
    expect.value(kept.run["cost_micros"]).equals(21)
    expect.value([row["outcome"] for row in kept.rows]).equals([UNSETTLED] * 3 + [ErrorCode.BOUND_STEPS])
    used = {"steps": int(str(kept.run["tool_calls"])) - 1}
    reason = str(kept.run["termination_reason"])
    expect.bounds(PlainRun(termination_reason=reason, used=used, bounds={"steps": 3})).respected().ended_by(
        TerminationReason.MAX_STEPS
    )
