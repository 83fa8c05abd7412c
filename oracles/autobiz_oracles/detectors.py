"""What a secret or a piece of personal data looks like in bytes."""

import base64
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass


def _whole(found: bytes) -> bytes:
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """A shape, and how much of what has this shape is what it looks like: all, a part, or nothing.

    `hint` is in everything of this shape, and is quicker to look for.
    """

    name: str
    shape: re.Pattern[bytes]
    part: Callable[[bytes], bytes] = _whole
    hint: bytes = b""

    def find(self, data: bytes) -> Iterator[slice]:
        """Every place that looks like it; a group in the shape is what counts, its beginning at the least."""
        if self.hint not in data:
            return
        group = min(self.shape.groups, 1)
        for match in self.shape.finditer(data):
            found = self.part(match[group])
            if found:
                yield slice(match.start(group), match.start(group) + len(found))


def literal(name: str, value: str) -> Detector:
    """A value that no shape would give away, such as the name of a customer that the trial made up."""
    return Detector(name=name, shape=re.compile(re.escape(value.encode()), re.IGNORECASE))


# Numbers of orders look like cards and accounts of lengths that nobody gives out.
_CARD_LENGTHS = {b"2": (16,), b"3": (14, 15), b"4": (16, 19), b"5": (16,), b"6": (16, 19)}
_IBAN_LENGTHS = {
    name: length
    for length, names in {
        15: "NO",
        16: "BE",
        18: "DK FI FO GL NL",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS",
        23: "AE GI IL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "PT",
        26: "IS TR",
        27: "FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB PL",
        29: "BR EG PS QA UA",
        30: "JO KW MU",
        31: "MT",
        32: "LC",
    }.items()
    for name in names.split()
}


def _card(found: bytes) -> bytes:
    """The longest beginning that ends between two numbers and has a card's length and check digit."""
    for end in reversed([match.end() for match in re.finditer(rb"[0-9]+", found)]):
        if _passes_luhn(found[:end]):
            return found[:end]
    return b""


def _passes_luhn(found: bytes) -> bool:
    digits = [int(digit) for digit in re.findall(rb"[0-9]", found)]
    if len(digits) not in _CARD_LENGTHS.get(found[:1], ()):
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(found: bytes) -> bytes:
    """The beginning that has the length of its country's account numbers and their check digits."""
    length = _IBAN_LENGTHS.get(found[:2].decode().upper())
    ends = [match.end() for match in re.finditer(rb"[0-9A-Za-z]", found)]
    if not length or len(ends) < length:
        return b""
    number, rest = found[: ends[length - 1]], found[ends[length - 1] :]
    text = number.replace(b" ", b"").decode().upper()
    remainder = int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97
    return number if remainder == 1 and not rest[:1].isalnum() else b""


def _random(found: bytes) -> bytes:
    """Mixed letters and digits in which no sign is much commoner than another; hexadecimal is an id."""
    mixed = all(re.search(part, found) for part in (rb"[a-z]", rb"[A-Z]", rb"[0-9]"))
    return found if mixed and _bits_per_sign(found) >= 4.3 and not _is_text(found) else b""


def _is_text(found: bytes) -> bool:
    """What only wraps words is judged by these, once it is unwrapped; a few signs may stand before it."""
    for start in range(4):
        whole = found[start:]
        whole = whole[: len(whole) - (len(whole) % 4 == 1)]
        text = base64.b64decode(whole + b"==", altchars=b"-_")
        if re.fullmatch(rb"[\t\r\n\x20-\x7e]*", text):
            return True
    return False


def _bits_per_sign(found: bytes) -> float:
    return -sum(times / len(found) * math.log2(times / len(found)) for times in Counter(found).values())


def _shape(
    name: str, pattern: bytes, part: Callable[[bytes], bytes] = _whole, *, hint: bytes = b""
) -> Detector:
    return Detector(name=name, shape=re.compile(pattern), part=part, hint=hint)


SECRETS = (
    _shape("stripe_key", rb"\b[rsp]k_(?:live|test)_[0-9A-Za-z]{10,}", hint=b"k_"),
    _shape("stripe_webhook_secret", rb"\bwhsec_[0-9A-Za-z+/=]{16,}", hint=b"whsec_"),
    _shape("shopify_token", rb"\bshp(?:at|ca|pa|ss|ua)_[0-9A-Za-z]{16,}", hint=b"shp"),
    _shape("printful_token", rb"(?i:printful)[^\r\n]{0,40}?[^0-9A-Za-z]([0-9A-Za-z]{36,64})(?![0-9A-Za-z])"),
    _shape("sendgrid_key", rb"\bSG\.[0-9A-Za-z_-]{16,32}\.[0-9A-Za-z_-]{16,64}", hint=b"SG."),
    _shape("slack_token", rb"\bx(?:ox[abceoprs]|app)-[0-9A-Za-z-]{10,}", hint=b"x"),
    _shape(
        "slack_webhook",
        rb"hooks\.slack\.com/(?:services|workflows)/[0-9A-Za-z/]{16,}",
        hint=b"hooks.slack.com/",
    ),
    _shape("anthropic_key", rb"\bsk-ant-[0-9A-Za-z_-]{16,}", hint=b"sk-ant-"),
    _shape("openai_key", rb"\bsk-(?!ant-)[0-9A-Za-z_-]{20,}", hint=b"sk-"),
    _shape("aws_key", rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", hint=b"IA"),
    _shape("private_key", rb"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----", hint=b"PRIVATE KEY"),
    _shape("signed_token", rb"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}", hint=b"eyJ"),
    _shape("random_token", rb"(?<![0-9A-Za-z_-])[0-9A-Za-z_-]{28,128}(?![0-9A-Za-z_-])", _random),
)
PERSONAL_DATA = (
    # A number may begin inside of what looks like one, so these two look ahead and take nothing away.
    _shape("card_number", rb"(?<![0-9])(?=([2-6](?:[ -]?[0-9]){13,18})(?![0-9]))", _card),
    _shape("iban", rb"(?i)(?<![0-9A-Z])(?=([A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]){11,30}))", _iban),
    _shape(
        "email_address", rb"[0-9A-Za-z._%+-]{1,64}@(?:[0-9A-Za-z-]{1,63}\.){1,8}[A-Za-z]{2,24}", hint=b"@"
    ),
    _shape("phone_number", rb"(?<![0-9A-Za-z+])\+[1-9](?:[ ().-]{0,2}[0-9]){7,14}(?![0-9])", hint=b"+"),
)
DETECTORS = (*SECRETS, *PERSONAL_DATA)
