"""Draw the business acts of one trial from its seed: what is asked for, in which currency, of how much."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from autobiz_kernel import Json, Tool

from ..stripe_tools import StripeTools, payment_id


class Operation(StrEnum):
    CAPTURE = "capture"
    VOID = "void"
    FULL_REFUND = "full_refund"
    PARTIAL_REFUNDS = "partial_refunds"


class CurrencyClass(StrEnum):
    TWO_DECIMALS = "two_decimals"
    NO_DECIMALS = "no_decimals"
    THREE_DECIMALS = "three_decimals"


_CURRENCIES = {
    CurrencyClass.TWO_DECIMALS: ("USD", "EUR", "GBP", "CAD"),
    CurrencyClass.NO_DECIMALS: ("JPY", "KRW", "CLP"),
    CurrencyClass.THREE_DECIMALS: ("KWD", "BHD", "OMR"),
}
_MINOR_UNITS_MAX = 99_999_999
ACTS_MAX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that must happen once, and where the provider sees it."""

    tool: Tool
    arguments: Json
    path: str

    def with_tool(self, change: Callable[[Tool], Tool]) -> "Act":
        return replace(self, tool=change(self.tool))


def draw_acts(
    rng: random.Random, stripe: StripeTools, operation: Operation, currency_class: CurrencyClass
) -> tuple[Act, ...]:
    """Draw one to three orders, or two to four partial refunds of a single one."""
    currency = rng.choice(_CURRENCIES[currency_class])
    if operation is Operation.PARTIAL_REFUNDS:
        return _partial_refunds(rng, stripe, currency, currency_class)
    return tuple(
        _whole_act(rng, stripe, operation, currency, _amount(rng, currency_class))
        for _ in range(rng.randint(1, 3))
    )


def _amount(rng: random.Random, currency_class: CurrencyClass) -> int:
    # The smallest and the largest amounts are where formats break, so they are drawn often.
    step = 10 if currency_class is CurrencyClass.THREE_DECIMALS else 1
    highest = _MINOR_UNITS_MAX // step
    return step * rng.choice((1, highest, rng.randint(1, highest), rng.randint(1, 500)))


def _payment(rng: random.Random, currency: str, amount: int) -> str:
    return payment_id(currency, amount, f"{rng.getrandbits(96):024x}")


def _whole_act(
    rng: random.Random, stripe: StripeTools, operation: Operation, currency: str, amount: int
) -> Act:
    payment = _payment(rng, currency, amount)
    arguments: dict[str, str | int] = {"payment_intent": payment, "currency": currency, "amount": amount}
    match operation:
        case Operation.CAPTURE:
            return Act(
                tool=stripe.capture, arguments=arguments, path=f"/v1/payment_intents/{payment}/capture"
            )
        case Operation.VOID:
            return Act(tool=stripe.void, arguments=arguments, path=f"/v1/payment_intents/{payment}/cancel")
        case _:
            arguments["refund_id"] = f"refund-{rng.getrandbits(32):08x}"
            return Act(tool=stripe.refund, arguments=arguments, path="/v1/refunds")


def _partial_refunds(
    rng: random.Random, stripe: StripeTools, currency: str, currency_class: CurrencyClass
) -> tuple[Act, ...]:
    # Two are of one amount on purpose: equal in all but their declared identity, both must run.
    amount = _amount(rng, currency_class)
    amounts = [amount, amount, *(_amount(rng, currency_class) for _ in range(rng.randint(0, ACTS_MAX - 2)))]
    payment = _payment(rng, currency, sum(amounts))
    rng.shuffle(amounts)
    return tuple(
        Act(
            tool=stripe.refund,
            arguments={
                "payment_intent": payment,
                "currency": currency,
                "amount": part,
                "refund_id": f"refund-{number}",
            },
            path="/v1/refunds",
        )
        for number, part in enumerate(amounts)
    )
