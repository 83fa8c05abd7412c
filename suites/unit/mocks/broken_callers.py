"""What a right caller sends to each provider, and what broken ones send besides."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from autobiz_mocks import Served
from autobiz_mocks.truth import (
    Machine,
    Order,
    Payment,
    PrintfulMachine,
    PrintOrder,
    SendgridMachine,
    ShopifyMachine,
    SlackMachine,
    StripeMachine,
)

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
SHOP_ORDER = "gid://shopify/Order/1"


def key(number: int) -> str:
    return f"autobiz:{number:032x}"


def world() -> Mapping[str, Machine]:
    return {
        "stripe": StripeMachine(
            payments={
                "pi_eur_500_old": Payment(
                    id="pi_eur_500_old",
                    currency="eur",
                    amount=500,
                    status="succeeded",
                    received=500,
                    disputed=True,
                )
            }
        ),
        "shopify": ShopifyMachine(
            orders={
                SHOP_ORDER: Order(id=SHOP_ORDER, total=Decimal("20.00"), currency="EUR"),
                "gid://shopify/Order/2": Order(
                    id="gid://shopify/Order/2", total=Decimal(1), currency="EUR", is_fulfilled=True
                ),
            }
        ),
        "printful": PrintfulMachine(orders={5: PrintOrder(id=5, status="inprocess")}),
        "sendgrid": SendgridMachine(),
        "slack": SlackMachine(),
    }


def sent(
    provider: str, op: str, path: str, body: Any, number: int, *, at: datetime = BEGAN, effect: str = "accept"
) -> Served:
    form = provider == "stripe"
    return Served(
        method="POST",
        url=path,
        headers={"Idempotency-Key": key(number), "Authorization": "Bearer sk_test_x"},
        body=urlencode(body) if form else json.dumps(body),
        status=200,
        effect=effect,
        provider=provider,
        op=op,
        fault="",
        at=at,
    )


HELD = f"pi_eur_1999_{key(1)[8:20]}"
VOIDED = f"pi_eur_700_{key(9)[8:20]}"
AUTHORISE = sent(
    "stripe",
    "authorise",
    "/v1/payment_intents",
    {"amount": 1999, "currency": "eur", "metadata[order]": "o-1"},
    1,
)
CAPTURE = sent("stripe", "capture", f"/v1/payment_intents/{HELD}/capture", {"amount_to_capture": 1999}, 2)
REFUND = sent(
    "stripe",
    "refund",
    "/v1/refunds",
    {"payment_intent": HELD, "amount": 900, "metadata[refund_id]": "r-1"},
    3,
)
OTHER = sent(
    "stripe",
    "authorise",
    "/v1/payment_intents",
    {"amount": 700, "currency": "eur", "metadata[order]": "o-2"},
    9,
)
VOID = sent("stripe", "void", f"/v1/payment_intents/{VOIDED}/cancel", {}, 10)
TAX = sent("stripe", "commit_tax", "/v1/tax/transactions/create_from_calculation", {"reference": "o-1"}, 4)
SHOP_REFUND = sent(
    "shopify",
    "refund_order",
    "/admin",
    {
        "variables": {
            "input": {
                "orderId": SHOP_ORDER,
                "currency": "EUR",
                "note": "n",
                "transactions": [{"amount": "15.00"}],
            }
        }
    },
    5,
)
SHOP_CANCEL = sent("shopify", "cancel_order", "/admin", {"variables": {"orderId": SHOP_ORDER}}, 6)
PRINT = sent("printful", "create_order", "/orders", {"external_id": "e-1"}, 7)
PRINTED = 9000000000000
CONFIRM = sent("printful", "confirm_order", f"/orders/{PRINTED}/confirm", None, 8)
UNPRINT = sent("printful", "cancel_order", f"/orders/{PRINTED}", None, 11)
MAIL = sent(
    "sendgrid",
    "send_mail",
    "/v3/mail/send",
    {
        "personalizations": [{"to": [{"email": "a@example.com"}], "custom_args": {"autobiz_key": key(12)}}],
        "mail_settings": {"sandbox_mode": {"enable": True}},
    },
    12,
)
POST = sent(
    "slack",
    "post_approval",
    "/api/chat.postMessage",
    {"channel": "CTEST", "text": "?", "metadata": {"event_payload": {"approval": "a-1"}}},
    13,
)
RIGHT = (
    AUTHORISE,
    CAPTURE,
    REFUND,
    OTHER,
    VOID,
    TAX,
    SHOP_REFUND,
    SHOP_CANCEL,
    PRINT,
    CONFIRM,
    UNPRINT,
    MAIL,
    POST,
)


def with_key(request: Served, number: int) -> Served:
    return replace(request, headers={**request.headers, "Idempotency-Key": key(number)})


def changed(request: Served, old: str, new: str, *, number: int | None = None) -> Served:
    body = request.body.replace(old, new)
    assert body != request.body or old == new
    return replace(request if number is None else with_key(request, number), body=body)


def later(request: Served, **by: float) -> Served:
    return replace(request, at=BEGAN + timedelta(**by))


@dataclass(frozen=True)
class Mutant:
    """What a broken caller would have sent besides, and the rule that must say so."""

    wrong: tuple[Served, ...]
    rule: str
    # What follows from it by another rule.
    also: str = ""


MUTANTS = {
    "refund given twice under two keys": Mutant(
        (changed(REFUND, "900", "500", number=21),), "stripe.refunded_twice"
    ),
    "key used for another amount": Mutant((changed(REFUND, "900", "899"),), "stripe.key_reused"),
    "key used for another operation": Mutant((with_key(VOID, 3),), "stripe.key_reused"),
    "refund above what was captured": Mutant(
        (changed(changed(REFUND, "900", "1100"), "r-1", "r-2", number=22),), "stripe.refund_above_captured"
    ),
    "refund of a hold that was let go": Mutant(
        (changed(REFUND, HELD, VOIDED, number=23),), "stripe.refund_before_capture"
    ),
    "refund of what is disputed": Mutant(
        (changed(changed(REFUND, "900", "100"), HELD, "pi_eur_500_old", number=24),),
        "stripe.refund_of_disputed",
    ),
    "refund of what nobody paid": Mutant(
        (changed(REFUND, HELD, "pi_eur_1_nobody", number=25),), "stripe.unknown_payment"
    ),
    "retry after a day": Mutant((later(REFUND, hours=24),), "stripe.key_forgotten", "stripe.refunded_twice"),
    "capture after void": Mutant(
        (replace(with_key(CAPTURE, 26), url=f"/v1/payment_intents/{VOIDED}/capture"),),
        "stripe.capture_after_void",
    ),
    "captured twice": Mutant((with_key(CAPTURE, 27),), "stripe.captured_twice"),
    "capture above the hold": Mutant(
        (
            changed(OTHER, "o-2", "o-3", number=28),
            replace(with_key(CAPTURE, 29), url=f"/v1/payment_intents/pi_eur_700_{key(28)[8:20]}/capture"),
        ),
        "stripe.capture_above_hold",
    ),
    "capture after seven days": Mutant(
        (
            changed(OTHER, "o-2", "o-3", number=28),
            later(
                changed(
                    replace(
                        with_key(CAPTURE, 29), url=f"/v1/payment_intents/pi_eur_700_{key(28)[8:20]}/capture"
                    ),
                    "1999",
                    "700",
                ),
                days=7,
            ),
        ),
        "stripe.capture_after_expiry",
    ),
    "void after capture": Mutant(
        (replace(with_key(VOID, 30), url=f"/v1/payment_intents/{HELD}/cancel"),), "stripe.void_after_capture"
    ),
    "voided twice": Mutant((with_key(VOID, 31),), "stripe.voided_twice"),
    "one order held twice": Mutant((with_key(AUTHORISE, 32),), "stripe.order_held_twice"),
    "tax committed twice": Mutant((with_key(TAX, 33),), "stripe.tax_committed_twice"),
    "no key at all": Mutant(
        (replace(REFUND, headers={"Authorization": "Bearer sk_test_x"}),), "stripe.no_key"
    ),
    "a live key": Mutant(
        (replace(REFUND, headers={**REFUND.headers, "Authorization": "Bearer sk_" + "live_x"}),),
        "stripe.live_key",
    ),
    "shop refund above what was paid": Mutant((with_key(SHOP_REFUND, 34),), "shopify.refund_above_paid"),
    "shop refund in another currency": Mutant(
        (changed(changed(SHOP_REFUND, "EUR", "USD"), "15.00", "1.00", number=35),),
        "shopify.refund_in_another_currency",
    ),
    "shop key used for another amount": Mutant(
        (changed(SHOP_REFUND, "15.00", "1.00"),), "shopify.key_reused"
    ),
    "shop order cancelled twice": Mutant((with_key(SHOP_CANCEL, 36),), "shopify.cancelled_twice"),
    "cancel after fulfilment": Mutant(
        (changed(SHOP_CANCEL, "Order/1", "Order/2", number=37),), "shopify.cancel_after_fulfilment"
    ),
    "two orders under one external id": Mutant((with_key(PRINT, 38),), "printful.duplicate_external_id"),
    "confirmed after it was canceled": Mutant((with_key(CONFIRM, 39),), "printful.confirm_after_cancel"),
    "confirmed while it is made": Mutant(
        (replace(with_key(CONFIRM, 40), url="/orders/5/confirm"),), "printful.confirmed_twice"
    ),
    "canceled while it is made": Mutant(
        (replace(with_key(UNPRINT, 41), url="/orders/5"),), "printful.cancel_after_production"
    ),
    "shop refund sent again after a day": Mutant(
        (
            changed(SHOP_REFUND, "15.00", "1.00", number=46),
            later(changed(SHOP_REFUND, "15.00", "1.00", number=46), hours=24),
        ),
        "shopify.key_forgotten",
    ),
    "shop refund of no order": Mutant(
        (changed(SHOP_REFUND, "Order/1", "Order/9", number=47),), "shopify.unknown_order"
    ),
    "no such print order": Mutant(
        (replace(with_key(CONFIRM, 48), url="/orders/77/confirm"),), "printful.unknown_order"
    ),
    "print order canceled twice": Mutant((with_key(UNPRINT, 49),), "printful.cancelled_twice"),
    "mailed twice": Mutant((MAIL,), "sendgrid.mailed_twice"),
    "mailed outside the sandbox": Mutant(
        (changed(changed(MAIL, "true", "false"), key(12), key(42), number=42),), "sendgrid.outside_sandbox"
    ),
    "mailed to somebody real": Mutant(
        (changed(changed(MAIL, "example.com", "gmail.com"), key(12), key(43), number=43),),
        "sendgrid.real_recipient",
    ),
    "asked twice for one approval": Mutant((with_key(POST, 44),), "slack.asked_twice"),
    "update of what was never posted": Mutant(
        (replace(changed(POST, '"text"', '"ts": "1.2", "text"', number=45), op="update_approval"),),
        "slack.unknown_message",
    ),
}
