"""Money as whole smallest units, and the shapes in which providers write it."""

from .amounts import MoneyError, decimal_text, exponent_of, minor_of
from .stripe import from_stripe, to_stripe

__all__ = [
    "MoneyError",
    "decimal_text",
    "exponent_of",
    "from_stripe",
    "minor_of",
    "to_stripe",
]
