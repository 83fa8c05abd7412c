"""Ordinary payloads of commerce, drawn from a seed: full of numbers and codes, without secrets or persons."""

# ruff: noqa: E501  # one field a line reads as a table

import random
import string
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from .sensitive import HEX, MIXED, UPPER, some, with_check_digit

Field = Callable[[random.Random], Any]

DIGITS = string.digits
START = datetime(2026, 1, 1, tzinfo=UTC)
STREETS = ("Hauptstraße", "Rue de Rivoli", "Market Street", "Via Roma", "5th Avenue", "Calle Mayor")
CITIES = ("Berlin", "Paris", "Portland", "Milano", "New York", "Sevilla", "São Paulo", "Kraków")
THINGS = ("T-Shirt", "Hoodie", "Mug", "Poster", "Tote Bag", "Phone Case", "Sticker Pack", "Cap")
STYLES = ("Organic", "Classic", "Premium", "Vintage", "Unisex", "Oversized", "Recycled")
COLOURS = ("Black", "White", "Navy", "Heather Grey", "Forest Green", "Bordeaux")


def gtin(length: int, prefix: str = "") -> Field:
    """A trade item number with its check digit."""

    def draw(rng: random.Random) -> str:
        digits = prefix + some(rng, length - 1 - len(prefix), DIGITS)
        total = sum(int(digit) * (3 - 2 * (place % 2)) for place, digit in enumerate(reversed(digits)))
        return digits + str(-total % 10)

    return draw


def moment(rng: random.Random) -> datetime:
    return START + timedelta(seconds=rng.randrange(300 * 86_400), microseconds=rng.randrange(10**6))


def title(rng: random.Random) -> str:
    return f"{rng.choice(STYLES)} {rng.choice(THINGS)} - {rng.choice(COLOURS)} / {rng.choice(['S', 'M', 'L', 'XL'])}"


def slug(rng: random.Random) -> str:
    return title(rng).lower().replace(" - ", "-").replace(" / ", "-").replace(" ", "-")


FIELDS: dict[str, Field] = {
    "id": lambda rng: rng.randrange(4 * 10**12, 7 * 10**12),
    "admin_graphql_api_id": lambda rng: f"gid://shopify/Order/{rng.randrange(10**12, 10**13)}",
    "name": lambda rng: f"#{rng.randrange(1000, 99999)}",
    "order_number": lambda rng: rng.randrange(1000, 99999),
    "variant_id": lambda rng: rng.randrange(4 * 10**13, 5 * 10**13),
    "marketplace_order": lambda rng: f"{some(rng, 3, DIGITS)}-{some(rng, 7, DIGITS)}-{some(rng, 7, DIGITS)}",
    "sku": lambda rng: f"TEE-{rng.choice(['BLK', 'WHT', 'NVY'])}-{rng.choice('SMLX')}-{rng.randrange(999):03d}",
    "sku_long": lambda rng: f"{some(rng, 8, UPPER)}-{some(rng, 4, UPPER)}-{rng.randrange(9999):04d}",
    "gtin13": gtin(13),
    "gtin13_german": gtin(13, "40"),
    "gtin14": gtin(14, "1"),
    "upc": gtin(12),
    "asin": lambda rng: "B0" + some(rng, 8, UPPER),
    "imei": lambda rng: with_check_digit("35" + some(rng, 12, DIGITS)),
    "tracking_ups": lambda rng: "1Z" + some(rng, 6, UPPER) + some(rng, 10, DIGITS),
    "tracking_usps": lambda rng: "94" + some(rng, 20, DIGITS),
    "tracking_fedex": lambda rng: some(rng, 12, DIGITS),
    "tracking_dhl": lambda rng: "JD" + some(rng, 18, DIGITS),
    "tracking_post": lambda rng: f"R{rng.choice('ABCX')}{some(rng, 9, DIGITS)}DE",
    "tracking_url": lambda rng: f"https://track.example.com/?code=1Z{some(rng, 6, UPPER)}{some(rng, 10, DIGITS)}",
    "uuid": lambda rng: str(UUID(int=rng.getrandbits(128), version=4)),
    "sha256": lambda rng: some(rng, 64, HEX),
    "md5": lambda rng: some(rng, 32, HEX),
    "commit": lambda rng: some(rng, 40, HEX),
    "external_key": lambda rng: "autobiz:" + some(rng, 32, HEX),
    "ulid": lambda rng: "01" + some(rng, 24, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
    "payment_intent": lambda rng: "pi_" + some(rng, 24),
    "charge": lambda rng: "ch_" + some(rng, 24),
    "customer": lambda rng: "cus_" + some(rng, 14),
    "refund": lambda rng: "re_" + some(rng, 24),
    "session": lambda rng: "cs_" + "test_" + some(rng, 58),
    "price": lambda rng: f"{rng.randrange(1, 500)}.{rng.randrange(100):02d}",
    "price_local": lambda rng: f"{rng.randrange(1, 9)}.{rng.randrange(1000):03d},{rng.randrange(100):02d} €",
    "amount_minor": lambda rng: rng.randrange(1, 10**7),
    "amount_large": lambda rng: rng.randrange(10**13, 10**14),
    "weight_kg": lambda rng: round(rng.uniform(0.01, 30), 3),
    "currency": lambda rng: rng.choice(["EUR", "USD", "JPY", "KWD"]),
    "created_at": lambda rng: moment(rng).isoformat(),
    "created_s": lambda rng: int(moment(rng).timestamp()),
    "created_ms": lambda rng: int(moment(rng).timestamp() * 1000),
    "created_us": lambda rng: int(moment(rng).timestamp() * 10**6),
    "created_ns": lambda rng: str(int(moment(rng).timestamp() * 10**6) * 1000),
    "date": lambda rng: moment(rng).strftime(rng.choice(["%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d", "%d %b %Y"])),
    "window": lambda rng: f"{moment(rng):%Y-%m-%d %H:%M} - {moment(rng):%Y-%m-%d %H:%M}",
    "address1": lambda rng: f"{rng.choice(STREETS)} {rng.randrange(1, 300)}{rng.choice(['', 'a', ' B', '-3'])}",
    "address2": lambda rng: f"Apt {rng.randrange(1, 99)}, Floor {rng.randrange(1, 30)}",
    "zip": lambda rng: rng.choice([f"{rng.randrange(10**5):05d}", f"{rng.randrange(10**5):05d}-{rng.randrange(9999):04d}"]),
    "city": lambda rng: rng.choice(CITIES),
    "country_code": lambda rng: rng.choice(["DE", "FR", "US", "IT", "ES", "BR"]),
    "vat_number": lambda rng: "DE" + some(rng, 9, DIGITS),
    "hs_code": lambda rng: f"{some(rng, 4, DIGITS)}.{some(rng, 2, DIGITS)}.{some(rng, 4, DIGITS)}",
    "title": title,
    "handle": slug,
    "image": lambda rng: f"https://cdn.example.com/s/files/1/{some(rng, 4, DIGITS)}/products/{slug(rng)}@2x.png?v={int(moment(rng).timestamp())}",
    "description": lambda rng: (
        f"<p>{title(rng)}. {rng.randrange(50, 100)} % cotton, {rng.randrange(120, 300)} g/m&sup2;, "
        f"{rng.randrange(30, 60)} x {rng.randrange(30, 90)} cm.</p>"
    ),
    "note": lambda rng: rng.choice([
        "Please deliver to the back door after 17:00", "Gift wrap: yes, 2 items @ 4.99 each",
        "Leave at reception, 3rd floor, room 1204", "Order 1001 replaces order 998 (size M -> L)",
        "Ask for a key at the desk, task 12-4", "Basic cotton-shirts-longsleeve, risk-free returns",
    ]),
    "coupon": lambda rng: f"SUMMER-{rng.randrange(2020, 2030)}-{some(rng, 6, UPPER)}",
    "invoice": lambda rng: f"INV-{rng.randrange(2020, 2030)}-{rng.randrange(10**6):06d}",
    "dimensions": lambda rng: f"{rng.randrange(10, 90)} x {rng.randrange(10, 90)} x {rng.randrange(1, 60)} cm",
    "version": lambda rng: f"{rng.randrange(9)}.{rng.randrange(30)}.{rng.randrange(90)}",
    "channel": lambda rng: "C0" + some(rng, 9, UPPER),
    "cart": lambda rng: f"c1-{some(rng, 32, HEX)}",
    "nano_id": lambda rng: some(rng, 21, MIXED + "_-"),
    "batch": lambda rng: f"LOT{rng.randrange(10**8):08d}",
    "quantities": lambda rng: [rng.randrange(1, 20) for _ in range(8)],
    "tax_lines": lambda rng: [{"title": "VAT", "rate": 0.19, "price": f"{rng.randrange(99)}.{rng.randrange(100):02d}"}],
    "event_type": lambda rng: rng.choice(["orders/paid", "charge.refunded", "package_shipped"]),
    "test_mode": lambda rng: rng.random() < 0.5,
    "closed_at": lambda _: None,
}  # fmt: skip


def payloads(*, seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Payloads of twenty fields."""
    rng = random.Random(seed)
    names = list(FIELDS)
    for _ in range(count):
        yield {name: FIELDS[name](rng) for name in rng.sample(names, 20)}


def fields_in(value: Any) -> int:
    """How many scalars a value holds."""
    if isinstance(value, dict):
        return sum(map(fields_in, value.values()))
    return sum(map(fields_in, value)) if isinstance(value, list) else 1
