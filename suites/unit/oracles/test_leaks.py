"""The search for secrets and personal data: what it finds, however wrapped, and what it leaves alone."""

import base64
import json
import random
import string
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_oracles import DETECTORS, Outcome, leaks_nothing
from autobiz_oracles.detectors import _passes_luhn

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-R25")]


def drawn(signs: str, count: int, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(signs, k=count))


WORD = string.ascii_letters + string.digits
# Put together here, so that no scanner of the repository takes them for real ones.
PLANTED = {
    "stripe_key": f"sk_live_{drawn(WORD, 24)}",
    "stripe_webhook_secret": f"whsec_{drawn(WORD, 32)}",
    "shopify_token": f"shpat_{drawn(string.hexdigits.lower(), 32)}",
    "printful_token": f"printful: {drawn(WORD, 40)}",
    "sendgrid_key": f"SG.{drawn(WORD, 22)}.{drawn(WORD, 43)}",
    "slack_token": f"xoxb-{drawn(string.digits, 12)}-{drawn(WORD, 24)}",
    "slack_webhook": f"https://hooks.slack.com/services/T{drawn(WORD, 8)}/B1/{drawn(WORD, 24)}",
    "anthropic_key": f"sk-ant-api03-{drawn(WORD, 40)}",
    "openai_key": f"sk-proj-{drawn(WORD, 40)}",
    "aws_key": f"AKIA{drawn(string.ascii_uppercase, 16)}",
    "private_key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "signed_token": f"eyJ{drawn(WORD, 20)}.eyJ{drawn(WORD, 20)}.{drawn(WORD, 20)}",
    "random_token": drawn(WORD, 48),
    "card_number": "4242-4242-4242-4242",
    "iban": "GB82 WEST 1234 5698 7654 32",
    "email_address": "ann.o'neil+shop@mail.example.co.uk",
    "phone_number": "+49 (30) 901820-15",
}
WRAPPINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "json": lambda text: json.dumps({"a": [1, {"b": text}]}),
    "json_escaped": lambda text: '{"a": "' + "".join(f"\\u{ord(sign):04x}" for sign in text) + '"}',
    "json_in_json": lambda text: json.dumps({"a": json.dumps({"b": text})}),
    "json_lines": lambda text: '{"a": 1}\n' + json.dumps({"b": text}).replace("@", "\\u0040") + "\nbroken {",
    "url": lambda text: "q=" + quote(text, safe=""),
    "form": lambda text: urlencode({"a[b]": text, "c": 1}),
    "form_twice": lambda text: quote_plus(quote_plus(text)),
    "every_sign_escaped": lambda text: "".join(f"%{ord(sign):02x}" for sign in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64_without_padding": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    "base64_for_urls": lambda text: base64.urlsafe_b64encode(f"~~?>{text}".encode()).decode(),
    "base64_in_a_path": lambda text: "/v1/x/" + base64.b64encode(f"its: {text}".encode()).decode(),
    "base64_folded": lambda text: base64.encodebytes(f"{'-' * 60} {text} {'-' * 60}".encode()).decode(),
    "base64_twice": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "base64_in_json_in_a_form": lambda text: urlencode(
        {"a": json.dumps({"b": base64.b64encode(text.encode()).decode()})}
    ),
    "basic_authorization": lambda text: "Basic " + base64.b64encode(f"user:{text}".encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal_after_a_digit": lambda text: "0" + text.encode().hex().upper(),
}


def test_every_detector_has_something_planted() -> None:
    """No detector is without a value that it must find."""
    assert sorted(PLANTED) == sorted(detector.name for detector in DETECTORS)


@pytest.mark.negative
@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
@pytest.mark.parametrize("name", PLANTED)
def test_planted_value_is_found_however_it_is_wrapped(name: str, wrap: Callable[[str], str]) -> None:
    """Each kind of secret and personal data is found in each wrapping, and told by its name."""
    verdict = leaks_nothing({"log": f"{wrap(PLANTED[name])}\n"})
    assert verdict.outcome is Outcome.FAIL
    assert name in verdict.reason


@pytest.mark.negative
@given(
    name=st.sampled_from(sorted(PLANTED)),
    ways=st.lists(st.sampled_from(["json", "url", "base64", "hexadecimal"]), max_size=4),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_layers_in_any_order_hide_nothing(name: str, ways: list[str], before: str, after: str) -> None:
    """Up to four wrappings one around the other, among any other text, hide no value."""
    text = f"{PLANTED[name]} "
    for way in ways:
        text = WRAPPINGS[way](text)
    verdict = leaks_nothing({"log": f"{before}\n{text}\n{after}"})
    assert verdict.outcome is Outcome.FAIL


@pytest.mark.negative
def test_a_leak_is_not_repeated_by_its_report() -> None:
    """A verdict tells where a leak is, and never shows more than a quarter of it."""
    for name, value in PLANTED.items():
        verdict = leaks_nothing({"log": value})
        told = f"{verdict}{verdict.diff}{verdict.observed}"
        assert value not in told, name
        assert value[: len(value) // 2] not in told, name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "an order of 12 shirts for 1999 cents",
        '{"id": "pi_3MtwBwLkdIwHu7ix28a3tqPa", "object": "refund", "created": 1767225600123}',
        "autobiz:0123456789abcdef0123456789abcdef",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "2026-01-01T12:00:00.000000+00:00",
        "order 5123456789012, order 4111111111111112, order 4242424242424243",
        "0000 0000 0000 0000",
        "a***@example.com and ****4242 and DE89**************3000",
        "DE00370400440532013000",
        "payment_intent=pi_1&amount=1999&metadata%5Border%5D=o-1",
        base64.b64encode(b'{"order": "o-4711", "note": "Thank you, come again 24 times"}').decode(),
        "test_refund_is_executed_once_and_only_once_2026_v2",
        "\x00\x01\x02\xff",
    ],
)
def test_ordinary_text_is_clean(text: str) -> None:
    """Ids, hashes, times, amounts, masked values and wrapped plain words are no leaks."""
    verdict = leaks_nothing({"log": text})
    assert verdict.outcome is Outcome.PASS, verdict


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("wrap", ["plain", "json", "url", "form", "base64", "base64_in_json_in_a_form"])
def test_planted_value_that_is_allowed_is_no_leak(name: str, wrap: str) -> None:
    """What the trial planted itself may be seen, if it is allowed as it is found."""
    value = {
        "slack_webhook": PLANTED["slack_webhook"].removeprefix("https://"),
        "printful_token": PLANTED["printful_token"].removeprefix("printful: "),
        "email_address": "ann.shop@mail.example.co.uk",
    }.get(name, PLANTED[name])
    verdict = leaks_nothing({"log": WRAPPINGS[wrap](value)}, allowed=[value])
    assert verdict.outcome is Outcome.PASS, verdict


@pytest.mark.negative
def test_beyond_the_bounds_nothing_is_known() -> None:
    """What is wrapped deeper than the bound is unknown, and what was found nevertheless is a failure."""
    deep = PLANTED["email_address"]
    for _ in range(3):
        deep = WRAPPINGS["base64"](f"it is {deep} here")
    assert leaks_nothing({"log": deep}, depth_max=2).outcome is Outcome.UNKNOWN
    assert leaks_nothing({"log": deep}, depth_max=3).outcome is Outcome.FAIL
    assert leaks_nothing({"log": f"{deep} {PLANTED['aws_key']}"}, depth_max=2).outcome is Outcome.FAIL


@pytest.mark.negative
def test_too_much_to_look_at_is_unknown() -> None:
    """A body that is larger than the bound is not known to be clean."""
    verdict = leaks_nothing({"log": b" " * (16 * 1024 * 1024 + 1)})
    assert (verdict.outcome, "more than 16777216 bytes" in verdict.reason) == (Outcome.UNKNOWN, True)


@given(st.integers(0, 10**15 - 1))
def test_check_digit_is_luhns(number: int) -> None:
    """Of the ten numbers that differ in their last digit alone exactly one passes."""
    passing = [digit for digit in range(10) if _passes_luhn(f"4{number:014d}"[:15].encode() + b"%d" % digit)]
    assert len(passing) == 1
