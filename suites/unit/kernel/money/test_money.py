"""Amounts in smallest units, decimal texts of shops, and Stripe's own way of counting."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel.money import MoneyError, decimal_text, exponent_of, from_stripe, minor_of, to_stripe

CURRENCIES = ("EUR", "USD", "JPY", "KRW", "CLP", "VND", "KWD", "BHD", "UGX", "ISK", "MGA")


@pytest.mark.adversarial(76)
@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1999, "EUR", "19.99"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (500, "JPY", "500"),
        (1, "KWD", "0.001"),
        (12340, "KWD", "12.340"),
        (99_999_999, "USD", "999999.99"),
    ],
)
def test_amounts_are_written_exactly(amount: int, currency: str, text: str) -> None:
    """Two, no and three decimals, small and large, and back."""
    assert decimal_text(amount, currency) == text
    assert minor_of(text, currency) == amount


@given(st.integers(-(10**14), 10**14), st.sampled_from(CURRENCIES))
def test_writing_and_reading_are_inverse(amount: int, currency: str) -> None:
    """What is written is read as what it was, and is that many units by arithmetic as well."""
    text = decimal_text(amount, currency)
    assert minor_of(text, currency) == amount
    assert Decimal(text) * 10 ** exponent_of(currency) == amount


@pytest.mark.negative
@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("19.999", "EUR"),
        ("1.5", "JPY"),
        ("1e3", "EUR"),
        ("1,99", "EUR"),
        ("1.999,00", "EUR"),
        ("+1", "EUR"),
        (" 1", "EUR"),
        ("01", "EUR"),
        (".5", "EUR"),
        ("5.", "EUR"),
        ("", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("\u0661", "EUR"),
        ("1" * 16, "EUR"),
        ("1", "eur"),
        ("1", "EURO"),
        ("1", ""),
    ],
)
def test_what_is_no_amount_is_refused(text: str, currency: str) -> None:
    """Too many decimals, exponents, commas, signs, blanks, foreign digits, and currencies that are none."""
    with pytest.raises(MoneyError):
        minor_of(text, currency)


def test_zeros_behind_are_no_decimals() -> None:
    """A shop may write more decimals than a currency has, as long as they are zeros."""
    assert (minor_of("500.00", "JPY"), minor_of("1.9900", "EUR")) == (500, 199)


@pytest.mark.negative
@pytest.mark.parametrize("amount", [19.99, True, "1", Decimal(1), None])
def test_an_amount_is_a_whole_number(amount: Any) -> None:
    """A float, a truth value, a text and a decimal are no number of smallest units."""
    for convert in (decimal_text, to_stripe, from_stripe):
        with pytest.raises(MoneyError):
            convert(amount, "EUR")


@pytest.mark.adversarial(76)
@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        (1999, "EUR", 1999),
        (500, "JPY", 500),
        (12340, "KWD", 12340),
        (5, "UGX", 500),
        (7, "ISK", 700),
        (500, "MGA", 5),
    ],
)
def test_stripe_counts_in_its_own_way(amount: int, currency: str, told: int) -> None:
    """Whole units where Stripe wants hundredths, hundredths where it wants units, and back."""
    assert to_stripe(amount, currency) == told
    assert from_stripe(told, currency) == amount


@pytest.mark.negative
@pytest.mark.parametrize(("amount", "currency"), [(12345, "KWD"), (1, "BHD"), (150, "MGA")])
def test_what_stripe_cannot_take_is_not_rounded(amount: int, currency: str) -> None:
    """The last of three decimals must be zero, and an amount where it is not is refused."""
    with pytest.raises(MoneyError, match="multiples"):
        to_stripe(amount, currency)


@pytest.mark.negative
def test_hundredths_that_a_currency_lacks_are_noticed() -> None:
    """An answer in hundredths of a currency that has none is no amount."""
    with pytest.raises(MoneyError, match="hundredths"):
        from_stripe(150, "UGX")


@given(st.integers(0, 10**10), st.sampled_from(CURRENCIES))
def test_stripe_tells_what_it_was_told(amount: int, currency: str) -> None:
    """Whatever Stripe can take comes back as the same amount."""
    try:
        told = to_stripe(amount, currency)
    except MoneyError:
        return
    assert from_stripe(told, currency) == amount
