"""Hold, take and let go of a customer's money."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from autobiz_kernel.contract import EffectClass, Json, Recovery, ToolContract
from autobiz_kernel.money import MoneyError, to_stripe
from autobiz_kernel.providers.schemas import (
    AMOUNT,
    COUNT,
    CURRENCY,
    TEXT,
    TIMEOUT_MS,
    closed,
    identifier,
    one_of,
)
from autobiz_kernel.tool import Found, Refused, Tool
from autobiz_kernel.transport import ErrorClass, TurnedAwayError, UnheardError, text

from .client import StripeClient, minor

KEY_MEMBER: Final = "autobiz_key"
_PAYMENT: Final = {"payment_intent": identifier("pi_[A-Za-z0-9_]{1,120}")}
_MONEY: Final = {"amount": AMOUNT, "currency": CURRENCY}
_RESULT: Final = closed(
    {"id": TEXT, "status": TEXT, "amount": COUNT, "currency": CURRENCY},
    {"charge": TEXT, "request_id": TEXT},
)
AUTHORISE: Final = ToolContract(
    name="stripe",
    operation="authorise",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.FINANCIAL,
    recovery=Recovery.PROVIDER_IDEMPOTENT,
    # A customer who pays with another card makes another attempt at the same order.
    identity=("order", "attempt"),
    amount="amount",
    currency="currency",
    provider_ref="id",
    input_schema=closed(
        {
            "order": identifier(),
            "attempt": {"type": "integer", "minimum": 1, "maximum": 99},
            "payment_method": identifier("pm_[A-Za-z0-9_]{1,120}"),
            **_MONEY,
        },
        {"customer": identifier("cus_[A-Za-z0-9_]{1,120}")},
    ),
    output_schema=_RESULT,
)
CAPTURE: Final = ToolContract(
    name="stripe",
    operation="capture",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.FINANCIAL,
    recovery=Recovery.PROVIDER_IDEMPOTENT,
    # There is one capture to an authorisation: what it leaves is let go.
    identity=("payment_intent",),
    amount="amount",
    currency="currency",
    provider_ref="id",
    input_schema=closed({**_PAYMENT, **_MONEY}),
    output_schema=_RESULT,
)
VOID: Final = ToolContract(
    name="stripe",
    operation="void",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.FINANCIAL,
    recovery=Recovery.PROVIDER_IDEMPOTENT,
    identity=("payment_intent",),
    amount="amount",
    currency="currency",
    provider_ref="id",
    input_schema=closed(
        {**_PAYMENT, **_MONEY},
        {"reason": one_of("duplicate", "fraudulent", "requested_by_customer", "abandoned")},
    ),
    output_schema=_RESULT,
)


@dataclass(frozen=True, slots=True)
class Payments:
    """The work on a payment as a whole."""

    stripe: StripeClient

    def tools(self) -> tuple[Tool, ...]:
        return (
            Tool(contract=AUTHORISE, execute=self.authorise, look_up=self.find_authorisation),
            Tool(contract=CAPTURE, execute=self.capture, look_up=self.find_capture),
            Tool(contract=VOID, execute=self.void, look_up=self.find_void),
        )

    async def authorise(self, arguments: Json, key: str) -> Json | Refused:
        members = {
            "amount": stripe_amount(arguments),
            "currency": _currency(arguments).lower(),
            "capture_method": "manual",
            "confirm": True,
            "payment_method": arguments["payment_method"],
            "customer": arguments.get("customer"),
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {"order": arguments["order"], KEY_MEMBER: key},
        }
        told = await self.stripe.post("/v1/payment_intents", members, key)
        return told if isinstance(told, Refused) else _result(told, "amount", arguments)

    async def find_authorisation(self, arguments: Json, key: str) -> Found:
        customer = arguments.get("customer")
        query = {"customer": str(customer)} if customer else {}
        async for each in self.stripe.every("/v1/payment_intents", query):
            if has_key(each, key):
                return Found(result=_result(each, "amount", arguments))
        return Found(result=None)

    async def capture(self, arguments: Json, key: str) -> Json | Refused:
        members = {"amount_to_capture": stripe_amount(arguments), "metadata": {KEY_MEMBER: key}}
        told = await self.stripe.post(f"{_path(arguments)}/capture", members, key)
        return told if isinstance(told, Refused) else _result(told, "amount_received", arguments)

    async def find_capture(self, arguments: Json, key: str) -> Found:
        return await self._find(arguments, key, status="succeeded", amount="amount_received")

    async def void(self, arguments: Json, key: str) -> Json | Refused:
        reason = arguments.get("reason", "requested_by_customer")
        # Stripe takes no metadata here: that it is canceled is all there is to know.
        told = await self.stripe.post(f"{_path(arguments)}/cancel", {"cancellation_reason": reason}, key)
        return told if isinstance(told, Refused) else _result(told, "amount", arguments)

    async def find_void(self, arguments: Json, _key: str) -> Found:
        return await self._find(arguments, "", status="canceled", amount="amount")

    async def _find(self, arguments: Json, key: str, *, status: str, amount: str) -> Found:
        told = await self.stripe.get(_path(arguments))
        if told.get("status") != status:
            return Found(result=None)
        if key and not has_key(told, key):
            raise UnheardError(
                "stripe: this payment was settled by somebody else", error_class=ErrorClass.INTERNAL
            )
        return Found(result=_result(told, amount, arguments))


def stripe_amount(arguments: Json) -> int:
    """Return what Stripe is to be told; an amount it cannot take is not sent."""
    try:
        return to_stripe(arguments["amount"], _currency(arguments))  # type: ignore[arg-type]  # its schema says so
    except MoneyError as error:
        raise TurnedAwayError(str(error), error_class=ErrorClass.VALIDATION) from error


def has_key(told: dict[str, Any], key: str) -> bool:
    """Whether an object was made under this key."""
    metadata = told.get("metadata")
    return isinstance(metadata, dict) and metadata.get(KEY_MEMBER) == key


def _currency(arguments: Json) -> str:
    return str(arguments["currency"])


def _path(arguments: Json) -> str:
    return f"/v1/payment_intents/{quote(str(arguments['payment_intent']), safe='')}"


def _result(told: dict[str, Any], amount: str, arguments: Json) -> Json:
    currency = _currency(arguments)
    got = minor(told, amount, currency, where="stripe payment")
    if got != arguments["amount"]:
        raise UnheardError(
            "stripe payment: another amount than was asked for", error_class=ErrorClass.INTERNAL
        )
    result: dict[str, Any] = {
        "id": text(told.get("id"), where="stripe payment: id"),
        "status": text(told.get("status"), where="stripe payment: status"),
        "amount": got,
        "currency": currency,
        "request_id": told.get("request_id", ""),
    }
    charge = told.get("latest_charge")
    return {**result, "charge": charge} if isinstance(charge, str) else result
