"""What each detector takes for a secret or for personal data, to the sign, and what it lets pass."""

import base64
import string
from itertools import product

import pytest

from autobiz_oracles import DETECTORS, Detector, Outcome, leaks_nothing

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-R25")]

# Put together here, so that no scanner of the repository takes it for a real one.
KEY = "sk_" + "live_0123456789"
NAMED = {detector.name: detector for detector in DETECTORS}
CARD_LENGTHS = {"2": {16}, "3": {14, 15}, "4": {16, 19}, "5": {16}, "6": {16, 19}}
COUNTRIES = "NO BE DK MK AT CH DE AE AD PT IS FR AL BR JO MT LC"
LENGTHS = (15, 16, *range(18, 33))
IBAN_LENGTHS = dict(zip(COUNTRIES.split(), LENGTHS, strict=True))


def found(name: str, text: str) -> list[str]:
    """What this detector finds in a text."""
    return [text.encode()[place].decode() for place in NAMED[name].find(text.encode())]


def luhn(digits: str) -> str:
    """The digit that the others ask for: of every second from the end, the sum of its double's digits."""
    total = sum(sum(map(int, str(2 * int(digit)))) for digit in digits[::-2])
    total += sum(int(digit) for digit in digits[-2::-2])
    return str(-total % 10)


def account(country: str, length: int) -> str:
    """An account number of this length whose check digits are right."""
    rest = "0A1B2C3D4E5F6G7H8I9J0K1L2M3N4O"[: length - 4]
    number = int("".join(str(int(sign, 36)) for sign in f"{rest}{country}00"))
    return f"{country}{98 - number % 97:02d}{rest}"


@pytest.mark.parametrize(("first", "length"), [*product("23456", range(13, 21))])
def test_a_card_number_has_its_length_and_its_check_digit(first: str, length: int) -> None:
    """Of the ten numbers that differ in their last digit one is a card's, and only in lengths that exist."""
    body = (first + "0" * 3 + "519038274615237")[: length - 1]
    wanted = [body + luhn(body)] if length in CARD_LENGTHS[first] else []
    assert [one for digit in string.digits for one in found("card_number", f"({body}{digit})")] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("4242-4242-4242-4242", ["4242-4242-4242-4242"]),
        ("4242 4242 4242 4242 12", ["4242 4242 4242 4242"]),
        ("4242 4242 4242 4242-123, then", ["4242 4242 4242 4242"]),
        ("4242424242424242x", ["4242424242424242"]),
        ("99 4242424242424242", ["4242424242424242"]),
        ("4242424242424242 and 5555555555554444", ["4242424242424242", "5555555555554444"]),
        ("42424242424242421", []),
        ("142424242424242424", []),
        ("4242  4242 4242 4242", []),
        ("4242 4242 4242 4243", []),
        ("1242424242424247", []),
        ("3400 000000 00009", ["3400 000000 00009"]),
        ("3000 0000 0000 04", ["3000 0000 0000 04"]),
    ],
)
def test_a_card_number_is_found_to_the_digit(text: str, wanted: list[str]) -> None:
    """Blanks and dashes within belong to it, what stands beside it does not, and a longer number is none."""
    assert found("card_number", text) == wanted


@pytest.mark.parametrize("country", IBAN_LENGTHS)
def test_an_account_number_has_its_countrys_length(country: str) -> None:
    """With one sign more or fewer, right check digits or not, it is none of this country."""
    length = IBAN_LENGTHS[country]
    whole = account(country, length)
    assert found("iban", f"to {whole}.") == [whole]
    assert found("iban", f"to {whole.lower()}.") == [whole.lower()]
    assert found("iban", account(country, length - 1)) == []
    assert found("iban", f"{whole}0") == []
    assert found("iban", account(country, length + 1)) == []


@pytest.mark.parametrize("wrong", range(96))
def test_of_all_check_digits_one_pair_is_right(wrong: int) -> None:
    """Every other pair of check digits makes it no account number."""
    whole = account("DE", 22)
    digits = f"{wrong + 2:02d}"
    assert found("iban", whole[:2] + digits + whole[4:]) == ([whole] if digits == whole[2:4] else [])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("GB82 WEST 1234 5698 7654 32", ["GB82 WEST 1234 5698 7654 32"]),
        ("GB82 WEST 1234 5698 7654 32 and more", ["GB82 WEST 1234 5698 7654 32"]),
        ("GB82 WEST 1234 5698 7654 32a", []),
        ("GB82WEST12345698765432", ["GB82WEST12345698765432"]),
        ("GB82WEST12345698765432X and more", []),
        ("ZZ82WEST12345698765432", []),
        ("xGB82WEST12345698765432", []),
    ],
)
def test_an_account_number_is_found_to_the_sign(text: str, wanted: list[str]) -> None:
    """It ends where its country's length does, and stands by itself."""
    assert found("iban", text) == wanted


@pytest.mark.parametrize(
    ("signs", "is_random"), [(12, False), (19, False), (20, True), (28, True), (36, True)]
)
def test_a_token_is_random_from_twenty_signs_that_are_all_alike_common(signs: int, is_random: bool) -> None:
    """Twenty equally common signs are 4.32 bits each and suffice, nineteen are 4.25 and do not."""
    alphabet = "aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uVwXyZ"[:signs]
    token = (alphabet * 4)[: max(2, -(-28 // signs)) * signs]
    assert found("random_token", f"={token};") == ([token] if is_random else [])


@pytest.mark.negative
@pytest.mark.parametrize("left_out", [string.ascii_lowercase, string.ascii_uppercase, string.digits])
def test_a_token_without_one_kind_of_signs_is_an_id(left_out: str) -> None:
    """Lower case, upper case and digits must all be in it."""
    kinds = {string.ascii_lowercase, string.ascii_uppercase, string.digits}
    token = "".join("".join(sorted(kinds - {left_out})).split())
    assert found("random_token", token) == []
    assert found("random_token", f"{left_out[0]}{token}{left_out[1]}") == [
        f"{left_out[0]}{token}{left_out[1]}"
    ]


@pytest.mark.parametrize("before", ["", "~", "~9", "~9x", "~9xQ"])
@pytest.mark.parametrize("length", [33, 34, 35])
def test_wrapped_words_are_not_random(before: str, length: int) -> None:
    """What base64 makes of words is none with up to three signs before it, padded or not."""
    words = b"Refund 4711: paid back on Jan 24th?"[:length]
    token = base64.b64encode(words, altchars=b"-_").decode().rstrip("=")
    # The sign of a word that no base64 begins with stands for whatever came before.
    token = before.replace("~", "-") + token
    assert found("random_token", token) == ([token] if len(before) == 4 else [])


def test_words_in_its_first_half_do_not_make_a_token_text() -> None:
    """All of it must say words, but for one sign too many."""
    token = base64.b64encode(b"Refund 4711: paid back 24").decode()[:32] + "zR8-Kp_3Wq9LxT2vY7hBn5GsD0mCfJa1e"
    assert len(token) % 4 == 1
    assert found("random_token", token) == [token]


@pytest.mark.parametrize(("last", "is_random"), [(b"\xff", True), (b"?", False)])
def test_one_byte_that_is_no_sign_makes_it_random(last: bytes, is_random: bool) -> None:
    """Words up to the last byte are not words, if that byte is none of a text."""
    token = (
        base64.b64encode(b"Refund 4711: paid on Jan 24th, okay" + last, altchars=b"-_").decode().rstrip("=")
    )
    assert (found("random_token", token) == [token]) is is_random


def test_only_what_counts_of_a_shape_is_found() -> None:
    """Where a shape says what stands before it, that is none of what is found."""
    token = "a1B2" * 9
    assert found("printful_token", f"printful key: {token}.") == [token]
    assert found("stripe_key", f"the key {KEY} and") == [KEY]
    assert found("stripe_key", f"the key {KEY[:-1]} and") == []


def test_a_part_is_the_beginning_of_what_has_the_shape() -> None:
    """A detector may take a beginning of its shape, and where that is empty there is nothing."""
    shape = NAMED["stripe_key"].shape
    whole = Detector(name="n", shape=shape)
    first = Detector(name="n", shape=shape, part=lambda one: one[:7])
    none = Detector(name="n", shape=shape, part=lambda one: one[:0])
    unhinted = Detector(name="n", shape=shape, hint=b"pk_")
    assert [list(one.find(f"a {KEY}".encode())) for one in (whole, first, none, unhinted)] == [
        [slice(2, 20)],
        [slice(2, 9)],
        [],
        [],
    ]


@pytest.mark.negative
@pytest.mark.parametrize("length", range(1, 25))
def test_of_a_leak_a_quarter_is_told_and_no_more_than_four_signs(length: int) -> None:
    """A report names the place, the detector, the first signs and how many there are."""
    secret = "".join(string.ascii_letters[:length])
    verdict = leaks_nothing({"log": f"<{secret.upper()}>"}, secrets=[secret], detectors=())
    shown = secret.upper()[: min(4, length // 4)]
    assert verdict.outcome is Outcome.FAIL
    assert verdict.reason == f"log: planted_secret {shown}... ({length} bytes)"
    assert (verdict.observed, verdict.expected) == ("1 leaks", "nothing that 1 detectors know")


@pytest.mark.parametrize(
    ("text", "is_clean"),
    [
        ("to ann@shop.example", True),
        ("to=ann@shop.example&x=1", True),
        ("xann@shop.example", False),
        ("ann@shop.examples", False),
        ("bob@shop.example, ann@shop.example", False),
        ("to%3Dann%40shop.example", True),
        ("q=%20ann@shop.example", True),
        ("bob%3Dann%40shop.example%26", True),
        ("xann%40shop.example", False),
    ],
)
def test_a_planted_value_is_allowed_where_it_stands_by_itself(text: str, is_clean: bool) -> None:
    """As a part of a longer word it is not what was planted, and beside another one it excuses nothing."""
    verdict = leaks_nothing({"log": text}, allowed=["ann@shop.example"])
    assert (verdict.outcome is Outcome.PASS) is is_clean, verdict


def test_a_planted_text_with_blanks_is_allowed_as_a_form_has_it() -> None:
    """Blanks may stand as plus signs, and a number within what was planted is allowed with it."""
    for text in ("call +49 30 90182015 now", "call=+49+30+90182015"):
        assert leaks_nothing({"log": text}, allowed=["+49 30 90182015"]).outcome is Outcome.PASS
    inside = leaks_nothing({"log": "mail ann@shop.example now"}, allowed=["mail ann@shop.example now"])
    assert inside.outcome is Outcome.PASS


@pytest.mark.negative
@pytest.mark.parametrize(
    ("places", "more", "says"),
    [
        ({}, {}, "no place was searched"),
        ({"log": "x"}, {"detectors": ()}, "nothing was looked for"),
        ({"log": "x"}, {"secrets": [" "]}, "an empty value is in everything"),
        ({"log": "x"}, {"allowed": [""]}, "an empty value is in everything"),
        ({"log": "x", "table": None}, {}, "what is in table was not gathered"),
        ({"log": 5}, {}, "what is in log is int and not bytes"),
    ],
)
def test_a_search_of_nothing_or_for_nothing_is_unknown(
    places: dict[str, bytes | str | None], more: dict[str, list[str]], says: str
) -> None:
    """What was not searched is not clean."""
    verdict = leaks_nothing(places, **more)  # type: ignore[arg-type]  # a table of arguments
    assert verdict.outcome is Outcome.UNKNOWN
    assert says in verdict.reason


def test_what_was_clean_is_counted_and_emptiness_is_told() -> None:
    """A pass says how many places were searched, and is hollow only if all of them were empty."""
    clean = leaks_nothing({"log": "x", "table": b""})
    assert (clean.outcome, clean.reason, clean.is_hollow) == (Outcome.PASS, "2 places are clean", False)
    assert (clean.observed, clean.expected) == ("0 leaks", f"nothing that {len(DETECTORS)} detectors know")
    assert leaks_nothing({"log": b"", "table": ""}).is_hollow is True


@pytest.mark.negative
def test_one_leak_is_told_once_in_each_place() -> None:
    """The outermost layer that shows it is told, and another place is another leak."""
    text = "ann@shop.example and again ann@shop.example"
    verdict = leaks_nothing({"log": text, "table": text.encode()})
    told = "email_address ann@... (16 bytes)"
    assert verdict.reason == f"log: {told}; table: {told}"
    assert verdict.diff == f"log: {told}\ntable: {told}"
    assert verdict.observed == "2 leaks"
