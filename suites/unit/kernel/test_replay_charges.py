"""What a replay charges: as much for each call as the run was charged, or the first that differs is named."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from autobiz_kernel import (
    LEASE,
    BoundsConfig,
    ClaimOutcome,
    ErrorCode,
    MemoryLedger,
    Refused,
    Replayed,
    ReplayError,
    Reply,
    RunRecord,
    Spent,
    TraceRow,
    prices_of_toml,
    replay,
)

from ...tools import contract
from .governed import PREFIX, TENANT, Desk, raw, refund

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R03", "P1-R08", "INV-03", "INV-06"),
    pytest.mark.test_id("P1-T07", "P1-T15"),
]
Call = Callable[..., Awaitable[Reply]]

PRICES = """
currency = "USD"
[[price]]
item = "model"
from = 2026-01-01
price = "2.50"
price_out = "10.00"
per = 1000000
[[price]]
item = "model"
from = 2999-01-01
price = "7.00"
per = 1000000
"""
WHOLE = {"type": "integer", "minimum": 0}
CLOSED: dict[str, Any] = {"type": "object", "additionalProperties": False}
TELLS = CLOSED | {
    "properties": {"tokens": WHOLE, "usage": CLOSED | {"properties": {"output": WHOLE}}},
}
DEARER = PRICES.replace('"2.50"', '"3.50"')


@dataclass(slots=True)
class ForgedLedger(MemoryLedger):
    """Books in which somebody has written other figures."""

    books: MemoryLedger
    forged: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""
    used: Spent = field(default_factory=Spent)

    async def load_run(self, tenant: UUID, run_id: UUID) -> RunRecord | None:
        kept = await self.books.load_run(tenant, run_id)
        return None if kept is None else replace(kept, spent=kept.spent + self.used)

    async def traces_of(self, tenant: UUID, run_id: UUID) -> tuple[TraceRow, ...]:
        rows = await self.books.traces_of(tenant, run_id)
        return tuple(replace(row, **self.forged) if row.path == self.at else row for row in rows)

    async def receipts_of(self, tenant: UUID, run_id: UUID) -> Any:
        return await self.books.receipts_of(tenant, run_id)


def priced(**changes: Any) -> Desk:
    """A desk whose tool costs something and is paid by the token."""
    usual: dict[str, Any] = {
        "made": replace(contract(cost_micros=60), priced_as="model", output_schema=TELLS),
        "answers": {"tokens": 3_000, "usage": {"output": 1_000}},
        "prices": prices_of_toml(PRICES),
    }
    return Desk(**(usual | changes))


async def three(call: Call) -> None:
    """Three calls, of which the last is malformed."""
    for number in range(1, 3):
        await call(raw(path=str(number), arguments=refund(number)))
    await call(raw(path="3", arguments={"junk": 1}))


async def done(desk: Desk, workflow: Any = three) -> Desk:
    kernel = desk.kernel()
    run = await desk.run(kernel)

    async def call(asked: Any, **more: Any) -> Reply:
        return await kernel.call(run, asked, **more)

    await workflow(call)
    desk.answers = AssertionError("a replay runs no tool")
    return desk


async def again(desk: Desk, workflow: Any = three, **forged: Any) -> Replayed:
    run = desk.runs[-1]
    books = ForgedLedger(desk.ledger, **forged)
    return await replay(
        books, desk.law(), workflow, tenant=TENANT, run_id=run.run_id, principal=run.principal, prefix=PREFIX
    )


async def kept(desk: Desk) -> Spent:
    record = await desk.ledger.load_run(TENANT, desk.runs[-1].run_id)
    assert record is not None
    return record.spent


async def test_a_replay_charges_tokens_and_cost_as_the_run_did() -> None:
    """Each call costs its own price and that of its tokens, in and out; a denied one costs a step."""
    desk = await done(priced())
    told = await again(desk)
    each = 60 + 5_000 + 10_000
    assert told.spent == await kept(desk)
    assert told.spent == Spent(steps=3, tool_calls=3, tokens=6_000, cost_micros=2 * each)


@pytest.mark.parametrize(
    "answers", [Refused(result={"tokens": 50, "why": "no"}), RuntimeError("gone"), {"id": 5}]
)
async def test_however_a_call_ended_it_is_charged_the_same(answers: Any) -> None:
    """A refusal, an error and an answer that breaks the contract cost in a replay what they cost then."""

    async def one(call: Call) -> None:
        try:
            await call(raw())
        except RuntimeError:
            return

    desk = await done(priced(answers=answers), one)
    if isinstance(answers, RuntimeError):
        with pytest.raises(ReplayError, match="which no record can repeat"):
            await again(desk, one)
        return
    assert (await again(desk, one)).spent == await kept(desk)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("forged", "words"),
    [
        ({"at": "2", "forged": {"cost_micros": 15_059}}, "path 2: 3000 tokens and 15059 micros"),
        ({"at": "1", "forged": {"tokens": 2_999}}, "path 1: 2999 tokens"),
        ({"at": "3", "forged": {"cost_micros": 1}}, "path 3: 0 tokens and 1 micros"),
        ({"used": Spent(cost_micros=1)}, "the run has used"),
        ({"used": Spent(steps=1)}, "the run has used"),
    ],
)
async def test_the_first_call_that_was_charged_otherwise_is_named(forged: dict[str, Any], words: str) -> None:
    """Another cost or number of tokens is told with its path, and a sum that is nobody's as the run's."""
    with pytest.raises(ReplayError, match=words):
        await again(await done(priced()), **forged)


@pytest.mark.negative
async def test_another_price_is_another_charge() -> None:
    """Replayed under prices that never held since the run began, the first call differs."""
    desk = await done(priced())
    desk.prices = prices_of_toml(DEARER)
    with pytest.raises(ReplayError, match=r"path 1: .* 15060 micros .* now it is .* 17060 micros"):
        await again(desk)


@pytest.mark.parametrize(
    ("bounds", "code"),
    [
        (BoundsConfig(cost_micros_max=15_061), ErrorCode.BOUND_COST),
        (BoundsConfig(tokens_max=3_001), ErrorCode.BOUND_TOKENS),
    ],
)
async def test_a_bound_is_reached_where_it_was_reached(bounds: BoundsConfig, code: ErrorCode) -> None:
    """The call that a cap ended is denied in the replay as well, and no earlier one is."""
    desk = await done(priced(bounds=bounds))
    assert [row.outcome for row in await desk.traces()] == ["claimed", "claimed", code]
    assert (await again(desk)).spent == await kept(desk)
    with pytest.raises(ReplayError, match=rf"path 2: the guards said {code}, and now nothing"):
        await again(desk, at="2", forged={"outcome": code, "guard": "bounds"})


@pytest.mark.negative
async def test_a_call_that_a_bound_forbade_is_not_believed() -> None:
    """A holder that found the cap reached when it took the run was allowed nothing."""
    desk = await done(priced(bounds=BoundsConfig(tokens_max=3_001)))
    kernel = desk.kernel()
    run = await kernel.resume(tenant=TENANT, run_id=desk.runs[-1].run_id, principal=desk.runs[-1].principal)
    assert run.record.epoch == 2
    with pytest.raises(ReplayError, match="path 3: the guards said claimed, and now BOUND_TOKENS"):
        await again(desk, at="3", forged={"outcome": "claimed", "guard": "", "epoch": 2})


@pytest.mark.adversarial(50)
async def test_a_death_is_charged_in_the_replay_too() -> None:
    """What a worker had begun when it died, and what settled too late, is part of the same account."""
    desk = priced(answers=asyncio.CancelledError())
    kernel = desk.kernel()
    run = await desk.run(kernel)
    with pytest.raises(asyncio.CancelledError):
        await kernel.call(run, raw(path="1", arguments=refund(1)))
    desk.clock.advance(LEASE + timedelta(minutes=1))
    desk.answers = {"tokens": 3_000}
    heir = await kernel.resume(tenant=TENANT, run_id=run.run_id, principal=run.principal, prefix=PREFIX)
    assert (heir.spent.steps, heir.spent.cost_micros) == (1, 60)
    for number in range(1, 3):
        await kernel.call(heir, raw(path=str(number), arguments=refund(number)))
    await kernel.call(heir, raw(path="3", arguments={"junk": 1}))
    told = await again(desk)
    assert told.spent == await kept(desk)
    assert told.spent.steps == 4


async def test_a_late_settlement_is_charged_once_in_the_replay() -> None:
    """Who was overtaken has paid with the settlement that came too late, and for the answer nothing more."""
    desk = priced()
    kernel = desk.kernel()
    run = await desk.run(kernel)
    rival = await desk.run(kernel)
    desk.runs.reverse()
    told: list[Reply] = []

    async def execute(arguments: Any, key: str) -> Any:
        if not told:
            desk.clock.advance(LEASE + timedelta(minutes=1))
            told.append(Reply(outcome=ClaimOutcome.UNCERTAIN))
            told.append(await slow.call(rival, raw(path="1", arguments=refund(1))))
        return await desk.execute(arguments, key)

    slow = replace(kernel, tools={("provider", "refund", "1"): replace(desk.tool, execute=execute)})

    async def one(call: Call) -> None:
        await call(raw(path="1", arguments=refund(1)))

    told.append(await slow.call(run, raw(path="1", arguments=refund(1))))
    assert [each.outcome for each in told[1:]] == [ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY]
    assert [row.outcome for row in await desk.traces()] == ["LEASE_LOST", "replay"]
    desk.answers = AssertionError("a replay runs no tool")
    again_told = await again(desk, one)
    assert again_told.spent == await kept(desk)
    assert again_told.spent.steps == 1
