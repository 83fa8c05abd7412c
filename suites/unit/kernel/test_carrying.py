"""What a call leaves may ride with the next claim of its run; nothing begins on what is not kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autobiz_kernel import (
    ClaimAsk,
    ClaimOutcome,
    EffectClass,
    ErrorCode,
    MemoryLedger,
    NotDoneError,
    Principal,
    Refused,
    RunError,
    Settlement,
    TerminationReason,
    TraceRow,
)
from autobiz_kernel.ledger import Ridden

from ...calling import AGENT
from ...tools import contract
from .governed import TENANT, Desk, raw, refund

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "INV-05"),
    pytest.mark.test_id("P1-T11", "P1-T13"),
]


class Watched(MemoryLedger):
    """Books that remember what was asked of them, and can be away."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.is_away = False

    async def claim(self, ask: ClaimAsk) -> Any:
        self.asked.append("claim")
        return await super().claim(ask)

    async def settle(self, settlement: Settlement) -> Any:
        self.asked.append(f"settle {settlement.kind.value}")
        return await super().settle(settlement)

    async def ride(self, settlements: Sequence[Settlement], ask: ClaimAsk | None) -> Ridden:
        self.asked.append(f"ride {len(settlements)}{'' if ask is None else ' + claim'}")
        await asyncio.sleep(0)
        if self.is_away:
            raise ConnectionError("the books are away")
        at = len(self.asked)
        told = await super().ride(settlements, ask)
        # How these books do it is no question of ours.
        del self.asked[at:]
        return told


@pytest.fixture
def desk() -> Desk:
    return Desk(ledger=Watched())


def asked_of(desk: Desk) -> list[str]:
    assert isinstance(desk.ledger, Watched)
    return desk.ledger.asked


async def receipts(desk: Desk) -> int:
    return len(await desk.ledger.receipts_of(TENANT, desk.runs[-1].run_id))


async def test_a_step_is_written_with_the_claim_of_the_next(desk: Desk) -> None:
    """Three effects in a row are four commits, and each is kept before the next one begins."""
    kernel, run = desk.kernel(), await desk.run()
    kept = []

    async def execute(arguments: Any, key: str) -> Any:
        kept.append(await receipts(desk))
        return await Desk.execute(desk, arguments, key)

    tool = replace(desk.tool, execute=execute)
    kernel = replace(kernel, tools=dict.fromkeys(kernel.tools, tool))
    async with kernel.carrying(run):
        for number in range(3):
            assert (await kernel.call(run, raw(arguments=refund(number)))).outcome is ClaimOutcome.CLAIMED
    assert asked_of(desk) == ["claim", "ride 1 + claim", "ride 1 + claim", "ride 1"]
    assert kept == [0, 1, 2]
    assert await receipts(desk) == 3


async def test_who_does_not_carry_has_a_reply_that_is_kept(desk: Desk) -> None:
    """Without the block, and after it, a reply is given once its receipt is in the books."""
    kernel, run = desk.kernel(), await desk.run()
    async with kernel.carrying(run):
        pass
    await kernel.call(run, raw(arguments=refund(1)))
    assert asked_of(desk) == ["claim", "settle done"]


async def test_an_end_takes_along_what_was_carried(desk: Desk) -> None:
    """A run that is ended is ended with its last step, in one commit."""
    kernel, run = desk.kernel(), await desk.run()
    async with kernel.carrying(run):
        await kernel.call(run, raw(arguments=refund(1)))
        await kernel.end(run, TerminationReason.COMPLETED)
    assert asked_of(desk) == ["claim", "ride 2"]
    record = await desk.ledger.load_run(TENANT, run.run_id)
    assert record is not None
    assert (record.termination_reason, record.receipt_seq) == (TerminationReason.COMPLETED, 1)


@pytest.mark.negative
async def test_a_doubt_is_written_down_at_once() -> None:
    """What nobody knows is not carried: other workers and people see it before anything else happens."""
    desk = Desk(ledger=Watched(), answers=ConnectionError("lost"))
    kernel, run = desk.kernel(), await desk.run()
    async with kernel.carrying(run):
        with pytest.raises(ConnectionError):
            await kernel.call(run, raw(arguments=refund(1)))
        assert asked_of(desk) == ["claim", "settle doubt"]


async def test_a_look_that_takes_time_finds_the_books_written() -> None:
    """An effect is in the books before a tool is run that looks outside, and not only after it has looked."""
    desk = Desk(ledger=Watched())
    kernel, run = desk.kernel(), await desk.run()
    reads = Desk(made=contract(effect_class=EffectClass.READ), ledger=desk.ledger)
    seen = []

    async def execute(_arguments: Any, _key: str) -> Any:
        seen.append(await receipts(desk))
        return {"id": "re_1"}

    reading = reads.kernel()
    tool = replace(reads.tool, execute=execute)
    reading = replace(reading, tools=dict.fromkeys(reading.tools, tool))
    async with kernel.carrying(run):
        await kernel.call(run, raw(arguments=refund(1)))
        run.record = replace(run.record, config_hash=reading.policy.config_hash)
        await reading.call(run, raw(arguments=refund(2)))
    assert seen == [1]


async def test_branches_do_not_carry(desk: Desk) -> None:
    """Calls of one run that are under way at once settle each for itself; the books hold all of them."""
    kernel, run = desk.kernel(), await desk.run()
    async with kernel.carrying(run):
        await asyncio.gather(
            *(
                kernel.call(run, raw(arguments=refund(number)), patch_of=lambda _: {"by": "one"})
                for number in range(4)
            )
        )
    assert await receipts(desk) == 4
    record = await desk.ledger.load_run(TENANT, run.run_id)
    assert record is not None
    assert record.state_version == run.state_version == 4


@pytest.mark.negative
async def test_nothing_begins_once_another_has_the_run(desk: Desk) -> None:
    """Where what was carried is not taken nothing further happens, and the block ends with an error."""
    kernel, run = desk.kernel(), await desk.run()

    async def overtaken() -> None:
        async with kernel.carrying(run):
            await kernel.call(run, raw(arguments=refund(1)))
            await desk.ledger.take_run(TENANT, run.run_id, now=desk.clock.now())

    with pytest.raises(RunError, match="another worker has it"):
        await overtaken()
    assert not run.is_mine
    assert (await kernel.call(run, raw(arguments=refund(2)))).outcome is ErrorCode.FENCED
    assert len(desk.seen) == 1


@pytest.mark.negative
async def test_a_claim_behind_a_lost_step_is_not_granted(desk: Desk) -> None:
    """A call after a step that another worker made void is fenced before its tool is run."""
    kernel, run = desk.kernel(), await desk.run()
    async with kernel.carrying(run):
        await kernel.call(run, raw(arguments=refund(1)))
        await desk.ledger.take_run(TENANT, run.run_id, now=desk.clock.now())
        reply = await kernel.call(run, raw(arguments=refund(2)))
        again = await kernel.call(run, raw(arguments=refund(3)))
    assert (reply.outcome, again.outcome) == (ErrorCode.FENCED, ErrorCode.FENCED)
    assert len(desk.seen) == 1


@pytest.mark.negative
async def test_who_does_not_know_whether_it_was_written_stops(desk: Desk) -> None:
    """Books that do not answer leave the run to the next worker, who repeats the step under its key."""
    kernel, run = desk.kernel(), await desk.run()
    assert isinstance(desk.ledger, Watched)
    async with kernel.carrying(run):
        await kernel.call(run, raw(arguments=refund(1)))
        desk.ledger.is_away = True
        with pytest.raises(ConnectionError):
            await kernel.call(run, raw(arguments=refund(2)))
        assert (await kernel.call(run, raw(arguments=refund(2)))).outcome is ErrorCode.FENCED
    desk.ledger.is_away = False
    desk.clock.advance(kernel.lease * 2)
    principal = Principal(name=AGENT, tenant=TENANT)
    heir = await kernel.resume(tenant=TENANT, run_id=run.run_id, principal=principal)
    assert (await kernel.call(heir, raw(arguments=refund(1)))).outcome is ClaimOutcome.CLAIMED
    assert [key for _, key in desk.seen] == [desk.seen[0][1]] * 2


async def test_an_error_in_the_block_loses_nothing(desk: Desk) -> None:
    """What was done before somebody's own error is in the books, and the error is theirs."""
    kernel, run = desk.kernel(), await desk.run()

    async def erring() -> None:
        async with kernel.carrying(run):
            await kernel.call(run, raw(arguments=refund(1)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await erring()
    assert await receipts(desk) == 1


async def test_watchers_hear_of_a_step_when_it_is_written(desk: Desk) -> None:
    """A carried step is counted once, and not before it is in the books."""
    heard: list[str] = []
    kernel = replace(desk.kernel(), on_settled=lambda settled: heard.append(settled.settlement.kind.value))
    run = await desk.run()
    async with kernel.carrying(run):
        await kernel.call(run, raw(arguments=refund(1)))
        assert heard == []
    assert heard == ["done"]


def told_of(row: TraceRow) -> tuple[Any, ...]:
    return (row.path, row.outcome, row.guard, row.command, row.attrs, row.result, row.step)


acts = st.lists(
    st.tuples(st.sampled_from(["done", "refused", "nothing", "doubt", "denied"]), st.integers(1, 3))
)


@settings(max_examples=60, deadline=None)
@given(acts=acts, breaks=st.sets(st.integers(0, 8)))
async def test_the_books_are_the_same_in_the_end(acts: list[tuple[str, int]], breaks: set[int]) -> None:
    """Over drawn calls, with repeats and failures, carrying leaves the books that not carrying leaves."""

    async def played(*, carries: bool) -> Any:
        desk = Desk()
        kernel, run = desk.kernel(), None
        principal = Principal(name=AGENT, tenant=TENANT)
        run = await kernel.begin(
            tenant=TENANT, principal=principal, workflow="WF03", prefix="tenant-a", run_id=UUID(int=7)
        )
        replies: list[Any] = []
        for at, (kind, number) in enumerate(acts):
            run.unwritten.is_open = carries and at not in breaks
            answers: dict[str, Any] = {
                "refused": Refused(result={"code": "no"}),
                "nothing": NotDoneError("not begun"),
                "doubt": ConnectionError("lost"),
            }
            desk.answers = answers.get(kind, {"id": f"re_{at}"})
            arguments = {"unknown": 1} if kind == "denied" else refund(number)
            try:
                reply = await kernel.call(
                    run, raw(arguments=arguments), patch_of=lambda result: {"last": result["id"]}
                )
                replies.append((reply.outcome, reply.result))
            except (ConnectionError, NotDoneError, KeyError) as error:
                replies.append((type(error).__name__, None))
        await kernel.end(run, TerminationReason.COMPLETED)
        async with kernel.carrying(run):
            pass  # what came after the end is written as well
        record = await desk.ledger.load_run(TENANT, run.run_id)
        traces = [told_of(row) for row in await desk.ledger.traces_of(TENANT, run.run_id)]
        versions = await desk.ledger.versions_of(TENANT, run.run_id)
        return replies, record, traces, versions, [key for _, key in desk.seen]

    assert await played(carries=True) == await played(carries=False)
