"""Draw what one trial is about: an order, by how much it was paid, and the returns that the shop tells of."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from autobiz_mocks.truth import Machine, Order, Payment, SendgridMachine, ShopifyMachine, StripeMachine

from ..stripe_tools import payment_id

# As the business's own rule for approval has them.
THRESHOLDS = {
    "EUR": 10_000, "GBP": 10_000, "USD": 10_000,
    "CLP": 100_000, "JPY": 15_000, "KRW": 150_000,
    "BHD": 40_000, "KWD": 30_000,
}  # fmt: skip
MINOR_UNITS_MAX = 99_999_999
RETURNS_MAX = 3


class Shape(StrEnum):
    FULL = "full"
    PARTIAL = "partial"
    REPEATED = "repeated"


class Exponent(StrEnum):
    """How many decimals a currency has."""

    NONE = "no_decimals"
    TWO = "two_decimals"
    THREE = "three_decimals"


CURRENCIES = {
    Exponent.NONE: ("CLP", "JPY", "KRW"),
    Exponent.TWO: ("EUR", "GBP", "USD"),
    Exponent.THREE: ("BHD", "KWD"),
}
_PLACES = {Exponent.NONE: 0, Exponent.TWO: 2, Exponent.THREE: 3}
_STEP = {Exponent.NONE: 1, Exponent.TWO: 1, Exponent.THREE: 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One return: a number that the shop gives, and what is to be given back for it."""

    number: int
    amount: int

    @property
    def refund_id(self) -> str:
        return f"return-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """An order that was paid, and its returns; amounts in the currency's smallest units."""

    currency: str
    captured: int
    returns: tuple[Return, ...]
    order: int
    payment: str
    email: str

    @property
    def order_id(self) -> str:
        return f"gid://shopify/Order/{self.order}"

    @property
    def amounts(self) -> tuple[int, ...]:
        return tuple(each.amount for each in self.returns)

    def decimal(self, amount: int) -> Decimal:
        """An amount as the shop writes it; by this page's own tables, and not by the kernel's."""
        places = next(_PLACES[each] for each, names in CURRENCIES.items() if self.currency in names)
        return Decimal(amount).scaleb(-places)

    def machines(self) -> dict[str, Machine]:
        """The providers as they are before the trial."""
        # Of these currencies Stripe counts the very smallest units.
        payment = Payment(
            id=self.payment,
            currency=self.currency.lower(),
            amount=self.captured,
            status="succeeded",
            received=self.captured,
        )
        order = Order(
            id=self.order_id,
            total=self.decimal(self.captured),
            currency=self.currency,
            email=self.email,
            paid_by=self.payment,
        )
        return {
            "stripe": StripeMachine(payments={self.payment: payment}),
            "shopify": ShopifyMachine(orders={self.order_id: order}),
            "sendgrid": SendgridMachine(),
        }

    def told(self, what: Return, **changed: Any) -> dict[str, Any]:
        """A return as the shop tells of it."""
        amount = str(self.decimal(what.amount))
        return {
            "id": what.number,
            "admin_graphql_api_id": f"gid://shopify/Return/{what.number}",
            "order_id": self.order,
            "status": "open",
            "total_refund_set": {"shop_money": {"amount": amount, "currency_code": self.currency}},
            **changed,
        }


def draw(
    rng: random.Random, shape: Shape, exponent: Exponent | None = None, *, is_large: bool = False
) -> Drawn:
    """Draw an order with its returns; every one of them below the threshold, or every one above."""
    exponent = exponent or rng.choice(list(Exponent))
    currency = rng.choice(CURRENCIES[exponent])
    step = _STEP[exponent]
    least, most = (step, THRESHOLDS[currency]) if not is_large else (
        THRESHOLDS[currency] + step, MINOR_UNITS_MAX // (2 * RETURNS_MAX) // step * step
    )  # fmt: skip

    def amount() -> int:
        # The edges are where rules and formats break, so they are drawn often.
        return rng.choice((least, most, step * rng.randint(least // step, most // step)))

    amounts = [amount()]
    if shape is Shape.REPEATED:
        # Two of one amount on purpose: equal in all but the return, both must be given back.
        amounts += [amounts[0], *(amount() for _ in range(rng.randint(0, RETURNS_MAX - 2)))]
        rng.shuffle(amounts)
    kept = 0 if shape is Shape.FULL else rng.choice((step, amount()))
    if shape is Shape.REPEATED and rng.random() < 0.5:
        kept = 0
    return made(rng, currency, sum(amounts) + kept, amounts)


def draw_too_much(rng: random.Random, exponent: Exponent | None = None, *, is_large: bool) -> Drawn:
    """Draw an order with two returns, each of which could be refunded, and both could not."""
    exponent = exponent or rng.choice(list(Exponent))
    first = draw(rng, Shape.FULL, exponent, is_large=is_large)
    step = _STEP[exponent]
    (amount,) = first.amounts
    # By one smallest unit too much, or by anything up to all of it.
    short = rng.choice((step, amount, step * rng.randint(1, amount // step)))
    return made(rng, first.currency, 2 * amount - short, [amount, amount])


def made(rng: random.Random, currency: str, captured: int, amounts: Sequence[int]) -> Drawn:
    """Draw the names of an order of which the amounts are known."""
    first = rng.randint(1, 10**9)
    return Drawn(
        currency=currency,
        captured=captured,
        returns=tuple(Return(number=first + number, amount=each) for number, each in enumerate(amounts)),
        order=rng.randint(1, 10**9),
        payment=payment_id(currency, captured, f"{rng.getrandbits(40):010x}"),
        email=f"customer-{rng.randint(1, 10**6)}@example.com",
    )
