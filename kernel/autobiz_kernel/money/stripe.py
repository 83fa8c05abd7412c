"""How Stripe counts: mostly in smallest units, with exceptions that cost a hundredfold where forgotten."""

from typing import Final

from .amounts import MoneyError, exponent_of

# No decimals by ISO, yet Stripe counts hundredths, which must be zero.
_HUNDREDFOLD: Final = frozenset({"ISK", "UGX"})
# Hundredths by ISO, yet Stripe counts whole units.
_HUNDREDTH: Final = frozenset({"MGA"})


def to_stripe(amount_minor: int, currency: str) -> int:
    """Return the number that Stripe wants for this many smallest units."""
    exponent = exponent_of(currency)
    if type(amount_minor) is not int:
        raise MoneyError(f"amount {amount_minor!r} must be a whole number of the smallest unit")
    if currency in _HUNDREDFOLD:
        return amount_minor * 100
    step = 100 if currency in _HUNDREDTH else 10 if exponent == 3 else 1
    if amount_minor % step:
        raise MoneyError(f"amount {amount_minor} {currency}: Stripe takes multiples of {step} only")
    return amount_minor // 100 if currency in _HUNDREDTH else amount_minor


def from_stripe(amount: int, currency: str) -> int:
    """Return how many smallest units Stripe's number is."""
    exponent_of(currency)
    if type(amount) is not int:
        raise MoneyError(f"Stripe's amount {amount!r} must be a whole number")
    if currency in _HUNDREDFOLD:
        if amount % 100:
            raise MoneyError(f"Stripe's amount {amount} {currency} has hundredths, which this currency lacks")
        return amount // 100
    return amount * 100 if currency in _HUNDREDTH else amount
