"""What calls cost: exact, at the price of their day."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel.costs import (
    COST_MAX,
    MICROS_MAX,
    CostError,
    Price,
    PriceTable,
    cost_of_units,
    micros_of,
    prices_of_toml,
)

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)

FILE = """
currency = "USD"
[[price]]
item = "model-a:input_tokens"
from = 2026-01-01
price = "3.00"
per = 1_000_000
[[price]]
item = "model-a:input_tokens"
from = 2026-05-01
price = "0.15"
per = 1_000_000
[[price]]
item = "shipping:label"
from = 2026-01-01T00:00:00+02:00
price = "0.005"
per = 1
"""


@given(st.integers(0, 10**12), st.integers(0, 10**9))
def test_costs_are_exact_and_rounded_up(units: int, rate: int) -> None:
    """The cost is the exact product, and the next whole micro-unit where it falls between two."""
    exact = Decimal(units) * rate / 1_000_000
    assert cost_of_units(units, micros_per_million=rate) == int(exact.to_integral_value(ROUND_CEILING))


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**7))
def test_splitting_a_call_never_makes_it_cheaper(left: int, right: int, rate: int) -> None:
    """Two calls cost at least what one of both sizes together costs, and at most one micro-unit more."""
    together = cost_of_units(left + right, micros_per_million=rate)
    apart = cost_of_units(left, micros_per_million=rate) + cost_of_units(right, micros_per_million=rate)
    assert together <= apart <= together + 1


@given(st.decimals(0, 10**9, places=6))
def test_amounts_are_read_exactly(amount: Decimal) -> None:
    """A decimal amount is so many millionths, without any rounding."""
    assert micros_of(f"{amount:f}") == amount * 1_000_000


@pytest.mark.negative
@pytest.mark.parametrize(
    "amount",
    [
        "",
        "-1",
        "+1",
        "1.",
        ".5",
        "1e3",
        "1,50",
        "0.0000001",
        "1_000",
        " 1",
        "1\n",
        "\u0661",
        "NaN",
        0.1,
        3,
        None,
    ],
)
def test_an_amount_that_is_none_is_refused(amount: Any) -> None:
    """Floats, signs, exponents, other digits and more than six places are refused."""
    with pytest.raises(CostError, match="is no decimal"):
        micros_of(amount)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("units", "rate"),
    [(-1, 1), (1, -1), (2**53, 1), (1, MICROS_MAX + 1), (True, 1), (1.5, 1), (2**52, 2**62)],
)
def test_a_cost_that_cannot_be_stored_is_refused(units: Any, rate: Any) -> None:
    """Negative, fractional and boundless numbers are no cost."""
    with pytest.raises(CostError, match="cost:"):
        cost_of_units(units, micros_per_million=rate)


def test_the_price_of_the_day_holds_from_its_first_moment() -> None:
    """A tick before a new price the old one holds, and from the moment itself on the new one."""
    table = prices_of_toml(FILE)
    item = "model-a:input_tokens"
    assert table.price_at(item, MAY - TICK).cost(1_000_000) == 3_000_000
    assert (
        table.price_at(item, MAY).cost(1_000_000)
        == table.price_at(item, MAY + timedelta(days=999)).cost(1_000_000)
        == 150_000
    )
    assert table.price_at(item, MAY).cost(1) == 1
    assert table.price_at(item, MAY).cost(0) == 0
    assert table.price_at("shipping:label", NEW_YEAR).cost(3) == 15_000
    assert table.price_at("shipping:label", NEW_YEAR - timedelta(hours=2)).micros_per_million == 5_000 * 10**6


def test_a_moment_is_the_same_in_every_zone() -> None:
    """Prices are compared by moments and not by what a clock on the wall says."""
    table = prices_of_toml(FILE)
    berlin = MAY.astimezone(datetime.fromisoformat("2026-05-01T00:00:00+02:00").tzinfo)
    assert table.price_at("model-a:input_tokens", berlin) == table.price_at("model-a:input_tokens", MAY)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("item", "at", "says"),
    [
        ("model-b", MAY, "there is none"),
        ("model-a:input_tokens", NEW_YEAR - TICK, "the first is from 2026-01-01"),
        ("model-a:input_tokens", datetime(2026, 6, 1), "has no time zone"),  # noqa: DTZ001  # what is refused
    ],
)
def test_what_has_no_price_cannot_be_charged(item: str, at: datetime, says: str) -> None:
    """An unknown item, a day before its first price and a moment without zone are errors, never free."""
    with pytest.raises(CostError, match=says):
        prices_of_toml(FILE).price_at(item, at)


@pytest.mark.negative
def test_a_price_file_is_refused_with_all_its_mistakes() -> None:
    """Whoever mends the file needs to read one message."""
    wrong = """
currency = "dollar"
note = 1
[[price]]
item = "a"
from = 2026-01-01
price = 0.15
per = 1
[[price]]
item = "b"
from = "soon"
price = "1"
per = 1
[[price]]
item = "c"
from = 2026-01-01T00:00:00
price = "1"
per = 1
[[price]]
item = "d"
from = 2026-01-01
price = "1"
per = 7
[[price]]
item = " e"
from = 2026-01-01
price = "1"
per = 1
[[price]]
item = "f"
"""
    with pytest.raises(CostError) as caught:
        prices_of_toml(wrong, name="prices.toml")
    for said in (
        "prices.toml: unknown key 'note'", "price 1: amount 0.15", "price 2: from 'soon' is no date",
        "price 3: price of c: 2026-01-01T00:00:00 has no time zone", "price 4: per 7 is no divisor",
        "price 5: price: item ' e'", "price 6: takes exactly from, item, per, price", "currency 'dollar'",
    ):  # fmt: skip
        assert said in str(caught.value)


@pytest.mark.negative
@pytest.mark.parametrize("text", ["", "currency = 'USD'", "currency =", "price = 3", "[price]\na=1"])
def test_a_file_without_prices_is_refused(text: str) -> None:
    """Nothing, half a line and a table of another shape are no prices."""
    with pytest.raises(CostError):
        prices_of_toml(text)


@pytest.mark.negative
def test_two_prices_from_one_moment_are_refused() -> None:
    """Of two prices from the same moment nobody knows which holds, also when written in other zones."""
    price = Price(item="a", from_at=NEW_YEAR, micros_per_million=1)
    again = Price(item="a", from_at=datetime.fromisoformat("2026-01-01T02:00:00+02:00"), micros_per_million=2)
    with pytest.raises(CostError, match="two from"):
        PriceTable("USD", (price, again))


@given(st.integers(0, 2**53 - 1), st.integers(0, MICROS_MAX))
def test_what_a_price_tells_after_an_effect_is_a_number_in_any_case(units: int, rate: int) -> None:
    """However many units at whatever price, the cost is that of the units, or what ends every run."""
    price = Price(item="model", from_at=NEW_YEAR, micros_per_million=rate)
    assert price.cost(units) == min(-(-units * rate // 1_000_000), COST_MAX)


@pytest.mark.parametrize(
    ("units", "out", "cost"),
    [(10, 0, 30), (10, 4, 6 * 3 + 4 * 15), (10, 10, 150), (10, 11, 150), (10, -1, 30), (0, 5, 0)],
)
def test_what_comes_out_may_have_a_price_of_its_own(units: int, out: int, cost: int) -> None:
    """Of so many units those that came out cost their own price, and never more of them than there are."""
    table = prices_of_toml(
        'currency = "USD"\n[[price]]\nitem = "m"\nfrom = 2026-01-01\n'
        'price = "3"\nprice_out = "15"\nper = 1000000'
    )
    assert table.price_at("m", NEW_YEAR).cost(units, out=out) == cost


def test_without_such_a_price_all_units_cost_alike() -> None:
    """An item with one price costs that, whatever came out of it; and a huge one the most there is."""
    price = Price(item="m", from_at=NEW_YEAR, micros_per_million=3_000_000)
    assert price.cost(10, out=4) == price.cost(10) == 30
    dear = Price(item="m", from_at=NEW_YEAR, micros_per_million=1, out_micros_per_million=MICROS_MAX)
    assert dear.cost(2**53 - 1, out=2**53 - 1) == COST_MAX
