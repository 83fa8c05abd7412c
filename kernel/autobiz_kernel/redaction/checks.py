"""Tell real numbers of cards and accounts from digits that look like them."""

import math
import re
from collections import Counter

_BRANDS = re.compile(
    r"4(?:\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14}"
)
_NOT_DIGITS = re.compile(r"\D")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_UPPER, _LOWER, _DIGIT = re.compile("[A-Z]"), re.compile("[a-z]"), re.compile("[0-9]")
RANDOM_LENGTH_MIN = 32
_BITS_MIN = 4.0


def is_card(text: str) -> bool:
    """Whether the digits are of a card brand's form and their check digit is right."""
    digits = _NOT_DIGITS.sub("", text)
    if not _BRANDS.fullmatch(digits):
        return False
    total = 0
    for at, character in enumerate(reversed(digits)):
        digit = int(character) * (1 + at % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Whether it is of an IBAN's form and its check digits are right."""
    packed = text.replace(" ", "").replace("-", "").upper()
    if not _IBAN.fullmatch(packed):
        return False
    turned = packed[4:] + packed[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def is_random(token: str) -> bool:
    """Whether a long token is too even to be words: keys are, names, hashes in hex and numbers are not."""
    if len(token) < RANDOM_LENGTH_MIN:
        return False
    if not (_UPPER.search(token) and _LOWER.search(token) and _DIGIT.search(token)):
        return False
    size = len(token)
    bits = -sum(count / size * math.log2(count / size) for count in Counter(token).values())
    return bits >= _BITS_MIN
