"""Refunds and captures through the kernel to a stubbed provider, and tools that are broken on purpose."""

import secrets
from dataclasses import replace
from uuid import UUID

import pytest

from autobiz_kernel import ClaimOutcome, Json, Ledger, Refused, Reply, Tool
from autobiz_kernel.transport import UnheardError
from autobiz_mocks import TRIAL_HEADER, Fault, VirtualClock, WireMock, faulty_once, shipped_stubs
from autobiz_oracles import Outcome, exactly_once, expect, receipts_agree, unheard

from ..calling import governed_call
from ..database import Connect, ReadReceipts
from ..stripe_tools import KEY_HEADER, ReadJournal, StripeTools, payment_id

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07"),
]

REFUND: dict[str, str | int] = {
    "payment_intent": payment_id("EUR", 1999, "4711"),
    "refund_id": "r-1",
    "amount": 1999,
    "currency": "EUR",
}
REFUND_STUB = next(stub for stub in shipped_stubs("stripe") if stub["metadata"]["op"] == "refund")


async def call(
    ledger: Ledger, clock: VirtualClock, tool: Tool, tenant: UUID, arguments: Json = REFUND
) -> Reply:
    return await governed_call(ledger=ledger, clock=clock, tool=tool, tenant=tenant, arguments=arguments)


@pytest.mark.test_id("P1-T20")
@pytest.mark.workflow("WF01")
async def test_a_capture_carries_the_external_key(
    ledger: Ledger,
    clock: VirtualClock,
    tenant: UUID,
    stripe: StripeTools,
    read_journal: ReadJournal,
    receipts_of: ReadReceipts,
) -> None:
    """The provider sees the very key that the caller and the receipt are told."""
    arguments: Json = {"payment_intent": REFUND["payment_intent"], "amount": 1999, "currency": "EUR"}
    reply = await call(ledger, clock, stripe.capture, tenant, arguments)
    seen = read_journal()
    assert len(seen) == 1
    expect.effects(seen).exactly_once(
        "POST",
        f"/v1/payment_intents/{REFUND['payment_intent']}/capture",
        header={KEY_HEADER: reply.external_key},
    )
    (receipt,) = await receipts_of(tenant)
    assert receipt.external_key == reply.external_key


@pytest.mark.test_id("P1-T22")
@pytest.mark.workflow("WF03")
async def test_a_refund_survives_a_lost_answer(
    ledger: Ledger,
    clock: VirtualClock,
    tenant: UUID,
    trial: str,
    stripe: StripeTools,
    wiremock: WireMock,
    read_journal: ReadJournal,
    receipts_of: ReadReceipts,
) -> None:
    """A refund whose answer was lost is asked for again under the same key, and is one refund."""
    with wiremock.planted(faulty_once(REFUND_STUB, Fault.ANSWER_LOST, headers={TRIAL_HEADER: trial})):
        with pytest.raises(UnheardError):
            await call(ledger, clock, stripe.refund, tenant)
        reply = await call(ledger, clock, stripe.refund, tenant)
    assert reply.outcome is ClaimOutcome.CLAIMED
    seen = read_journal()
    assert len(seen) == 2
    expect.effects(seen).exactly_once("POST", "/v1/refunds", header={KEY_HEADER: reply.external_key})
    expect.receipts(await receipts_of(tenant)).match(seen)
    wiremock.refuse_unstubbed(TRIAL_HEADER, trial)


@pytest.mark.test_id("P1-T22")
@pytest.mark.negative
async def test_a_kernel_with_fresh_keys_is_caught(
    ledger: Ledger,
    clock: VirtualClock,
    tenant: UUID,
    trial: str,
    stripe: StripeTools,
    wiremock: WireMock,
    read_journal: ReadJournal,
    receipts_of: ReadReceipts,
) -> None:
    """Broken on purpose, a tool that makes up a key for each try refunds twice, and both oracles see it."""

    async def execute(arguments: Json, external_key: str) -> Json | Refused:
        return await stripe.refund.execute(arguments, f"autobiz:{secrets.token_hex(16)}")

    broken = replace(stripe.refund, execute=execute)
    with wiremock.planted(faulty_once(REFUND_STUB, Fault.ANSWER_LOST, headers={TRIAL_HEADER: trial})):
        with pytest.raises(UnheardError):
            await call(ledger, clock, broken, tenant)
        await call(ledger, clock, broken, tenant)
    seen = read_journal()
    with unheard():
        twice = exactly_once(seen, method="POST", path="/v1/refunds", header=KEY_HEADER)
        books = receipts_agree(await receipts_of(tenant), seen, header=KEY_HEADER)
    expect.worlds([twice.outcome, books.outcome], [Outcome.FAIL] * 2).alike()
    assert "2 effects instead of 1" in twice.reason
    expect.effects(seen).exactly(2, "POST", "/v1/refunds")


@pytest.mark.test_id("P1-T22")
@pytest.mark.negative
async def test_a_careless_identity_is_caught(
    connect: Connect,
    clock: VirtualClock,
    tenant: UUID,
    stripe: StripeTools,
    read_journal: ReadJournal,
    receipts_of: ReadReceipts,
) -> None:
    """Broken on purpose, a tool that counts the reason into its identity refunds once for each."""
    careless = replace(stripe.refund.contract, identity=("payment_intent", "reason"))
    broken = replace(stripe.refund, contract=careless)
    ledger = await connect()
    for reason in ("duplicate", "fraudulent"):
        await call(ledger, clock, broken, tenant, {**REFUND, "reason": reason})
    seen = read_journal()
    with unheard():
        verdict = exactly_once(seen, method="POST", path="/v1/refunds", header=KEY_HEADER)
    assert verdict.outcome is Outcome.FAIL
    assert receipts_agree(await receipts_of(tenant), seen, header=KEY_HEADER).outcome is Outcome.PASS
