"""Secrets and personal data that nobody owns, drawn from a seed, in every wrapping that we know of.

They are put together here when they are needed: none stands in a file of this repository.
"""

# ruff: noqa: E501  # one kind a line reads as a table

import base64
import gzip
import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

Make = Callable[[random.Random], str]
Wrap = Callable[[str, random.Random], Any]

MIXED = string.ascii_letters + string.digits
UPPER = string.ascii_uppercase + string.digits
LOWER = string.ascii_lowercase + string.digits
HEX = "0123456789abcdef"


def some(rng: random.Random, count: int, alphabet: str = MIXED) -> str:
    """Random characters."""
    return "".join(rng.choices(alphabet, k=count))


def with_check_digit(digits: str) -> str:
    """The digits with the one that makes Luhn's sum come out."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def card(prefix: str, length: int) -> Make:
    """Numbers of one issuer."""
    return lambda rng: with_check_digit(prefix + some(rng, length - 1 - len(prefix), string.digits))


def grouped(make: Make, separator: str, sizes: tuple[int, ...] = (4, 4, 4, 4)) -> Make:
    """The same in groups."""

    def write(rng: random.Random) -> str:
        text, parts = make(rng), []
        for size in sizes:
            parts.append(text[:size])
            text = text[size:]
        return separator.join(part for part in [*parts, text] if part)

    return write


def iban(rng: random.Random) -> str:
    """A German account."""
    account = some(rng, 18, string.digits)
    check = 98 - int(account + "131400") % 97
    return f"DE{check:02d}{account}"


def jwt(rng: random.Random) -> str:
    """A signed token."""
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    return f"{header}.{some(rng, 60)}.{some(rng, 43)}"


def email(rng: random.Random) -> str:
    """An address of a person."""
    return f"{rng.choice(['jane', 'maria.lopez', 'j_doe+shop', 'otto'])}{rng.randrange(99)}@{rng.choice(['example.com', 'mail.example.co.uk'])}"


VISA = card("4", 16)
# Recognised by their own form, wherever they stand.
CREDENTIALS: dict[str, Make] = {
    "shopify admin": lambda rng: "shp" + "at_" + some(rng, 32, HEX),
    "shopify custom app": lambda rng: "shp" + "ca_" + some(rng, 32, HEX),
    "shopify secret": lambda rng: "shp" + "ss_" + some(rng, 32, HEX),
    "stripe live": lambda rng: "sk_" + "live_" + some(rng, rng.choice([24, 99])),
    "stripe test": lambda rng: "sk_" + "test_" + some(rng, 24),
    "stripe restricted": lambda rng: "rk_" + "live_" + some(rng, 24),
    "stripe webhook": lambda rng: "whsec" + "_" + some(rng, 32),
    "stripe client secret": lambda rng: f"pi_{some(rng, 24)}_sec" + f"ret_{some(rng, 25)}",
    "printful key": lambda rng: (
        f"{some(rng, 8, LOWER)}-{some(rng, 4, LOWER)}-{some(rng, 4, LOWER)}"
        f":{some(rng, 4, LOWER)}-{some(rng, 12, LOWER)}"
    ),
    "sendgrid": lambda rng: "SG" + f".{some(rng, 22)}.{some(rng, 43)}",
    "slack bot": lambda rng: (
        "xox" + f"b-{some(rng, 12, string.digits)}-{some(rng, 12, string.digits)}-{some(rng, 24)}"
    ),
    "slack app": lambda rng: (
        "xapp" + f"-1-A{some(rng, 10, UPPER)}-{some(rng, 13, string.digits)}-{some(rng, 64, HEX)}"
    ),
    "slack hook": lambda rng: (
        "https://hooks.slack" + f".com/services/T{some(rng, 9, UPPER)}/B{some(rng, 9, UPPER)}/{some(rng, 24)}"
    ),
    "openai project": lambda rng: "sk-" + "proj-" + some(rng, 48, MIXED + "_-"),
    "openai older": lambda rng: "sk-" + some(rng, 48),
    "anthropic": lambda rng: "sk-" + "ant-api03-" + some(rng, 80, MIXED + "_-"),
    "aws access key": lambda rng: (
        rng.choice(["AK", "AS"]) + "IA" + some(rng, 16, string.ascii_uppercase + "234567")
    ),
    "vault": lambda rng: "hv" + "s." + some(rng, 90, MIXED + "_-"),
    "github": lambda rng: "gh" + "p_" + some(rng, 36),
    "google": lambda rng: "AI" + "za" + some(rng, 35),
    "jwt": jwt,
}
OTHERS: dict[str, Make] = {
    "private key": lambda rng: "-----BEGIN RSA " + f"PRIVATE KEY-----\n{some(rng, 64)}\n",
    "bearer": lambda rng: "Bear" + f"er {some(rng, 32)}",
    "basic": lambda rng: "Bas" + "ic " + base64.b64encode(f"user:{some(rng, 12)}".encode()).decode(),
    "url password": lambda rng: f"postgres://app:{some(rng, 12)}@db.example.com/shop",
    "assigned": lambda rng: "pass" + f"word={some(rng, 12)}",
    "key of 40": lambda rng: some(rng, 40),
    "key of 64 with signs": lambda rng: some(rng, 64, MIXED + "+/"),
    "visa": VISA,
    "mastercard": card("53", 16),
    "amex": card("37", 15),
    "diners": card("36", 14),
    "jcb": card("3530", 16),
    "unionpay": card("62", 16),
    "visa in groups": grouped(VISA, " "),
    "visa with dashes": grouped(VISA, "-"),
    "amex in groups": grouped(card("34", 15), " ", (4, 6, 5)),
    "visa digit by digit": grouped(VISA, " ", (1,) * 15),
    "iban": iban,
    "iban in groups": grouped(iban, " ", (4, 4, 4, 4, 4)),
    "e-mail": email,
    "phone": lambda rng: f"+49 30 {rng.randrange(10**6, 10**7)}",
    "phone in one": lambda rng: f"+1415{rng.randrange(2 * 10**6, 10**7)}",
    "phone, american": lambda rng: f"({rng.randrange(200, 999)}) 555-{rng.randrange(1000, 9999)}",
    "social security": lambda rng: (
        f"{rng.randrange(100, 600)}-{rng.randrange(10, 99)}-{rng.randrange(1000, 9999)}"
    ),
}


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRAPPINGS: dict[str, Wrap] = {
    "bare": lambda text, _: text,
    "in a sentence": lambda text, _: f"the customer wrote {text} in the note",
    "in brackets": lambda text, _: f"failed ({text}): try again",
    "in a list": lambda text, _: ["a", {"b": [text]}],
    "deep": lambda text, _: {"a": [{"b": {"c": [[{"d": text}]]}}]},
    "as a name": lambda text, _: {"seen": {text: 1}},
    "in a name": lambda text, _: {f"ref {text} end": {"x": True}},
    "json in a string": lambda text, _: json.dumps({"note": text}),
    "json twice": lambda text, _: json.dumps(json.dumps({"note": text})),
    "base64": lambda text, _: b64(text),
    "base64 in a sentence": lambda text, _: f"payload: {b64('data=' + text)} end",
    "base64 without padding": lambda text, _: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 twice": lambda text, _: b64(b64(text)),
    "base64 of utf-16": lambda text, _: base64.b64encode(text.encode("utf-16-le")).decode(),
    "base64 of gzip": lambda text, _: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    "base64 in lines": lambda text, _: "\n".join(
        b64(text + " " * 60)[at : at + 76] for at in range(0, len(b64(text + " " * 60)), 76)
    ),
    "base32": lambda text, _: base64.b32encode(text.encode()).decode(),
    "url-encoded": lambda text, _: "".join(f"%{byte:02X}" for byte in text.encode()),
    "url-encoded twice": lambda text, _: quote(quote(text, safe=""), safe=""),
    "in a query": lambda text, _: "https://shop.example.com/cb?state=1&value=" + quote(text, safe=""),
    "hex": lambda text, _: text.encode().hex(),
    "hex in pairs": lambda text, _: text.encode().hex(" "),
    "hex as numbers": lambda text, rng: rng.choice(["", " ", ", ", ";"]).join(
        f"0x{byte:02x}" for byte in text.encode()
    ),
    "entities": lambda text, _: "".join(f"&#{ord(letter)};" for letter in text),
    "escapes": lambda text, _: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "zero width": lambda text, rng: rng.choice(["\u200b", "\u200d", "\ufeff", "\u00ad"]).join(text),
    "wide letters": lambda text, _: "".join(
        chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text
    ),
    "exception": lambda text, _: f"ValueError('cannot read {text!r}')",
    "file name": lambda text, _: f"/tmp/export-{text}.csv",
    "markup": lambda text, _: f"<b>{text}</b>",
    "quoted": lambda text, _: f'"{text}"',
}


def torn(text: str, rng: random.Random) -> tuple[str, str]:
    """The text in two parts."""
    at = rng.randrange(4, len(text) - 4)
    return text[:at], text[at:]


# Only a credential with a form of its own is known when it is torn.
TORN: dict[str, Wrap] = {
    "over two members": lambda text, rng: dict(zip(("first", "second"), torn(text, rng), strict=True)),
    "over a list": lambda text, _: [text[at : at + 7] for at in range(0, len(text), 7)],
    "over lines": lambda text, _: f"{text[: len(text) // 2]}\n{text[len(text) // 2 :]}",
    "with spaces": lambda text, _: " ".join(text),
}
# Recognised by the name that they stand under.
NAMED: dict[str, tuple[str, Make]] = {
    "hex under a name": ("stripe_api_key", lambda rng: some(rng, 32, HEX)),
    "password": ("password", lambda rng: some(rng, 9, string.ascii_lowercase)),
    "security code": ("cvc", lambda rng: some(rng, 3, string.digits)),
    "printful token": ("accessToken", lambda rng: some(rng, 40, HEX)),
    "webhook secret": ("printfulWebhookSecret", lambda rng: some(rng, 64, HEX)),
    "national phone": ("customer_phone", lambda rng: f"0171 {rng.randrange(10**6, 10**7)}"),
}


@dataclass(frozen=True, slots=True)
class Sensitive:
    """One piece of data that must not be stored, inside a value."""

    shape: str
    wrapped: Any


def under(name: str, make: Make, rng: random.Random) -> Any:
    return {name: make(rng)}


def deep_under(name: str, make: Make, rng: random.Random) -> Any:
    return [{"x": {name: make(rng)}}]


def shapes() -> list[tuple[str, Callable[[random.Random], Any]]]:
    """Every kind in every wrapping that it can have."""
    found: list[tuple[str, Callable[[random.Random], Any]]] = []

    def add(kind: str, make: Make, wrapping: str, wrap: Wrap) -> None:
        found.append((f"{kind}, {wrapping}", lambda rng: wrap(make(rng), rng)))

    for kind, make in (CREDENTIALS | OTHERS).items():
        for wrapping, wrap in WRAPPINGS.items():
            add(kind, make, wrapping, wrap)
    for kind, make in CREDENTIALS.items():
        for wrapping, wrap in TORN.items():
            add(kind, make, wrapping, wrap)
    for kind, (name, make) in NAMED.items():
        found.append((f"{kind}, as {name}", partial(under, name, make)))
        found.append((f"{kind}, as {name}, deep", partial(deep_under, name, make)))
    for kind in ("visa", "mastercard", "amex"):
        add(kind, OTHERS[kind], "as a number", lambda text, _: int(text))
    return found


def sensitive(*, seed: int, count: int) -> Iterator[Sensitive]:
    """Draw from all shapes in turn, so that each comes before any comes twice."""
    rng = random.Random(seed)
    every = shapes()
    rng.shuffle(every)
    for index in range(count):
        shape, make = every[index % len(every)]
        yield Sensitive(shape, make(rng))
