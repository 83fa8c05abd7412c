"""What providers say when they say no, in their own words, and what each means."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autobiz_kernel import Refused
from autobiz_kernel.transport import ErrorClass, TurnedAwayError, UnheardError


def stripe_error(kind: str, code: str = "", **more: Any) -> str:
    return json.dumps(
        {"error": {"type": kind, "message": "planned", **({"code": code} if code else {}), **more}}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One no, in a provider's words, and what it means."""

    op: str
    status: int
    body: str
    means: type[Exception] | type[Refused]
    error_class: ErrorClass
    code: str = ""
    wait_s: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    tells: Mapping[str, str] = field(default_factory=dict)


_STATE = "payment_intent_unexpected_state"
_THROTTLED = json.dumps(
    {
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {
            "cost": {
                "requestedQueryCost": 152,
                "throttleStatus": {"maximumAvailable": 2000, "currentlyAvailable": 2, "restoreRate": 100},
            }
        },
    }
)
SAID = {
    "22 throttled": Said(
        op="shopify.refund_order",
        status=200,
        body=_THROTTLED,
        means=TurnedAwayError,
        error_class=ErrorClass.TRANSIENT,
        code="THROTTLED",
        wait_s=1.5,
    ),
    "22 wrong on the inside": Said(
        op="shopify.refund_order",
        status=200,
        body=json.dumps({"errors": [{"message": "x", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}),
        means=UnheardError,
        error_class=ErrorClass.TRANSIENT,
    ),
    "27 no, and yet worth another try": Said(
        op="stripe.refund",
        status=400,
        body=stripe_error("invalid_request_error", "charge_pending"),
        headers={"Stripe-Should-Retry": "true"},
        means=UnheardError,
        error_class=ErrorClass.TRANSIENT,
        code="charge_pending",
    ),
    "27 broken, and not worth another try": Said(
        op="stripe.refund",
        status=503,
        body=stripe_error("api_error"),
        headers={"Stripe-Should-Retry": "false", "Retry-After": "3"},
        means=UnheardError,
        error_class=ErrorClass.INTERNAL,
        code="api_error",
    ),
    "27 declined": Said(
        op="stripe.authorise",
        status=402,
        body=stripe_error("card_error", "card_declined", decline_code="insufficient_funds"),
        means=Refused,
        error_class=ErrorClass.VALIDATION,
        code="card_declined",
        tells={"decline_code": "insufficient_funds"},
    ),
    "27 shop frozen": Said(
        op="shopify.cancel_order",
        status=423,
        body='{"errors":"This shop is locked"}',
        means=TurnedAwayError,
        error_class=ErrorClass.AUTH,
    ),
    "27 scope lost": Said(
        op="shopify.update_order",
        status=200,
        body=json.dumps({"errors": [{"message": "x", "extensions": {"code": "ACCESS_DENIED"}}]}),
        means=TurnedAwayError,
        error_class=ErrorClass.AUTH,
        code="ACCESS_DENIED",
    ),
    "27 token revoked": Said(
        op="slack.post_approval",
        status=200,
        body='{"ok":false,"error":"token_revoked"}',
        means=TurnedAwayError,
        error_class=ErrorClass.AUTH,
        code="token_revoked",
    ),
    "28 key in use": Said(
        op="stripe.refund",
        status=409,
        body=stripe_error("idempotency_error", "idempotency_key_in_use"),
        means=UnheardError,
        error_class=ErrorClass.TRANSIENT,
        code="idempotency_key_in_use",
    ),
    "29 key with other parameters": Said(
        op="stripe.refund",
        status=400,
        body=stripe_error("idempotency_error"),
        means=UnheardError,
        error_class=ErrorClass.INTERNAL,
        code="idempotency_error",
    ),
    "30 being updated": Said(
        op="printful.cancel_order",
        status=409,
        body='{"code":409,"result":"x","error":{"reason":"Conflict","message":"already being updated"}}',
        means=TurnedAwayError,
        error_class=ErrorClass.TRANSIENT,
        code="Conflict",
        # Every answer of Printful tells when the limit ends; only where the limit refused it is worth a wait.
        headers={"X-Ratelimit-Reset": "60"},
    ),
    "21 locked out": Said(
        op="printful.create_order",
        status=429,
        body='{"code":429,"result":"x","error":{"reason":"TooManyRequests","message":"slow down"}}',
        means=TurnedAwayError,
        error_class=ErrorClass.TRANSIENT,
        code="TooManyRequests",
        wait_s=60.0,
        headers={"X-Ratelimit-Reset": "60"},
    ),
    "21 locked out, told twice": Said(
        op="printful.create_order",
        status=429,
        body='{"code":429,"result":"x","error":{"reason":"TooManyRequests","message":"slow down"}}',
        means=TurnedAwayError,
        error_class=ErrorClass.TRANSIENT,
        wait_s=7.0,
        headers={"X-Ratelimit-Reset": "60", "Retry-After": "7"},
    ),
    "21 locked out until a moment that is over": Said(
        op="printful.create_order",
        status=429,
        body='{"code":429,"result":"x","error":{"reason":"TooManyRequests","message":"slow down"}}',
        means=TurnedAwayError,
        error_class=ErrorClass.TRANSIENT,
        wait_s=0.0,
        headers={"X-Ratelimit-Reset": "1000000000"},
    ),
    "24 broken within a limit": Said(
        op="printful.create_order",
        status=503,
        body='{"code":503,"result":"x","error":{"reason":"ServiceUnavailable","message":"later"}}',
        means=UnheardError,
        error_class=ErrorClass.TRANSIENT,
        headers={"X-Ratelimit-Reset": "60"},
    ),
    "31 too large": Said(
        op="sendgrid.send_mail",
        status=413,
        body='{"errors":[{"message":"too large","field":null,"help":null}]}',
        means=Refused,
        error_class=ErrorClass.VALIDATION,
    ),
    "31 residency": Said(
        op="sendgrid.send_mail",
        status=451,
        body='{"errors":[{"message":"residency","field":null,"help":null}]}',
        means=Refused,
        error_class=ErrorClass.VALIDATION,
    ),
    "35 captured before": Said(
        op="stripe.capture",
        status=400,
        body=stripe_error("invalid_request_error", _STATE, payment_intent={"status": "succeeded"}),
        means=Refused,
        error_class=ErrorClass.VALIDATION,
        code=_STATE,
        tells={"payment_status": "succeeded"},
    ),
    "36 above the remainder": Said(
        op="stripe.refund",
        status=400,
        body=stripe_error("invalid_request_error", param="amount"),
        means=Refused,
        error_class=ErrorClass.VALIDATION,
        code="invalid_request_error",
    ),
    "37 refund of a hold": Said(
        op="stripe.refund",
        status=400,
        body=stripe_error("invalid_request_error", _STATE, payment_intent={"status": "requires_capture"}),
        means=Refused,
        error_class=ErrorClass.VALIDATION,
        tells={"payment_status": "requires_capture"},
    ),
    "37 void of a capture": Said(
        op="stripe.void",
        status=400,
        body=stripe_error("invalid_request_error", _STATE, payment_intent={"status": "succeeded"}),
        means=Refused,
        error_class=ErrorClass.VALIDATION,
        tells={"payment_status": "succeeded"},
    ),
    "38 hold expired": Said(
        op="stripe.capture",
        status=400,
        body=stripe_error("invalid_request_error", _STATE, payment_intent={"status": "canceled"}),
        means=Refused,
        error_class=ErrorClass.VALIDATION,
        tells={"payment_status": "canceled"},
    ),
    "40 disputed": Said(
        op="stripe.refund",
        status=400,
        body=stripe_error("invalid_request_error", "charge_disputed"),
        means=Refused,
        error_class=ErrorClass.VALIDATION,
        code="charge_disputed",
    ),
    "41 in production": Said(
        op="printful.cancel_order",
        status=400,
        body='{"code":400,"result":"x","error":{"reason":"BadRequest","message":"cannot be canceled"}}',
        means=Refused,
        error_class=ErrorClass.VALIDATION,
        code="BadRequest",
    ),
    "41 fulfilled": Said(
        op="shopify.cancel_order",
        status=200,
        body=json.dumps(
            {
                "data": {
                    "orderCancel": {
                        "job": None,
                        "orderCancelUserErrors": [{"field": None, "message": "fulfilled", "code": "INVALID"}],
                        "userErrors": [],
                    }
                }
            }
        ),
        means=Refused,
        error_class=ErrorClass.VALIDATION,
        code="INVALID",
    ),
    "42 released by Shopify": Said(
        op="stripe.void",
        status=400,
        body=stripe_error("invalid_request_error", _STATE, payment_intent={"status": "canceled"}),
        means=Refused,
        error_class=ErrorClass.VALIDATION,
        tells={"payment_status": "canceled"},
    ),
    "46 wrong on the inside": Said(
        op="slack.post_approval",
        status=200,
        body='{"ok":false,"error":"internal_error"}',
        means=UnheardError,
        error_class=ErrorClass.TRANSIENT,
    ),
}
