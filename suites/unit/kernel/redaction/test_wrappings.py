"""What stands at the edges of a wrapping: its first letter, what is no letter, how short it may be."""

import base64

import pytest

from autobiz_kernel import Kind
from autobiz_kernel.redaction import scan

from ....live_looking import LIVE

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R25", "INV-04"),
    pytest.mark.test_id("P1-T35"),
    pytest.mark.adversarial(116),
]
KEY = LIVE["stripe"]


def coded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


@pytest.mark.parametrize("first", [*map(chr, range(0x20, 0x7F)), "\t", "\n", "é", "ż", "中", "\U0001f511"])
def test_a_text_may_begin_with_any_letter(first: str) -> None:
    """Whatever the first letter of what is encoded, and so of its code, the key behind it is found."""
    assert Kind.STRIPE in scan(coded(f"{first}{KEY}")), first


def test_lines_and_tabs_are_text() -> None:
    """White space of any kind and amount makes nothing unreadable."""
    assert Kind.STRIPE in scan(coded(f"\n\t\r\x0b\x0c\n\n\n\n{KEY}\n\n\n\n\n\n"))


@pytest.mark.parametrize(("odd", "is_read"), [(1, True), (5, True), (6, False), (20, False)])
def test_a_text_may_hold_few_letters_that_nobody_prints(odd: int, is_read: bool) -> None:
    """Of a hundred letters up to five may be unprintable; what holds more is no text, and not looked into."""
    text = (KEY + " " * 100)[: 100 - odd] + "\x01" * odd
    assert (Kind.STRIPE in scan(coded(text))) is is_read


@pytest.mark.parametrize("before", ["id-", "order_", "a/b/", "x_-_"])
def test_a_short_code_behind_a_word_is_found(before: str) -> None:
    """An address of twelve letters is found in a code of sixteen that hangs on another word."""
    assert scan(before + coded("a@bc.example").rstrip("=")) == (Kind.EMAIL,)


@pytest.mark.parametrize("at", ["@", "[at]", "(at)", "{at}", " [ at ] "])
def test_an_address_is_found_however_its_sign_is_written(at: str) -> None:
    """Brackets of any kind around the word hide no address."""
    assert scan(f"write to ann{at}shop.example") == (Kind.EMAIL,)


@pytest.mark.parametrize(("length", "is_found"), [(23, False), (24, True)])
def test_a_random_run_is_a_key_from_a_length_on(length: int, is_found: bool) -> None:
    """Twenty-four random letters and digits are a key, and twenty-three are an identifier."""
    run = "a8Fk2Lq9Zx4Vb7Nm3Cd6Ht5Y"[:length]
    assert (scan(run) == (Kind.HIGH_ENTROPY,)) is is_found
