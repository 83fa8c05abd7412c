"""Say what calls cost, in whole millionths, at the prices of their day, and who caused it."""

from .attribution import Attribution, Charge, Dimension, attribute
from .micros import MICROS_MAX, CostError, cost_of_units, micros_of
from .prices import Price, PriceTable, prices_of_toml

__all__ = [
    "MICROS_MAX",
    "Attribution",
    "Charge",
    "CostError",
    "Dimension",
    "Price",
    "PriceTable",
    "attribute",
    "cost_of_units",
    "micros_of",
    "prices_of_toml",
]
