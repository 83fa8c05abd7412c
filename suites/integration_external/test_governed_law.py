"""What may never happen to money, whatever is drawn."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection
from psycopg.errors import RestrictViolation

from autobiz_harness.adapters import answer_of, call_of
from autobiz_kernel import (
    LEASE,
    WINDOW,
    ClaimOutcome,
    ErrorCode,
    Json,
    Ledger,
    Recovery,
    Tool,
)
from autobiz_kernel.transport import UnheardError
from autobiz_mocks import Fault, VirtualClock, WireMock, World
from autobiz_oracles import expect

from ..calling import governed_call
from ..database import Connect, ReadReceipts
from ..stripe_tools import KEY_HEADER, ReadJournal, StripeTools
from .acts import Act, CurrencyClass, Operation, draw_acts
from .deliveries import Scene

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.priority("P0")]


@pytest.fixture
def scene(
    seed: int,
    request: pytest.FixtureRequest,
    connect: Connect,
    clock: VirtualClock,
    wiremock: WireMock,
    tenant: UUID,
    trial: str,
) -> Scene:
    rng = random.Random(f"{request.node.name}/{seed}")
    return Scene(connect=connect, clock=clock, wiremock=wiremock, tenant=tenant, trial=trial, rng=rng)


@pytest.fixture
def refund(scene: Scene, stripe: StripeTools) -> Act:
    """One drawn refund."""
    return draw_acts(scene.rng, stripe, Operation.FULL_REFUND, scene.rng.choice(list(CurrencyClass)))[0]


@pytest.mark.adversarial(69)
@pytest.mark.requirement("P1-R06")
@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_two_tenants_never_share_a_key(
    scene: Scene, refund: Act, ledger: Ledger, read_journal: ReadJournal
) -> None:
    """The same arguments in two tenants are two acts: neither is answered with the other's result."""
    other = replace(scene, tenant=uuid4())
    mine, theirs = await scene.call(ledger, refund), await other.call(ledger, refund)

    assert [mine.outcome, theirs.outcome] == [ClaimOutcome.CLAIMED] * 2
    assert mine.external_key != theirs.external_key
    expect.effects(read_journal()).exactly(2, "POST", refund.path)


@pytest.mark.requirement("P1-R06")
@pytest.mark.test_id("P1-T11", "P1-T20")
@pytest.mark.negative
async def test_two_operations_never_share_a_key(
    scene: Scene, stripe: StripeTools, ledger: Ledger, read_journal: ReadJournal
) -> None:
    """Capturing and voiding one payment are two acts, although one payment identifies both."""
    capture = draw_acts(scene.rng, stripe, Operation.CAPTURE, CurrencyClass.NO_DECIMALS)[0]
    payment = str(capture.arguments["payment_intent"])
    void = replace(capture, tool=stripe.void, path=f"/v1/payment_intents/{payment}/cancel")
    replies = [await scene.call(ledger, act) for act in (capture, void)]

    assert [reply.outcome for reply in replies] == [ClaimOutcome.CLAIMED] * 2
    assert replies[0].external_key != replies[1].external_key
    journal = read_journal()
    for act, reply in zip((capture, void), replies, strict=True):
        expect.effects(journal).exactly_once("POST", act.path, header={KEY_HEADER: reply.external_key})


@pytest.mark.requirement("P1-R06")
@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_same_act_with_another_amount_is_refused(
    scene: Scene, refund: Act, ledger: Ledger, read_journal: ReadJournal, receipts_of: ReadReceipts
) -> None:
    """An act asked for again with another amount is a MISMATCH and moves no money."""
    first = await scene.call(ledger, refund)
    before = read_journal()
    changed = dict(refund.arguments) | {
        "amount": int(str(refund.arguments["amount"])) // 20 * 10 + 10 * scene.rng.randint(1, 9)
    }
    second = await scene.call(ledger, replace(refund, arguments=changed))

    assert first.outcome is ClaimOutcome.CLAIMED
    assert (second.outcome, second.result) == (ClaimOutcome.MISMATCH, None)
    after = read_journal()
    expect.idempotency(answer_of(first, before), answer_of(second, after)).no_new_effects()
    expect.receipts(await receipts_of(scene.tenant)).match(after)


@pytest.mark.adversarial(74)
@pytest.mark.requirement("P1-R07")
@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
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
    statement: str,
    scene: Scene,
    refund: Act,
    ledger: Ledger,
    connection: AsyncConnection[Any],
    receipts_of: ReadReceipts,
) -> None:
    """No statement can change or remove a receipt once it is written."""
    await scene.call(ledger, refund)
    written = await receipts_of(scene.tenant)
    with pytest.raises(RestrictViolation, match="immutable"):
        await connection.execute(statement.encode(), {"tenant": scene.tenant})
    expect.state(written, await receipts_of(scene.tenant)).unchanged()
    assert len(written) == 1


def _unrepeatable(tool: Tool) -> Tool:
    return replace(tool, contract=replace(tool.contract, recovery=Recovery.UNREPEATABLE), look_up=None)


@pytest.mark.requirement("P1-R06")
@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_an_unrepeatable_effect_is_never_tried_again(
    scene: Scene, refund: Act, ledger: Ledger, read_journal: ReadJournal
) -> None:
    """An unrepeatable effect stays UNCERTAIN after a lost answer, however often it is asked for."""
    once = refund.with_tool(_unrepeatable)
    with scene.fault(once, Fault.ANSWER_LOST), pytest.raises(UnheardError):
        await scene.call(ledger, once)
    for _ in range(3):
        scene.clock.advance(LEASE + timedelta(hours=scene.rng.randint(0, 48)))
        reply = await scene.call(ledger, once)
        assert (reply.outcome, reply.result) == (ClaimOutcome.UNCERTAIN, None)
    assert len(read_journal()) == 1
    expect.effects(read_journal()).exactly_once("POST", once.path, header={KEY_HEADER: scene.key_of(once)})


@pytest.mark.requirement("P1-R06")
@pytest.mark.test_id("P1-T12")
@pytest.mark.negative
async def test_no_key_is_sent_again_after_its_window(
    scene: Scene, refund: Act, ledger: Ledger, read_journal: ReadJournal, world: World
) -> None:
    """Past the window a provider may have forgotten the key, so a doubt is looked up and not resent."""
    with scene.fault(refund, Fault.ANSWER_LOST), pytest.raises(UnheardError):
        await scene.call(ledger, refund)
    scene.clock.advance(WINDOW)
    world.refresh()
    reply = await scene.call(ledger, refund)
    assert reply.outcome is ClaimOutcome.CLAIMED
    assert [request.method for request in read_journal()] == ["POST", "GET"]
    expect.worlds(world.truth().rules_broken, ()).alike()
    expect.effects(read_journal()).exactly_once(
        "POST", refund.path, header={KEY_HEADER: scene.key_of(refund)}
    )


@pytest.mark.requirement("P1-R06")
@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_a_refusal_is_an_answer(
    scene: Scene, refund: Act, ledger: Ledger, read_journal: ReadJournal, receipts_of: ReadReceipts
) -> None:
    """A provider's definitive refusal is recorded and replayed without a receipt; it is not asked again."""
    with scene.fault(refund, Fault.LOCKED):
        first, second = await scene.call(ledger, refund), await scene.call(ledger, refund)

    assert [first.outcome, second.outcome] == [ErrorCode.REFUSED, ErrorCode.REFUSED]
    assert first.result is not None
    assert first.result["error_class"] == "validation"
    assert await receipts_of(scene.tenant) == ()
    journal = read_journal()
    expect.idempotency(answer_of(first, journal), answer_of(second, journal)).same_result()
    assert [(request.accepted, request.status) for request in journal] == [(False, 423)]


@pytest.mark.requirement("P1-R06")
@pytest.mark.test_id("P1-T02")
@pytest.mark.negative
@pytest.mark.parametrize(
    "spoil",
    [{"amount": float("nan")}, {"amount": 2**53}, {"amount": "12"}, {"refund_id": None}, {"stranger": 1}],
    ids=["not_a_number", "beyond_exact_integers", "text_for_a_number", "identity_missing", "unknown_field"],
)
async def test_unusable_arguments_cause_nothing(
    spoil: Json,
    scene: Scene,
    refund: Act,
    ledger: Ledger,
    read_journal: ReadJournal,
    receipts_of: ReadReceipts,
) -> None:
    """Arguments that have no one form, no identity or no place are refused before anything is sent."""
    refusal = await scene.call(ledger, replace(refund, arguments={**refund.arguments, **spoil}))
    assert read_journal() == ()
    expect.schema(call_of(refusal, read_journal())).rejected("SCHEMA_INVALID")
    expect.receipts(await receipts_of(scene.tenant)).match(read_journal())
    assert (await scene.call(ledger, refund)).outcome is ClaimOutcome.CLAIMED


@pytest.mark.requirement("P1-R06", "P1-R07")
@pytest.mark.test_id("P1-T11", "P1-T13")
@pytest.mark.risk("RK02")
async def test_a_crowd_asking_at_once_moves_money_once(
    scene: Scene, refund: Act, connect: Connect, read_journal: ReadJournal, receipts_of: ReadReceipts
) -> None:
    """Sixteen workers that ask for one act at the same moment cause one effect and one receipt."""
    ledgers = [await connect() for _ in range(4)]
    calls = (
        governed_call(
            ledger=ledgers[number % 4],
            clock=scene.clock,
            tool=refund.tool,
            tenant=scene.tenant,
            arguments=refund.arguments,
        )
        for number in range(16)
    )
    with scene.fault(refund, Fault.DELAY, delay_ms=scene.rng.randint(1, 12)):
        replies = await asyncio.gather(*calls)

    outcomes = [reply.outcome for reply in replies]
    assert outcomes.count(ClaimOutcome.CLAIMED) == 1
    assert set(outcomes) <= {ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY, ClaimOutcome.IN_FLIGHT}
    journal = read_journal()
    assert len(journal) == 1
    expect.effects(journal).exactly_once("POST", refund.path, header={KEY_HEADER: scene.key_of(refund)})
    expect.receipts(await receipts_of(scene.tenant)).match(journal)
