"""Running a workflow again on its record: no tool, no effect, the same state."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from autobiz_kernel import (
    BoundsConfig,
    EffectClass,
    ErrorCode,
    Kernel,
    Refused,
    ReplayError,
    Reply,
    Run,
    RunError,
    replay,
)

from ...tools import contract
from .governed import PREFIX, TENANT, Desk, raw, refund

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R08", "INV-06"),
    pytest.mark.test_id("P1-T15"),
]
Call = Callable[..., Awaitable[Reply]]


async def three_refunds(call: Call) -> None:
    """Refund twice, be refused once for another reason, and go by what came back."""
    first = await call(raw(path="1", arguments=refund(1)), patch_of=lambda result: {"one": result["id"]})
    assert first.result is not None
    await call(raw(path="2", arguments=refund(2, note=first.result["id"])), patch_of=lambda _: {"two": 2})
    denied = await call(raw(path="3", arguments={"junk": 1}))
    assert denied.outcome is ErrorCode.SCHEMA_INVALID


def in_run(kernel: Kernel, run: Run) -> Call:
    async def call(asked: Any, **more: Any) -> Reply:
        return await kernel.call(run, asked, **more)

    return call


@pytest_asyncio.fixture
async def desk() -> Desk:
    """A desk at which the three refunds have happened."""
    desk = Desk()
    kernel, run = desk.kernel(), await desk.run()
    await three_refunds(in_run(kernel, run))
    desk.answers = AssertionError("a replay runs no tool")
    return desk


async def again(desk: Desk, workflow: Any) -> Any:
    run = desk.runs[-1]
    return await replay(
        desk.ledger,
        desk.law(),
        workflow,
        tenant=TENANT,
        run_id=run.run_id,
        principal=run.principal,
        prefix=PREFIX,
    )


@pytest.mark.adversarial(78)
async def test_a_replay_has_no_effect_and_the_same_state(desk: Desk) -> None:
    """The same workflow on its record reaches the same state and use, and touches no tool and no book."""
    before = await desk.ledger.load_run(TENANT, desk.runs[-1].run_id)
    assert before is not None
    told = await again(desk, three_refunds)
    assert (told.calls, told.is_same, told.spent) == (3, True, before.spent)
    assert len(desk.seen) == 2
    assert await desk.ledger.load_run(TENANT, desk.runs[-1].run_id) == before


@pytest.mark.adversarial(80)
@pytest.mark.negative
async def test_a_changed_workflow_is_not_taken_for_the_old_one(desk: Desk) -> None:
    """A step that is new, gone, renamed, moved or otherwise asked for is named with its path."""

    async def gained(call: Call) -> None:
        await three_refunds(call)
        await call(raw(path="4", arguments=refund(4)))

    async def lost(call: Call) -> None:
        await call(raw(path="1", arguments=refund(1)), patch_of=lambda result: {"one": result["id"]})

    async def renamed(call: Call) -> None:
        await call(raw(path="1", operation="void", arguments=refund(1)))

    async def moved(call: Call) -> None:
        await call(raw(path="2", arguments=refund(1)))

    async def other(call: Call) -> None:
        await call(raw(path="1", arguments=refund(7)))

    for workflow, words in (
        (gained, "path 4: .*gained"),
        (lost, "path 2: .*lost"),
        (renamed, r"path 1: provider\.refund@1 was asked for here"),
        (moved, "path 2: .*other arguments"),
        (other, "path 1: .*other arguments"),
    ):
        with pytest.raises(ReplayError, match=words):
            await again(desk, workflow)


@pytest.mark.negative
async def test_another_patch_leads_to_another_state(desk: Desk) -> None:
    """A workflow that asks for the same and keeps something else is found out by its state."""

    async def careless(call: Call) -> None:
        first = await call(raw(path="1", arguments=refund(1)), patch_of=lambda _: {"one": "else"})
        assert first.result is not None
        await call(raw(path="2", arguments=refund(2, note=first.result["id"])), patch_of=lambda _: {"two": 2})
        await call(raw(path="3", arguments={"junk": 1}))

    assert not (await again(desk, careless)).is_same


async def test_readings_and_refusals_come_from_the_record() -> None:
    """What a reading tool saw and what a provider refused is told again as it was told then."""
    for answers, made in (
        ({"id": "seen"}, contract(effect_class=EffectClass.READ)),
        (Refused(result={"why": "declined"}), contract()),
    ):
        desk = Desk(made=made, answers=answers)
        told: list[Reply] = []

        async def workflow(call: Call, told: list[Reply] = told) -> None:
            told.append(await call(raw(path="1", arguments=refund())))

        await workflow(in_run(desk.kernel(), await desk.run()))
        desk.answers = AssertionError("a replay runs no tool")
        await again(desk, workflow)
        assert (told[0].outcome, told[0].result) == (told[1].outcome, told[1].result)


@pytest.mark.negative
async def test_a_replay_needs_its_run_and_its_law(desk: Desk) -> None:
    """No record and another configuration are said in words."""
    run = desk.runs[-1]
    with pytest.raises(RunError, match="not there"):
        await replay(
            desk.ledger, desk.law(), three_refunds, tenant=TENANT, run_id=TENANT, principal=run.principal
        )
    desk.bounds = BoundsConfig()
    other = desk.kernel(config_hash=b"\1" * 32).policy
    with pytest.raises(RunError, match="another configuration"):
        await replay(
            desk.ledger, other, three_refunds, tenant=TENANT, run_id=run.run_id, principal=run.principal
        )


@pytest.mark.requirement("P1-R04")
@pytest.mark.test_id("P1-T08")
async def test_branches_that_overtook_each_other_are_judged_as_they_were() -> None:
    """Which call closed a circle depends on who asked first then, and not on who does in a replay."""
    desk, slow = Desk(), asyncio.Event()

    async def execute(arguments: Any, key: str) -> Any:
        if arguments["refund_id"] == "r-1":
            await slow.wait()
        return {"id": "re_1"}

    async def branches(call: Call) -> None:
        async def late() -> None:
            await call(raw(path="late/1", arguments=refund(1)))
            await call(raw(path="late/2", arguments=refund(2)))

        async def quick() -> None:
            for number in range(3):
                await call(raw(path=f"quick/{number}", arguments=refund(2)))
            slow.set()

        await asyncio.gather(late(), quick())

    run = await desk.run()
    kernel = desk.kernel()
    (where,) = kernel.tools
    waiting = replace(kernel, tools={where: replace(desk.tool, execute=execute)})
    await branches(in_run(waiting, run))
    told = {row.path: row.outcome for row in await desk.traces()}
    assert (told["late/2"], told["quick/2"]) == (ErrorCode.LOOP_DETECTED, "replay")
    assert (await again(desk, branches)).calls == 5
