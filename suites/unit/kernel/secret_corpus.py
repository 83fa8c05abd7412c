"""Made-up secrets and personal data in many disguises, and ordinary payloads of shops."""

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

_WORD = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"


def _some(rng: random.Random, count: int, alphabet: str = _WORD) -> str:
    return "".join(rng.choice(alphabet) for _ in range(count))


def _luhn(rng: random.Random, prefix: str, length: int) -> str:
    body = prefix + _some(rng, length - len(prefix) - 1, string.digits)
    total = 0
    for at, digit in enumerate(reversed(body)):
        value = int(digit) * (2 - at % 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def _iban(rng: random.Random) -> str:
    account = _some(rng, 18, string.digits)
    rest = int(account + "131400") % 97  # DE00
    return f"DE{98 - rest:02d}{account}"


# The prefixes are put together here, so that no scanner of repositories takes this file for a leak.
KINDS: dict[str, Callable[[random.Random], str]] = {
    "stripe_secret": lambda rng: "sk" + "_live_" + _some(rng, 24),
    "stripe_restricted": lambda rng: "rk" + "_test_" + _some(rng, 24),
    "stripe_webhook": lambda rng: "wh" + "sec_" + _some(rng, 32),
    "shopify": lambda rng: "shp" + "at_" + _some(rng, 32, _HEX),
    "sendgrid": lambda rng: "S" + "G." + _some(rng, 22) + "." + _some(rng, 43),
    "slack": lambda rng: "xo" + "xb-" + _some(rng, 12, string.digits) + "-" + _some(rng, 24),
    "aws": lambda rng: "AK" + "IA" + _some(rng, 16, string.ascii_uppercase + string.digits),
    "github": lambda rng: "gh" + "p_" + _some(rng, 36),
    "anthropic": lambda rng: "sk" + "-ant-" + _some(rng, 40),
    "jwt": lambda rng: "ey" + "J" + _some(rng, 20) + ".ey" + "J" + _some(rng, 40) + "." + _some(rng, 30),
    "bearer": lambda rng: "Bearer " + _some(rng, 30),
    "url": lambda rng: f"postgres://user:{_some(rng, 12)}@db.example/x",
    "card": lambda rng: _luhn(rng, rng.choice(["4", "52", "2300"]), 16),
    "amex": lambda rng: _luhn(rng, "37", 15),
    "iban": _iban,
    "email": lambda rng: (
        f"{_some(rng, 8, string.ascii_lowercase)}@{_some(rng, 6, string.ascii_lowercase)}.example"
    ),
    "phone": lambda rng: "+49 " + _some(rng, 3, "123456789") + " " + _some(rng, 8, string.digits),
}


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _spaced(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4)) if text.isdigit() else text


# How it is worded, and where it stands.
WRAPPINGS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: f"customer wrote: {text}, please help",
    lambda text: f"({text})",
    lambda text: quote(text, safe=""),
    lambda text: quote(quote(text, safe=""), safe=""),
    _b64,
    lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    lambda text: _b64(f"token is {text} indeed"),
    lambda text: text[:3] + "\u200b" + text[3:],
    lambda text: json.dumps({"inner": text}),
)
PLACES: tuple[Callable[[str], dict[str, Any]], ...] = (
    lambda text: {"note": text},
    lambda text: {"order": {"lines": [{"sku": "a", "title": text}]}},
    lambda text: {"list": ["plain", text, "plain"]},
    lambda text: {"tags": {text: 1}},
)


def shapes(text: str) -> Iterator[dict[str, Any]]:
    """One secret in forty shapes."""
    for wrap in WRAPPINGS:
        for place in PLACES:
            yield place(wrap(text))


def ordinary(rng: random.Random) -> dict[str, Any]:
    """What shops send all day: ids of all makes, hashes, tracking numbers, amounts, moments, plain words."""
    digits, low = string.digits, string.ascii_lowercase
    return {
        "id": f"{rng.choice(['pi', 'ch', 're', 'cus', 'evt'])}_{_some(rng, 24)}",
        "shop_order": rng.randint(10**12, 10**13 - 1),
        "order": f"shop-one:{rng.randint(1000, 99999)}",
        "run": str(UUID(int=rng.getrandbits(128), version=4)),
        "external_key": "autobiz:" + _some(rng, 32, _HEX),
        "sha256": _some(rng, 64, _HEX),
        "tracking": rng.choice(
            ["1Z" + _some(rng, 16, string.ascii_uppercase + digits), "9400" + _some(rng, 18, digits)]
        ),
        "at": f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}T12:00:00.{_some(rng, 6, digits)}Z",
        "amount": rng.randint(1, 10**7),
        "total": f"{rng.randint(1, 999)}.{rng.randint(0, 99):02d}",
        "currency": rng.choice(["EUR", "USD", "JPY"]),
        "sku": f"{_some(rng, 4, string.ascii_uppercase)}-{rng.randint(100, 999)}-{rng.choice('SML')}",
        "title": f"{_some(rng, 6, low).title()} {_some(rng, 5, low)}, size {rng.choice('SML')}",
        "status": rng.choice(["paid", "in_transit", "delivered"]),
        "street": f"{rng.randint(1, 99)} {_some(rng, 7, low).title()} Street",
        "town": f"{rng.randint(10000, 99999)} {_some(rng, 6, low).title()}",
        "url": f"https://shop.example/orders/{rng.randint(1000, 9999)}?page=2&sort=asc",
        "ean": _some(rng, 13, digits),
        "lines": [{"sku": _some(rng, 8), "units": rng.randint(1, 9), "weight_g": rng.randint(1, 5000)}],
    }
