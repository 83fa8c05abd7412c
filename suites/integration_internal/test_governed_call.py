"""One governed call on a real PostgreSQL: what a tool sees, a caller learns, and a crash leaves."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from autobiz_kernel import LEASE, ClaimOutcome, ErrorCode, Execute, Json, Ledger, Reply
from autobiz_mocks import VirtualClock
from autobiz_oracles import expect

from ..calling import governed_call
from ..database import Connect, ReadReceipts
from ..tools import contract, tool

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "INV-05"),
]

ARGUMENTS: dict[str, Any] = {"refund_id": "r-1", "amount": 1200, "lines": [{"sku": "a", "units": 2.5}]}


@pytest.fixture
def call(ledger: Ledger, clock: VirtualClock, tenant: UUID) -> "Call":
    return Call(ledger, clock, tenant)


class Call:
    """Calls one tool of one tenant."""

    def __init__(self, ledger: Ledger, clock: VirtualClock, tenant: UUID) -> None:
        self._ledger, self._clock, self._tenant = ledger, clock, tenant

    async def __call__(self, execute: Execute, arguments: Json | None = None) -> Reply:
        return await governed_call(
            ledger=self._ledger,
            clock=self._clock,
            tool=tool(execute),
            tenant=self._tenant,
            arguments=ARGUMENTS if arguments is None else arguments,
        )


async def answer(arguments: Json, external_key: str) -> Json:
    return {"id": external_key, "pair": [1, 2]}


@pytest.mark.test_id("P1-T01")
async def test_arguments_reach_the_tool_unchanged(call: Call) -> None:
    """The tool gets the caller's arguments, types and all, and the key that the caller is told."""
    seen: list[tuple[Json, str]] = []

    async def execute(arguments: Json, external_key: str) -> Json:
        seen.append((arguments, external_key))
        return {}

    reply = await call(execute)
    expect.value(seen).equals([(ARGUMENTS, reply.external_key)])
    expect.value(type(seen[0][0]["lines"]).__name__).equals("list")


@pytest.mark.test_id("P1-T11")
async def test_the_claim_is_committed_before_the_effect(
    call: Call, connect: Connect, clock: VirtualClock, tenant: UUID
) -> None:
    """While the tool runs, any other connection sees the claim."""
    stranger = await connect()
    outcomes: list[ClaimOutcome | ErrorCode] = []

    async def execute(arguments: Json, external_key: str) -> Json:
        outcomes.append((await Call(stranger, clock, tenant)(answer)).outcome)
        return {}

    expect.value((await call(execute)).outcome).equals(ClaimOutcome.CLAIMED)
    expect.value(outcomes).equals([ClaimOutcome.IN_FLIGHT])


@pytest.mark.test_id("P1-T11")
async def test_first_and_later_results_are_of_one_form(call: Call) -> None:
    """Who caused the effect and who is told of it later get the same value, of the same types."""

    async def execute(arguments: Json, external_key: str) -> Json:
        return {"pair": (1, 2), "whole": 3.0, "text": "\0\u20ac"}

    first, second = await call(execute), await call(execute)
    expect.value([first.outcome, second.outcome]).equals([ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY])
    expect.value(repr(first.result)).equals(repr(second.result))


@pytest.mark.adversarial(18)
@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_a_tool_cannot_rewrite_the_receipt(call: Call, tenant: UUID, receipts_of: ReadReceipts) -> None:
    """A tool that changes its arguments changes its own copy: the receipt says what was asked."""
    mine: dict[str, Any] = {"refund_id": "r-1", "amount": 1200, "lines": [{"sku": "a"}]}

    async def execute(arguments: Any, external_key: str) -> Json:
        arguments["amount"] = 1
        arguments["lines"][0]["sku"] = "b"
        return {}

    await call(execute, mine)
    expect.value(mine).equals({"refund_id": "r-1", "amount": 1200, "lines": [{"sku": "a"}]})
    expect.value([receipt.arguments for receipt in await receipts_of(tenant)]).equals([mine])


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_a_caller_cannot_rewrite_the_receipt(
    call: Call, tenant: UUID, receipts_of: ReadReceipts
) -> None:
    """A caller who changes the arguments while the tool runs changes neither call nor receipt."""
    theirs: dict[str, Any] = {"refund_id": "r-1", "amount": 1200}

    async def execute(arguments: Json, external_key: str) -> Json:
        theirs["amount"] = 9
        return {"amount": arguments["amount"]}

    reply = await call(execute, theirs)
    expect.value(reply.result).equals({"amount": 1200})
    expect.value([receipt.arguments["amount"] for receipt in await receipts_of(tenant)]).equals([1200])


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_what_a_tool_raises_passes_through(call: Call) -> None:
    """An error of the tool reaches the caller with a note, and its act is in doubt from that moment on."""
    error = RuntimeError("boom")

    async def execute(arguments: Json, external_key: str) -> Json:
        raise error

    with expect.refusal(RuntimeError) as caught:
        await call(execute)
    expect.value(id(caught.value)).equals(id(error))
    expect.value("\n".join(error.__notes__)).contains("its effect may have happened")
    expect.value((await call(answer)).outcome).equals(ClaimOutcome.CLAIMED)


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_a_cancelled_call_waits_for_the_end_of_its_lease(call: Call, clock: VirtualClock) -> None:
    """Whoever is cancelled writes nothing more, and the act stays claimed until the lease ends."""

    async def execute(arguments: Json, external_key: str) -> Json:
        raise asyncio.CancelledError

    with expect.refusal(asyncio.CancelledError):
        await call(execute)
    waiting = await call(answer)
    expect.value((waiting.outcome, waiting.retry_at)).equals((ClaimOutcome.IN_FLIGHT, clock.now() + LEASE))
    clock.advance(LEASE)
    expect.value((await call(answer)).outcome).equals(ClaimOutcome.CLAIMED)


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_a_result_without_a_form_leaves_a_receipt_without_it(
    call: Call, tenant: UUID, receipts_of: ReadReceipts
) -> None:
    """A result that cannot be written down ends in OUTPUT_INVALID; that the effect happened is kept."""

    async def execute(arguments: Json, external_key: str) -> Json:
        return {"amount": float("nan")}

    reply = await call(execute)
    expect.value((reply.outcome, reply.result)).equals((ErrorCode.OUTPUT_INVALID, None))
    expect.value(reply.reason).contains("result.amount: nan")
    expect.value([receipt.result for receipt in await receipts_of(tenant)]).equals([{}])
    expect.value((await call(answer)).outcome).equals(ClaimOutcome.REPLAY)


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_one_act_asked_for_differently_is_refused(call: Call) -> None:
    """The same identity with anything else changed is a MISMATCH; another identity is another act."""
    await call(answer)
    refused = await call(answer, {**ARGUMENTS, "amount": 1201})
    expect.value((refused.outcome, refused.result)).equals((ClaimOutcome.MISMATCH, None))
    expect.value((await call(answer, {**ARGUMENTS, "refund_id": "r-2"})).outcome).equals(ClaimOutcome.CLAIMED)


@pytest.mark.test_id("P1-T12")
async def test_after_the_window_the_tool_runs_again(call: Call, clock: VirtualClock) -> None:
    """One tick before 24 hours the result is replayed; at 24 hours the tool runs again."""
    first = await call(answer)
    clock.advance(timedelta(hours=24) - timedelta(microseconds=1))
    expect.value((await call(answer)).outcome).equals(ClaimOutcome.REPLAY)
    clock.advance(timedelta(microseconds=1))
    again = await call(answer)
    expect.value(again.outcome).equals(ClaimOutcome.CLAIMED)
    # A provider that remembers longer than we do would answer to the old key with the old result.
    expect.value(again.external_key).differs_from(first.external_key)


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_a_late_worker_learns_what_its_heir_did(
    call: Call, connect: Connect, clock: VirtualClock, tenant: UUID
) -> None:
    """A worker that outlived its lease is told the heir's result, or that the heir is still at it."""
    heir = Call(await connect(), clock, tenant)
    told: list[Reply] = []

    async def slow(arguments: Json, external_key: str) -> Json:
        clock.advance(LEASE)
        told.append(await heir(answer))
        return {"id": "late"}

    reply = await call(slow)
    expect.value(told[0].outcome).equals(ClaimOutcome.CLAIMED)
    expect.value((reply.outcome, reply.result)).equals((ClaimOutcome.REPLAY, told[0].result))


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_an_id_that_a_column_could_not_hold_loses_no_receipt(
    ledger: Ledger, clock: VirtualClock, tenant: UUID, receipts_of: ReadReceipts
) -> None:
    """A provider's id with a zero byte is kept without it where it is searched, and whole in the text."""

    async def execute(arguments: Json, external_key: str) -> Json:
        return {"id": "re\0_1"}

    made = tool(execute, replace(contract(), provider_ref="id"))
    for outcome in (ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY):
        reply = await governed_call(ledger=ledger, clock=clock, tool=made, tenant=tenant, arguments=ARGUMENTS)
        expect.value((reply.outcome, reply.result)).equals((outcome, {"id": "re\0_1"}))
    expect.value([receipt.result for receipt in await receipts_of(tenant)]).equals([{"id": "re\0_1"}])
