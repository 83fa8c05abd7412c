"""Say what calls cost, in whole millionths, at the prices of their day."""

from .micros import MICROS_MAX, CostError, cost_of_units, micros_of
from .prices import COST_MAX, Price, PriceTable, prices_of_toml

__all__ = [
    "COST_MAX",
    "MICROS_MAX",
    "CostError",
    "Price",
    "PriceTable",
    "cost_of_units",
    "micros_of",
    "prices_of_toml",
]
