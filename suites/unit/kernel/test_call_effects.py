"""What becomes of an effect: done, refused, undone, in doubt, looked up; and what its tool may do to us."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from autobiz_kernel import (
    LEASE,
    WINDOW,
    BoundsConfig,
    ClaimOutcome,
    EffectClass,
    ErrorCode,
    FinancialReceipt,
    Found,
    IncidentKind,
    Json,
    NotDoneError,
    Recovery,
    Refused,
    Reply,
    Tool,
    receipt_from,
)

from ...calling import ask, kernel_for
from ...tools import contract
from .governed import TENANT, Desk, raw, refund

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "INV-05"),
]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.test_id("P1-T11")
async def test_a_refusal_is_an_answer_and_no_effect(desk: Desk) -> None:
    """A provider's definitive no is told to all who ask, by one request and without a receipt."""
    desk.answers = Refused(result={"status": 402, "why": "declined"})
    told = [await desk.call(), await desk.call()]
    assert [(each.outcome, each.result) for each in told] == [
        (ErrorCode.REFUSED, {"status": 402, "why": "declined"})
    ] * 2
    assert len(desk.seen) == 1
    assert await desk.ledger.receipts_of(TENANT, desk.runs[0].run_id) == ()


@pytest.mark.test_id("P1-T11")
async def test_what_is_known_not_to_have_happened_may_be_tried_at_once(desk: Desk) -> None:
    """A tool that never reached the provider gives its claim back, and nobody waits for a lease."""
    desk.answers = NotDoneError("no route")
    with pytest.raises(NotDoneError):
        await desk.call()
    desk.answers = {"id": "re_1"}
    reply = await desk.call()
    assert (reply.outcome, len(desk.seen)) == (ClaimOutcome.CLAIMED, 2)
    assert desk.seen[0][1] == desk.seen[1][1]


@pytest.mark.adversarial(70)
@pytest.mark.test_id("P1-T11")
async def test_a_doubt_is_inherited_at_once_under_the_same_key(desk: Desk) -> None:
    """After an error of unknown meaning the next call asks a provider that honours keys again."""
    desk.answers = RuntimeError("connection reset")
    with pytest.raises(RuntimeError):
        await desk.call()
    desk.answers = {"id": "re_1"}
    assert (await desk.call()).outcome is ClaimOutcome.CLAIMED
    assert len({key for _, key in desk.seen}) == 1


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
@pytest.mark.parametrize("after", [timedelta(0), LEASE, WINDOW, 400 * WINDOW], ids=str)
async def test_an_unrepeatable_doubt_waits_for_a_person(after: timedelta) -> None:
    """Neither lease nor window nor a year repeats what must not be repeated; people are told."""
    desk = Desk(made=contract(recovery=Recovery.UNREPEATABLE), answers=RuntimeError("reset"))
    with pytest.raises(RuntimeError):
        await desk.call()
    desk.answers = {"id": "re_1"}
    desk.clock.advance(min(after, timedelta(minutes=50)))
    if after > LEASE:
        desk.clock.advance(after)
        await desk.run()
    reply = await desk.call()
    assert (reply.outcome, reply.result, len(desk.seen)) == (ClaimOutcome.UNCERTAIN, None, 1)
    assert [each.kind for each in desk.incidents] == [IncidentKind.UNCERTAIN_EFFECT]


class Provider:
    """A provider that can be asked, and may be away when it is."""

    def __init__(self, knows: Json | None, *, away: bool = False) -> None:
        self.knows, self.away = knows, away

    async def look_up(self, _arguments: Json, _key: str) -> Found:
        if self.away:
            raise ConnectionError("away")
        return Found(result=self.knows)


@pytest.mark.test_id("P1-T11", "P1-T-RK03")
@pytest.mark.parametrize("after", [timedelta(0), WINDOW], ids=str)
@pytest.mark.parametrize(
    ("provider", "outcome", "ran", "receipts"),
    [
        (Provider({"id": "re_0"}), ClaimOutcome.CLAIMED, 1, [{"id": "re_0"}]),
        (Provider(None), ClaimOutcome.CLAIMED, 2, [{"id": "re_1"}]),
        (Provider(None, away=True), ClaimOutcome.UNCERTAIN, 1, []),
    ],
    ids=["it_happened", "it_did_not", "away"],
)
async def test_a_provider_that_can_be_asked_is_asked_first(
    provider: Provider, outcome: ClaimOutcome, ran: int, receipts: list[Json], after: timedelta
) -> None:
    """What the provider says happened is settled, what it denies is done, and silence changes nothing."""
    made = contract(recovery=Recovery.QUERYABLE)
    desk = Desk(made=made, answers=RuntimeError("reset"))
    tool = Tool(contract=made, execute=desk.execute, look_up=provider.look_up)
    kernel = kernel_for(desk.ledger, desk.clock, TENANT, tool)
    with pytest.raises(RuntimeError):
        await kernel.call(await desk.run(kernel), ask(tool, refund()))
    desk.answers = {"id": "re_1"}
    desk.clock.advance(after)
    run = await desk.run(kernel)
    reply = await kernel.call(run, ask(tool, refund()))
    assert (reply.outcome, len(desk.seen)) == (outcome, ran)
    kept = await desk.ledger.receipts_of(TENANT, run.run_id)
    assert [each.result for each in kept] == receipts
    assert len({key for _, key in desk.seen}) == 1


@pytest.mark.test_id("P1-T12")
@pytest.mark.negative
async def test_an_act_that_runs_anew_has_another_external_key(desk: Desk) -> None:
    """After its window an act is another one to the provider too, who may remember the old key."""
    first = await desk.call()
    desk.clock.advance(WINDOW)
    await desk.run()
    again = await desk.call()
    assert (again.outcome, len(desk.seen)) == (ClaimOutcome.CLAIMED, 2)
    assert first.external_key != again.external_key == desk.seen[1][1]


@pytest.mark.adversarial(44)
@pytest.mark.requirement("P1-R03")
@pytest.mark.test_id("P1-T06")
@pytest.mark.negative
@pytest.mark.parametrize("stubborn", [False, True])
async def test_a_tool_ends_at_its_deadline(stubborn: bool) -> None:
    """A hanging tool is cut off, even one that swallows its cancellation, and its act is in doubt."""
    desk = Desk(made=contract(timeout_ms=20, recovery=Recovery.UNREPEATABLE))
    let_go = asyncio.Event()

    async def hang(arguments: Json, key: str) -> Json:
        while True:
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                if not stubborn:
                    raise
            else:
                return {"id": "late"}

    tool = Tool(contract=desk.made, execute=hang)
    kernel = kernel_for(desk.ledger, desk.clock, TENANT, tool)
    run = await desk.run(kernel)
    reply = await kernel.call(run, ask(tool, refund()))
    assert reply.outcome is ErrorCode.TOOL_TIMEOUT
    assert (await kernel.call(run, ask(tool, refund()))).outcome is ClaimOutcome.UNCERTAIN
    let_go.set()
    await asyncio.sleep(0)
    assert await desk.ledger.receipts_of(TENANT, run.run_id) == ()


@pytest.mark.adversarial(17)
@pytest.mark.requirement("P1-R01")
@pytest.mark.test_id("P1-T02")
@pytest.mark.negative
@pytest.mark.parametrize("result", [{"id": 7}, {"number": 1.5}, {"amount": float("inf")}, "text", None, [1]])
async def test_an_answer_that_breaks_the_contract_leaves_a_receipt(desk: Desk, result: Any) -> None:
    """The effect has happened and is receipted, its answer is worth nothing, and people are told."""
    desk.answers = result
    reply = await desk.call()
    assert (reply.outcome, reply.result) == (ErrorCode.OUTPUT_INVALID, None)
    (receipt,) = await desk.ledger.receipts_of(TENANT, desk.runs[0].run_id)
    assert receipt.result == {}
    assert IncidentKind.OUTPUT_INVALID in {each.kind for each in desk.incidents}


@pytest.mark.requirement("P1-R25")
@pytest.mark.test_id("P1-T35")
async def test_members_that_the_contract_does_not_name_are_left_out(desk: Desk) -> None:
    """The allowlist is the contract itself: what it does not name reaches nobody."""
    desk.answers = {"id": "re_1", "internal": {"note": "x"}}
    assert (await desk.call()).result == {"id": "re_1"}


@pytest.mark.adversarial(76)
@pytest.mark.test_id("P1-T13")
@pytest.mark.parametrize(("amount", "currency"), [(0, "eur"), (1, "jpy"), (1_000, "kwd"), (10**12, "usd")])
async def test_a_financial_receipt_says_how_much(amount: int, currency: str) -> None:
    """Money is kept as a whole number of the smallest unit, from nothing upwards."""
    made = replace(contract(effect_class=EffectClass.FINANCIAL), provider_ref="id")
    desk = Desk(made=made)
    await desk.call(refund(amount=amount, currency=currency))
    (receipt,) = await desk.ledger.receipts_of(TENANT, desk.runs[0].run_id)
    assert isinstance(receipt, FinancialReceipt)
    assert (receipt.amount_minor, receipt.currency, receipt.provider_ref) == (
        amount,
        currency.upper(),
        "re_1",
    )
    assert receipt_from(receipt.body()) == receipt


@pytest.mark.adversarial(62)
@pytest.mark.test_id("P1-T11")
async def test_a_new_version_of_a_tool_repeats_nothing() -> None:
    """The version is in the receipt and not in the key: an upgrade within the window is a replay."""
    desk = Desk()
    await desk.call()
    desk.made = contract(version="2")
    await desk.run()
    assert (await desk.call()).outcome is ClaimOutcome.REPLAY
    assert len(desk.seen) == 1


@pytest.mark.adversarial(60, 61)
@pytest.mark.test_id("P1-T11")
async def test_equal_acts_of_different_identity_both_run(desk: Desk) -> None:
    """Two partial refunds of one amount are two acts, and one refund from two webhooks is one."""
    for number in (1, 2, 1):
        await desk.call(refund(number, amount=500))
    assert [arguments["refund_id"] for arguments, _ in desk.seen] == ["r-1", "r-2"]


@pytest.mark.requirement("INV-05")
@pytest.mark.test_id("P1-T11")
async def test_a_reading_tool_claims_nothing_and_keeps_its_answer() -> None:
    """What changes nothing runs each time it is asked, leaves no receipt, and its answer is in the trace."""
    desk = Desk(made=contract(effect_class=EffectClass.READ))
    for _ in range(2):
        assert (await desk.call()).result == {"id": "re_1"}
    assert len(desk.seen) == 2
    assert await desk.ledger.receipts_of(TENANT, desk.runs[0].run_id) == ()
    assert [row.result for row in await desk.traces()] == [b'{"id":"re_1"}'] * 2


@pytest.mark.adversarial(47)
@pytest.mark.requirement("P1-R03")
@pytest.mark.test_id("P1-T07")
@pytest.mark.negative
async def test_branches_race_for_the_last_unit(desk: Desk) -> None:
    """Of eight branches that ask at once for the three calls that are left, three get them."""
    desk.bounds = BoundsConfig(steps_max=3)
    kernel, run = desk.kernel(), await desk.run()
    replies: list[Reply] = await asyncio.gather(
        *(kernel.call(run, raw(path=f"1.{number}", arguments=refund(number))) for number in range(8))
    )
    assert [reply.outcome for reply in replies].count(ClaimOutcome.CLAIMED) == 3
    assert len(desk.seen) == 3


@pytest.mark.requirement("P1-R01")
@pytest.mark.test_id("P1-T02")
@pytest.mark.negative
async def test_an_answer_that_is_too_large_is_left_out(desk: Desk) -> None:
    """A result of megabytes does not go into the books, and the receipt says that the effect happened."""
    desk.answers = {"text": "x " * 200_000}
    assert (await desk.call()).outcome is ErrorCode.OUTPUT_INVALID
    assert len(await desk.ledger.receipts_of(TENANT, desk.runs[0].run_id)) == 1
