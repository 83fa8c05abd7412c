"""What may never happen to an act, whoever asks for it and however often."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from psycopg import AsyncConnection
from psycopg.errors import RestrictViolation

from autobiz_harness.adapters import answer_of, call_of
from autobiz_kernel import LEASE, WINDOW, ClaimOutcome, ErrorCode, Json, Recovery, Reply, Tool
from autobiz_kernel.transport import UnheardError
from autobiz_mocks import Fault, Planned, VirtualClock
from autobiz_oracles import expect

from ..calling import governed_call
from ..database import Connect, ReadReceipts
from ..providing import ACTS, Trial
from ..stripe_tools import KEY_HEADER

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06"),
    pytest.mark.negative,
]
t11 = pytest.mark.test_id("P1-T11")
REFUND, PATH = "stripe.refund", "/v1/refunds"
DOING = [ClaimOutcome.CLAIMED] * 2


@pytest.mark.adversarial(69)
@t11
async def test_two_tenants_never_share_a_key(at_providers: Trial) -> None:
    """The same arguments in two tenants are two acts: neither is answered with the other's result."""
    mine = await at_providers.call(REFUND)
    theirs = await at_providers.with_tenant(uuid4()).call(REFUND)
    expect.value([mine.outcome, theirs.outcome]).equals(DOING)
    expect.value(mine.external_key).differs_from(theirs.external_key)
    expect.effects(at_providers.world.seen()).exactly(2, "POST", PATH)


@pytest.mark.test_id("P1-T11", "P1-T20")
async def test_two_operations_never_share_a_key(at_providers: Trial) -> None:
    """Capturing and voiding one payment are two acts, although one payment identifies both."""
    replies = [await at_providers.call(name) for name in ("stripe.capture", "stripe.void")]
    expect.value([reply.outcome for reply in replies]).equals(DOING)
    payment = ACTS["stripe.capture"]["payment_intent"]
    for word, reply in zip(("capture", "cancel"), replies, strict=True):
        expect.effects(at_providers.world.seen()).exactly_once(
            "POST", f"/v1/payment_intents/{payment}/{word}", header={KEY_HEADER: reply.external_key}
        )


@t11
async def test_two_versions_are_one_act(at_providers: Trial, receipts_of: ReadReceipts) -> None:
    """A refund that is asked for again by a newer version of its tool is the refund that was made."""
    at_providers.world.refresh()
    replies = [await at_providers.call(name, ACTS[REFUND]) for name in (REFUND, "stripe.refund@2")]
    expect.value([reply.outcome for reply in replies]).equals([ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY])
    expect.effects(at_providers.world.seen()).exactly_once("POST", PATH)
    expect.receipts(await receipts_of(at_providers.tenant)).match(at_providers.world.seen())


@t11
async def test_same_act_with_another_amount_is_refused(
    at_providers: Trial, receipts_of: ReadReceipts
) -> None:
    """An act asked for again with another amount is a MISMATCH and moves no money."""
    first = await at_providers.call(REFUND)
    before = at_providers.world.seen()
    second = await at_providers.call(REFUND, {**ACTS[REFUND], "amount": 1998})
    after = at_providers.world.seen()
    expect.value((second.outcome, second.result)).equals((ClaimOutcome.MISMATCH, None))
    expect.idempotency(answer_of(first, before), answer_of(second, after)).no_new_effects()
    expect.receipts(await receipts_of(at_providers.tenant)).match(after)


@pytest.mark.adversarial(74)
@pytest.mark.requirement("P1-R07")
@pytest.mark.test_id("P1-T13")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE receipts SET body = '{}' WHERE tenant_id = %(tenant)s",
        "DELETE FROM receipts WHERE tenant_id = %(tenant)s",
        "TRUNCATE receipts",
    ],
    ids=["update", "delete", "truncate"],
)
async def test_receipts_are_immutable(
    statement: str, at_providers: Trial, connection: AsyncConnection[Any], receipts_of: ReadReceipts
) -> None:
    """No statement can change or remove a receipt once it is written."""
    await at_providers.call(REFUND)
    written = await receipts_of(at_providers.tenant)
    with expect.refusal(RestrictViolation, "immutable"):
        await connection.execute(statement.encode(), {"tenant": at_providers.tenant})
    expect.state(written, await receipts_of(at_providers.tenant)).unchanged()
    expect.value(len(written)).equals(1)


def _unrepeatable(tool: Tool) -> Tool:
    return replace(tool, contract=replace(tool.contract, recovery=Recovery.UNREPEATABLE), look_up=None)


@t11
async def test_an_unrepeatable_effect_is_never_tried_again(at_providers: Trial, clock: VirtualClock) -> None:
    """An unrepeatable effect stays UNCERTAIN after a lost answer, however often it is asked for."""
    at_providers.tools[REFUND] = _unrepeatable(at_providers.tools[REFUND])
    at_providers.plant(REFUND, Fault.ANSWER_LOST)
    with expect.refusal(UnheardError):
        await at_providers.call(REFUND)
    replies: list[Reply] = []
    for hours in (0, 3, 48):
        clock.advance(LEASE + timedelta(hours=hours))
        replies.append(await at_providers.call(REFUND))
    expect.value([(reply.outcome, reply.result) for reply in replies]).equals(
        [(ClaimOutcome.UNCERTAIN, None)] * 3
    )
    seen = at_providers.world.seen()
    expect.value(len(seen)).equals(1)
    expect.effects(seen).exactly_once("POST", PATH, header={KEY_HEADER: at_providers.key_of(REFUND)})


@pytest.mark.test_id("P1-T12")
async def test_no_key_is_sent_again_after_its_window(at_providers: Trial, clock: VirtualClock) -> None:
    """Past the window a provider may have forgotten the key, so a doubt is looked up and not resent."""
    at_providers.plant(REFUND, Fault.ANSWER_LOST)
    with expect.refusal(UnheardError):
        await at_providers.call(REFUND)
    clock.advance(WINDOW)
    at_providers.world.refresh()
    reply = await at_providers.call(REFUND)
    expect.value(reply.outcome).equals(ClaimOutcome.CLAIMED)
    seen = at_providers.world.seen()
    expect.value([request.method for request in seen]).equals(["POST", "GET"])
    expect.value(at_providers.world.truth().rules_broken).equals(())
    expect.effects(seen).exactly_once("POST", PATH, header={KEY_HEADER: at_providers.key_of(REFUND)})


@t11
async def test_a_refusal_is_an_answer(at_providers: Trial, receipts_of: ReadReceipts) -> None:
    """A provider's definitive refusal is recorded and replayed without a receipt; it is not asked again."""
    at_providers.plant(REFUND, Planned(fault=Fault.LOCKED, times=2))
    first, second = [await at_providers.call(REFUND) for _ in range(2)]
    expect.value([first.outcome, second.outcome]).equals([ErrorCode.REFUSED] * 2)
    assert first.result is not None
    expect.value(first.result["error_class"]).equals("validation")
    expect.value(await receipts_of(at_providers.tenant)).equals(())
    seen = at_providers.world.seen()
    expect.idempotency(answer_of(first, seen), answer_of(second, seen)).same_result()
    expect.value([(request.accepted, request.status) for request in seen]).equals([(False, 423)])


@pytest.mark.test_id("P1-T02")
@pytest.mark.parametrize(
    "spoil",
    [{"amount": float("nan")}, {"amount": 2**53}, {"amount": "12"}, {"refund_id": None}, {"stranger": 1}],
    ids=["not_a_number", "beyond_exact_integers", "text_for_a_number", "identity_missing", "unknown_field"],
)
async def test_unusable_arguments_cause_nothing(
    spoil: Json, at_providers: Trial, receipts_of: ReadReceipts
) -> None:
    """Arguments that have no one form, no identity or no place are refused before anything is sent."""
    refusal = await at_providers.call(REFUND, {**ACTS[REFUND], **spoil})
    seen = at_providers.world.seen()
    expect.value(seen).equals(())
    expect.schema(call_of(refusal, seen)).rejected("SCHEMA_INVALID")
    expect.receipts(await receipts_of(at_providers.tenant)).match(seen)
    expect.value((await at_providers.call(REFUND)).outcome).equals(ClaimOutcome.CLAIMED)


@pytest.mark.requirement("P1-R07")
@pytest.mark.test_id("P1-T11", "P1-T13")
@pytest.mark.risk("RK02")
async def test_a_crowd_asking_at_once_moves_money_once(
    at_providers: Trial, clock: VirtualClock, connect: Connect, receipts_of: ReadReceipts
) -> None:
    """Sixteen workers that ask for one act at the same moment cause one effect and one receipt."""
    ledgers = [await connect() for _ in range(4)]
    at_providers.plant(REFUND, Planned(fault=Fault.DELAY, delay_ms=6))
    replies = await asyncio.gather(
        *(
            governed_call(
                ledger=ledgers[number % 4],
                clock=clock,
                tool=at_providers.tools[REFUND],
                tenant=at_providers.tenant,
                arguments=ACTS[REFUND],
            )
            for number in range(16)
        )
    )
    outcomes = [reply.outcome for reply in replies]
    expect.value(outcomes.count(ClaimOutcome.CLAIMED)).equals(1)
    others = {ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY, ClaimOutcome.IN_FLIGHT}
    expect.value(sorted(set(outcomes) - others)).equals([])
    seen = at_providers.world.seen()
    expect.value(len(seen)).equals(1)
    expect.effects(seen).exactly_once("POST", PATH, header={KEY_HEADER: at_providers.key_of(REFUND)})
    expect.receipts(await receipts_of(at_providers.tenant)).match(seen)
