"""Faults that providers say in their own words, each understood for what it leaves open."""

import json
from typing import Any

import pytest

from autobiz_kernel import ClaimOutcome, ErrorCode, Json, Refused
from autobiz_kernel.transport import ErrorClass, ProviderError, TurnedAwayError
from autobiz_mocks import Fault, Planned
from autobiz_mocks.truth import PrintfulMachine, PrintOrder, ShopifyMachine
from autobiz_oracles import expect

from ..database import ReadReceipts
from ..faulty_wires import covers
from ..providing import ACTS, HELD, ORDER, PAYMENT, PRINT_ORDER, QUESTION, Trial, machines
from .said import SAID

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-TR01", "INV-05"),
    pytest.mark.test_id("P1-T21", "P1-T22", "P1-T24"),
    pytest.mark.negative,
]


@pytest.mark.adversarial(71)
@covers(22, 27, 28, 29, 30, 31, 35, 36, 37, 38, 40, 41, 42, 46)
@pytest.mark.parametrize("number", SAID)
async def test_a_no_is_understood(number: str, at_providers: Trial, receipts_of: ReadReceipts) -> None:
    """A refusal is kept and replayed, what was turned away is tried anew, a doubt is resolved."""
    trial, said = at_providers, SAID[number]
    trial.plant(
        said.op, Planned(fault=Fault.LOCKED, status=said.status, body=said.body, headers=said.headers)
    )
    provider, op = said.op.split(".")
    if said.means is Refused:
        first, again = await trial.call(said.op), await trial.call(said.op)
        assert [each.outcome for each in (first, again)] == [ErrorCode.REFUSED] * 2
        assert first.result == again.result
        assert first.result is not None
        told = {
            "error_class": said.error_class.value,
            **({"code": said.code} if said.code else {}),
            **said.tells,
        }
        expect.worlds({name: first.result[name] for name in told}, told).alike()
        assert await receipts_of(trial.tenant) == ()
        assert trial.world.truth().of(provider, op) == ()
        assert len([each for each in trial.world.seen() if each.op == op]) == 1
        return
    with pytest.raises(ProviderError) as caught:
        await trial.call(said.op)
    error = caught.value
    assert type(error) is said.means
    assert (error.error_class, error.retry_after_s) == (said.error_class, said.wait_s)
    assert not said.code or error.code == said.code
    trial.world.refresh()
    assert (await trial.call(said.op)).outcome is ClaimOutcome.CLAIMED
    truth = trial.world.truth()
    keys = [each.key for each in truth.of(provider, op)]
    expect.worlds((truth.rules_broken, keys), ((), [trial.key_of(said.op)])).alike()


@covers(23, 26)
@pytest.mark.parametrize(
    ("name", "status", "body", "headers", "error_class", "wait_s"),
    [
        (
            "openai.chat",
            429,
            {"error": {"message": "x", "type": "insufficient_quota", "code": "insufficient_quota"}},
            {"Retry-After": "5"},
            ErrorClass.QUOTA,
            None,
        ),
        (
            "openai.responses",
            429,
            {"error": {"message": "x", "type": "requests", "code": "rate_limit_exceeded"}},
            {"Retry-After": "5"},
            ErrorClass.TRANSIENT,
            5.0,
        ),
        (
            "anthropic.messages",
            429,
            {
                "type": "error",
                "error": {
                    "type": "rate_limit_error",
                    "message": "x",
                    "details": {"error_code": "enforced_spend_limit_reached"},
                },
            },
            {},
            ErrorClass.QUOTA,
            None,
        ),
        (
            "anthropic.messages",
            529,
            {"type": "error", "error": {"type": "overloaded_error", "message": "x"}},
            {},
            ErrorClass.TRANSIENT,
            None,
        ),
    ],
)
async def test_too_many_may_mean_never(
    name: str,
    status: int,
    body: Json,
    headers: dict[str, str],
    error_class: ErrorClass,
    wait_s: float | None,
    at_providers: Trial,
) -> None:
    """A spent quota is no matter of waiting, an overload is; either way each attempt is counted once."""
    trial = at_providers
    planned = Planned(fault=Fault.TOO_MANY, status=status, body=json.dumps(body), headers=headers)
    trial.plant(name, planned, QUESTION)
    with pytest.raises(TurnedAwayError) as caught:
        await trial.call(name, QUESTION)
    assert caught.value.error_class is error_class
    if wait_s is not None or error_class is ErrorClass.QUOTA:
        assert caught.value.retry_after_s == wait_s
    expect.worlds(len(trial.world.seen()), 1).alike()
    assert (await trial.call(name, QUESTION)).result is not None


@covers(36)
async def test_refunds_never_add_up_to_more(at_providers: Trial) -> None:
    """Two partial refunds use a payment up; one unit more would be refused, and the fold knows it."""
    trial = at_providers
    parts = {"r-1": 1000, "r-2": 1500}
    for refund_id, amount in parts.items():
        arguments = {**ACTS["stripe.refund"], "refund_id": refund_id, "amount": amount}
        assert (await trial.call("stripe.refund", arguments)).outcome is ClaimOutcome.CLAIMED
    expect.worlds(trial.world.truth().rules_broken, ()).alike()
    # The stand-in accepts this one, being without memory; the truth does not.
    await trial.call("stripe.refund", {**ACTS["stripe.refund"], "refund_id": "r-3", "amount": 1})
    truth = trial.world.truth()
    given = [each.amount for each in truth.of("stripe", "refund")]
    expect.worlds((truth.rules_broken, given), (("stripe.refund_above_captured",), [1000, 1500])).alike()


@covers(35)
async def test_a_second_capture_is_another_amount_for_the_same_act(at_providers: Trial) -> None:
    """What a partial capture leaves is let go: asking for the rest is a mismatch and never sent."""
    trial = at_providers
    part = {**ACTS["stripe.capture"], "amount": 1000}
    first = await trial.call("stripe.capture", part)
    second = await trial.call("stripe.capture", {**part, "amount": 1500})
    assert [first.outcome, second.outcome] == [ClaimOutcome.CLAIMED, ClaimOutcome.MISMATCH]
    (effect,) = trial.world.truth().of("stripe", "capture")
    expect.worlds((effect.ref, effect.amount), (HELD, 1000)).alike()


@covers(39)
async def test_a_refund_that_failed_later_gave_nothing_back(at_providers: Trial) -> None:
    """A refund that succeeded and then failed is listed, and not counted as given back."""
    trial = at_providers
    await trial.call("stripe.refund")
    machine = machines()["stripe"]
    for request in trial.world.seen():
        machine.step(request)
    machine.refunds[next(iter(machine.refunds))].status = "failed"  # type: ignore[attr-defined]  # Stripe's own
    for stub in machine.reads():
        trial.world.plant({**stub, "priority": 1})
    told = await trial.call("stripe.read_payment", {"payment_intent": PAYMENT})
    assert told.result is not None
    refunds: Any = told.result["refunds"]
    expect.worlds((told.result["refunded"], [each["status"] for each in refunds]), (0, ["failed"])).alike()


@covers(41)
async def test_an_accepted_cancellation_is_not_told_as_done(at_providers: Trial) -> None:
    """A job that was accepted and never ends leaves an order that says that it is not cancelled."""
    trial = at_providers
    reply = await trial.call("shopify.cancel_order")
    assert reply.result is not None
    assert (reply.result["is_done"], reply.result["cancelled_at"]) == (False, "")
    stuck = machines()["shopify"]
    assert isinstance(stuck, ShopifyMachine)
    stuck.stuck = frozenset({ORDER})
    for request in trial.world.seen():
        stuck.step(request)
    for stub in stuck.reads():
        trial.world.plant(stub)
    order = await trial.call("shopify.read_order", {"order": ORDER})
    assert order.result is not None
    expect.worlds((order.result["id"], order.result["cancelled_at"]), (ORDER, "")).alike()


@covers(43)
async def test_an_order_that_is_there_is_the_order(at_providers: Trial) -> None:
    """Where the store has an order under our external id, that order is the result, and no second is made."""
    trial, name = at_providers, "printful.create_order"
    external = trial.key_of(name).removeprefix("autobiz:")
    there = PrintfulMachine(orders={77: PrintOrder(id=77, external_id=external)})
    for stub in there.reads():
        trial.world.plant(stub)
    body = {
        "code": 400,
        "result": "x",
        "error": {
            "reason": "BadRequest",
            "message": "Order with this External ID already exists",
            "api_error_code": "OR-13",
        },
    }
    trial.plant(name, Planned(fault=Fault.LOCKED, status=400, body=json.dumps(body)))
    reply = await trial.call(name)
    assert reply.outcome is ClaimOutcome.CLAIMED
    assert reply.result is not None
    expect.worlds((reply.result["id"], reply.result["external_id"]), ("77", external)).alike()


@covers(44)
@pytest.mark.parametrize(
    ("status", "total", "wanted", "sent"),
    [
        ("draft", "25.00", ClaimOutcome.CLAIMED, 1),
        ("pending", "25.00", ClaimOutcome.CLAIMED, 0),
        ("inprocess", "25.00", ClaimOutcome.CLAIMED, 0),
        ("draft", "26.00", ErrorCode.REFUSED, 0),
        ("failed", "26.00", ErrorCode.REFUSED, 0),
    ],
)
async def test_an_order_is_confirmed_once_and_at_its_price(
    status: str, total: str, wanted: object, sent: int, at_providers: Trial
) -> None:
    """What is confirmed already is not confirmed again, and never at another price than was agreed to."""
    trial, name = at_providers, "printful.confirm_order"
    there = PrintfulMachine(orders={PRINT_ORDER: PrintOrder(id=PRINT_ORDER, status=status, total=total)})
    for stub in there.reads():
        trial.world.plant(stub)
    reply = await trial.call(name)
    assert reply.outcome is wanted, reply
    posts = [each for each in trial.world.seen() if each.method == "POST"]
    expect.worlds((len(posts), len(trial.world.seen())), (sent, 1 + sent)).alike()


@covers(45)
async def test_a_reshipment_is_told_apart(at_providers: Trial) -> None:
    """A second shipment of the same items says that it is one."""
    trial = at_providers
    shipments = [
        {
            "id": f"s-{again}",
            "shipment_status": "shipped",
            "delivery_status": "in_transit",
            "is_reshipment": again,
        }
        for again in (False, True)
    ]
    there = PrintfulMachine(orders={PRINT_ORDER: PrintOrder(id=PRINT_ORDER, shipments=shipments)})
    for stub in there.reads():
        trial.world.plant(stub)
    told = await trial.call("printful.read_shipments", {"printful_order": str(PRINT_ORDER)})
    assert told.result is not None
    seen: Any = told.result["shipments"]
    expect.worlds([each["is_reshipment"] for each in seen], [False, True]).alike()
