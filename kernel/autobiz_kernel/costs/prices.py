"""Look up what something cost on a given day."""

import tomllib
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from .micros import RATE_UNITS, CostError, cost_of_units, micros_of

COST_MAX = 2**53 - 1
_FIELDS = {"item", "from", "price", "per"}
_OPTIONAL = {"price_out"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What an item costs from a moment on, until the next price of the same item.

    Units that come out may have a price of their own, as the tokens have that a model writes.
    """

    item: str
    from_at: datetime
    micros_per_million: int
    out_micros_per_million: int | None = None

    def __post_init__(self) -> None:
        if not self.item or self.item != self.item.strip():
            raise CostError(f"price: item {self.item!r} is empty or has spaces around it")
        if self.from_at.utcoffset() is None:
            raise CostError(f"price of {self.item}: {self.from_at.isoformat()} has no time zone; use UTC")
        for rate in (self.micros_per_million, self._out_rate):
            cost_of_units(1, micros_per_million=rate)

    @property
    def _out_rate(self) -> int:
        of_its_own = self.out_micros_per_million
        return self.micros_per_million if of_its_own is None else of_its_own

    def cost(self, units: int, *, out: int = 0) -> int:
        """Return what so many units cost, of which so many came out, at most what ends any run.

        It is asked after an effect, when an error would keep what has happened from being written down.
        """
        out = min(max(out, 0), units)
        return min(COST_MAX, _capped(units - out, self.micros_per_million) + _capped(out, self._out_rate))


def _capped(units: int, rate: int) -> int:
    if units > COST_MAX * RATE_UNITS // max(1, rate):
        return COST_MAX
    return cost_of_units(units, micros_per_million=rate)


class PriceTable:
    """All prices of one currency, by item and date; what has no price cannot be charged."""

    def __init__(self, currency: str, prices: tuple[Price, ...]) -> None:
        if len(currency) != 3 or not (currency.isascii() and currency.isupper() and currency.isalpha()):
            raise CostError(f"prices: currency {currency!r} is no code of three capitals, such as 'USD'")
        self.currency = currency
        self._by_item: dict[str, list[Price]] = {}
        for price in sorted(prices, key=lambda price: (price.item, price.from_at)):
            known = self._by_item.setdefault(price.item, [])
            if known and known[-1].from_at == price.from_at:
                raise CostError(
                    f"price of {price.item}: two from {price.from_at.isoformat()}; keep the right one"
                )
            known.append(price)

    def price_at(self, item: str, at: datetime) -> Price:
        """Return the price that holds at a moment; it holds from its very first moment on."""
        if at.utcoffset() is None:
            raise CostError(f"price of {item}: {at.isoformat()} has no time zone; ask in UTC")
        known = self._by_item.get(item)
        if known is None:
            raise CostError(f"price of {item}: there is none; add it, or the call costs nobody knows what")
        index = bisect_right(known, at, key=lambda price: price.from_at)
        if index == 0:
            raise CostError(
                f"price of {item}: the first is from {known[0].from_at.isoformat()}, "
                f"nothing is known of {at.isoformat()}"
            )
        return known[index - 1]

    def since(self, item: str, at: datetime) -> tuple[Price, ...]:
        """Return the price that holds at a moment, and all that follow it."""
        now = self.price_at(item, at)
        return tuple(price for price in self._by_item[item] if price.from_at >= now.from_at)

    def __contains__(self, item: str) -> bool:
        return item in self._by_item


def prices_of_toml(text: str, *, name: str = "prices") -> PriceTable:
    """Read a price file; all its mistakes are told at once."""
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CostError(f"{name}: is no TOML: {error}") from error
    complaints = [f"unknown key {key!r}" for key in read if key not in ("currency", "price")]
    entries = read.get("price", [])
    if not isinstance(entries, list) or not entries:
        complaints.append("holds no [[price]]")
        entries = []
    prices = []
    for number, entry in enumerate(entries, 1):
        try:
            prices.append(_price(entry))
        except CostError as error:
            complaints.append(f"price {number}: {error}")
    try:
        table = PriceTable(str(read.get("currency", "")), tuple(prices))
    except CostError as error:
        complaints.append(str(error))
    if complaints:
        raise CostError("; ".join(f"{name}: {complaint}" for complaint in complaints))
    return table


def _price(entry: Any) -> Price:
    if not isinstance(entry, dict) or set(entry) - _OPTIONAL != _FIELDS:
        raise CostError(f"takes exactly {', '.join(sorted(_FIELDS))}, and price_out where it differs")
    per = entry["per"]
    if type(per) is not int or per < 1 or RATE_UNITS % per:
        raise CostError(f"per {per!r} is no divisor of {RATE_UNITS:,}; use 1, 1000 or 1000000")
    if not isinstance(entry["item"], str):
        raise CostError(f"item {entry['item']!r} is no string")
    times = RATE_UNITS // per
    return Price(
        item=entry["item"],
        from_at=_moment(entry["from"]),
        micros_per_million=micros_of(entry["price"]) * times,
        out_micros_per_million=micros_of(entry["price_out"]) * times if "price_out" in entry else None,
    )


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    raise CostError(f"from {value!r} is no date; write 2026-01-31, which begins in UTC")
