"""Write an amount in its currency's smallest unit, and read one; what does not fit exactly is refused.

An amount is a whole number of the smallest unit, everywhere but at the edge to a provider. No float ever
holds one: 19.99 has no exact form in binary.
"""

import re
from decimal import Decimal
from typing import Final

EXPONENT: Final = 2
# ISO 4217, where it is not two.
_EXPONENTS: Final = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF"), 0
    ),
    **dict.fromkeys(("XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?", re.ASCII)


class MoneyError(ValueError):
    """An amount that its currency cannot have, or a currency that is none."""


def exponent_of(currency: str) -> int:
    """Return how many decimals a currency has."""
    if not _CURRENCY.fullmatch(currency):
        raise MoneyError(f"currency {currency[:8]!r} must be three capital letters, as in 'EUR'")
    return _EXPONENTS.get(currency, EXPONENT)


def decimal_text(amount_minor: int, currency: str) -> str:
    """Write smallest units as the decimal text that shops use: 1999 EUR is "19.99", 500 JPY is "500"."""
    if type(amount_minor) is not int:
        raise MoneyError(f"amount {amount_minor!r} must be a whole number of the smallest unit")
    return format(Decimal(amount_minor).scaleb(-exponent_of(currency)), "f")


def minor_of(text: str, currency: str) -> int:
    """Read a decimal text; more decimals than the currency has are allowed only where they are zeros."""
    exponent = exponent_of(currency)
    if not _DECIMAL.fullmatch(text):
        raise MoneyError(f"amount {text[:32]!r} must be a text of digits, as in '19.99'")
    scaled = Decimal(text).scaleb(exponent)
    if scaled != scaled.to_integral_value():
        raise MoneyError(f"amount {text!r} has more decimals than {currency} has ({exponent})")
    return int(scaled)
