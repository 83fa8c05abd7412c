"""Give money back, and tell how much of a payment has come and gone."""

from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from autobiz_kernel.contract import EffectClass, Json, Recovery, ToolContract
from autobiz_kernel.money import from_stripe
from autobiz_kernel.providers.exchange import nothing_sent
from autobiz_kernel.providers.schemas import (
    AMOUNT,
    COUNT,
    CURRENCY,
    TEXT,
    TIMEOUT_MS,
    closed,
    identifier,
    many,
    one_of,
)
from autobiz_kernel.tool import Found, Refused, Tool
from autobiz_kernel.transport import ErrorClass, ProviderError, UnheardError, text, whole

from .client import StripeClient, minor
from .payments import KEY_MEMBER, has_key, stripe_amount

_PAYMENT: Final = identifier("pi_[A-Za-z0-9_]{1,120}")
_REFUND_RESULT: Final = closed(
    {"id": TEXT, "status": TEXT, "amount": COUNT, "currency": CURRENCY}, {"request_id": TEXT}
)
REFUND: Final = ToolContract(
    name="stripe",
    operation="refund",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.FINANCIAL,
    recovery=Recovery.PROVIDER_IDEMPOTENT,
    identity=("payment_intent", "refund_id"),
    amount="amount",
    currency="currency",
    provider_ref="id",
    input_schema=closed(
        {"payment_intent": _PAYMENT, "refund_id": identifier(), "amount": AMOUNT, "currency": CURRENCY},
        {"reason": one_of("duplicate", "fraudulent", "requested_by_customer")},
    ),
    output_schema=_REFUND_RESULT,
)
# The same act under the same key. A yes may be a day old when it is used, and what was left then may be gone.
REFUND_WITHIN: Final = replace(REFUND, version="2", timeout_ms=3 * TIMEOUT_MS)
READ_PAYMENT: Final = ToolContract(
    name="stripe",
    operation="read_payment",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.READ,
    input_schema=closed({"payment_intent": _PAYMENT}),
    output_schema=closed(
        {
            "id": TEXT,
            "status": TEXT,
            "currency": CURRENCY,
            "amount": COUNT,
            "capturable": COUNT,
            "received": COUNT,
            "refunded": COUNT,
            "refunds": {**many(_REFUND_RESULT, most=2000), "minItems": 0},
        }
    ),
)
ABOVE_CAPTURED: Final = "above_captured"
# What of a refund still stands; one that failed or was canceled has given nothing back.
_STANDING: Final = frozenset({"pending", "requires_action", "succeeded"})


@dataclass(frozen=True, slots=True)
class Refunds:
    """The giving back of payments, and the reading of what has come and gone."""

    stripe: StripeClient

    def tools(self) -> tuple[Tool, ...]:
        return (
            Tool(contract=REFUND, execute=self.refund, look_up=self.find),
            Tool(contract=REFUND_WITHIN, execute=self.refund_within, look_up=self.find),
            Tool(contract=READ_PAYMENT, execute=self.read),
        )

    async def refund(self, arguments: Json, key: str) -> Json | Refused:
        members = {
            "payment_intent": arguments["payment_intent"],
            "amount": stripe_amount(arguments),
            "reason": arguments.get("reason"),
            "metadata": {"refund_id": arguments["refund_id"], KEY_MEMBER: key},
        }
        told = await self.stripe.post("/v1/refunds", members, key)
        if isinstance(told, Refused):
            return told
        result = _refund(told, str(arguments["currency"]))
        if result["amount"] != arguments["amount"]:
            raise UnheardError(
                "stripe refund: another amount than was asked for", error_class=ErrorClass.INTERNAL
            )
        return result

    async def refund_within(self, arguments: Json, key: str) -> Json | Refused:
        """Look first: at this very refund, which may have been made, and at what is left."""
        try:
            made, left = await self._looked(arguments, key)
        except ProviderError as error:
            # Nothing was sent by this try; what an earlier one may have done is found under its key.
            raise nothing_sent(error) from error
        if made is not None:
            return made
        if stripe_amount(arguments) > left:
            kept = {"error_class": ErrorClass.VALIDATION.value, "code": ABOVE_CAPTURED, "message": ""}
            return Refused(result=kept)
        return await self.refund(arguments, key)

    async def find(self, arguments: Json, key: str) -> Found:
        payment = str(arguments["payment_intent"])
        async for each in self.stripe.every("/v1/refunds", {"payment_intent": payment}):
            if has_key(each, key):
                return Found(result=_refund(each, str(arguments["currency"])))
        return Found(result=None)

    async def read(self, arguments: Json, _key: str) -> Json:
        payment = str(arguments["payment_intent"])
        told = await self.stripe.get(_path(payment))
        currency = text(told.get("currency"), where="stripe payment: currency").upper()
        refunds = [
            _refund(each, currency)
            async for each in self.stripe.every("/v1/refunds", {"payment_intent": payment})
        ]

        def amount(name: str) -> int:
            return from_stripe(whole(told.get(name), where=f"stripe payment: {name}"), currency)

        return {
            "id": text(told.get("id"), where="stripe payment: id"),
            "status": text(told.get("status"), where="stripe payment: status"),
            "currency": currency,
            "amount": amount("amount"),
            "capturable": amount("amount_capturable"),
            "received": amount("amount_received"),
            "refunded": sum(each["amount"] for each in refunds if each["status"] in _STANDING),
            "refunds": refunds,
        }

    async def _looked(self, arguments: Json, key: str) -> tuple[Json | None, int]:
        """Return this very refund if it was made, and how much there is left, in Stripe's numbers."""
        payment, made, given = str(arguments["payment_intent"]), None, 0
        async for each in self.stripe.every("/v1/refunds", {"payment_intent": payment}):
            if has_key(each, key):
                made = _refund(each, str(arguments["currency"]))
            if each.get("status") in _STANDING:
                given += whole(each.get("amount"), where="stripe refund: amount")
        told = await self.stripe.get(_path(payment))
        return made, whole(told.get("amount_received"), where="stripe payment: received") - given


def _path(payment: str) -> str:
    return f"/v1/payment_intents/{quote(payment, safe='')}"


def _refund(told: dict[str, Any], currency: str) -> dict[str, Any]:
    return {
        "id": text(told.get("id"), where="stripe refund: id"),
        "status": text(told.get("status"), where="stripe refund: status"),
        "amount": minor(told, "amount", currency, where="stripe refund"),
        "currency": currency,
        "request_id": told.get("request_id", ""),
    }
