"""Count money in whole millionths of a currency's unit: integers add up the same in any order."""

import re

from autobiz_kernel.errors import KernelError

MICROS = 1_000_000
MICROS_MAX = 2**63 - 1  # what the database's integers hold
UNITS_MAX = 2**53 - 1
RATE_UNITS = 1_000_000

_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,6}))?", re.ASCII)


class CostError(KernelError):
    """A price or an amount that nothing can be charged by."""


def micros_of(amount: object) -> int:
    """Read a decimal amount such as `0.15` exactly; floats are refused because they have rounded already."""
    match = _AMOUNT.fullmatch(amount) if isinstance(amount, str) else None
    if match is None:
        raise CostError(f"amount {amount!r} is no decimal of at most 6 places in a string, such as '0.15'")
    whole, fraction = match[1], (match[2] or "").ljust(6, "0")
    return int(whole) * MICROS + int(fraction)


def cost_of_units(units: int, *, micros_per_million: int) -> int:
    """Return what so many units cost, rounded up: a budget may end a millionth early and never late."""
    for name, value, most in (("units", units, UNITS_MAX), ("price", micros_per_million, MICROS_MAX)):
        if type(value) is not int or not 0 <= value <= most:
            raise CostError(f"cost: {name} of {value!r}; give a whole number from 0 to {most}")
    cost = -(-units * micros_per_million // RATE_UNITS)
    if cost > MICROS_MAX:
        raise CostError(f"cost: {units} units at {micros_per_million} are more than can be stored")
    return cost
