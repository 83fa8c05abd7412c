"""Recognise cards, accounts and telephones by their arithmetic and not by their look alone."""

import re

CARD = r"[0-9](?:[ ._/\x{2010}-\x{2015}\x{a0}-]{0,2}[0-9]){13,}"
IBAN = r"(?i)[A-Z]{2}[ -]?[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}"
PHONE = (
    r"\+[ ]?[1-9][0-9 ()./-]{6,20}[0-9]"
    r"|(?:^|[A-Za-z:(,;] ?)00[1-9][0-9]{0,2}[ ()./-]+[0-9][0-9 ()./-]{4,18}[0-9]"
    r"|(?:^|[^0-9A-Za-z-])\(?[2-9][0-9]{2}\)?[ .-][2-9][0-9]{2}[ .-][0-9]{4}(?:$|[^0-9A-Za-z-])"
    r"|(?i)\b(?:tel|telephone|phone|mobile|mobil|fon|cell|call|fax)\b[ .:]*(?:me at |us at |at )?"
    r"[(]?[0-9][0-9 ()./-]{6,18}[0-9]"
)
SSN = r"(?:^|[^0-9A-Za-z])[0-9]{3}-[0-9]{2}-[0-9]{4}(?:$|[^0-9A-Za-z-])"

_FIRST_DIGITS = "23456"
_CARD_DIGITS_MIN = 14
_CARD_DIGITS_MAX = 19
_UUID = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-fA-F]{32,}")
_NOT_DIGIT = re.compile(r"[^0-9]")

_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22,
    "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25,
    "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip


def without_identifiers(text: str) -> str:
    """Take out UUIDs and digests, whose digits are nobody's card and nobody's telephone."""
    if len(text) < 32:
        return text
    return _DIGEST.sub(" ", _UUID.sub(" ", text) if "-" in text else text)


def is_card(matched: str) -> bool:
    """Say whether a payment card's number is among the digits: its issuer's range, length and check digit."""
    groups = [group for group in _NOT_DIGIT.split(matched) if group]
    for first, beginning in enumerate(groups):
        if beginning[0] not in _FIRST_DIGITS:
            continue
        digits = ""
        for last in range(first, len(groups)):
            digits += groups[last]
            if len(digits) > _CARD_DIGITS_MAX:
                break
            if (
                len(digits) >= _CARD_DIGITS_MIN
                and _grouped_like_a_card(groups[first : last + 1])
                and _issued(digits)
                and _luhn(digits)
            ):
                return True
    return False


def _grouped_like_a_card(groups: list[str]) -> bool:
    sizes = [len(group) for group in groups]
    # Groups of a card's own sizes, or the same small size throughout; a list of quantities is neither.
    return min(sizes[:-1], default=4) >= 3 or max(sizes) == 1 or (sizes[0] == 2 == max(sizes))


def _issued(digits: str) -> bool:
    length = len(digits)
    two, three, four = int(digits[:2]), int(digits[:3]), int(digits[:4])
    ranges = (
        (length in (16, 19) and digits[0] == "4"),
        (length == 16 and (51 <= two <= 55 or 2221 <= four <= 2720)),
        (length == 15 and two in (34, 37)),
        (14 <= length <= 19 and (two in (36, 38, 39) or 300 <= three <= 305)),
        (16 <= length <= 19 and (four == 6011 or 644 <= three <= 649 or two == 65)),
        (16 <= length <= 19 and (3528 <= four <= 3589 or two == 62)),
        (16 <= length <= 19 and (two in (50, 56, 57, 58, 63, 67))),
    )
    return any(ranges)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_iban(matched: str) -> bool:
    """Say whether an account number is among the letters: its country's length, and 1 modulo 97."""
    text = "".join(letter for letter in matched.upper() if letter.isalnum())
    for begin in range(len(text) - 14):
        length = _IBAN_LENGTHS.get(text[begin : begin + 2])
        account = text[begin : begin + length] if length else ""
        if length and len(account) == length and account[2:4].isdigit():
            moved = account[4:] + account[:4]
            if int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1:
                return True
    return False


def is_phone(matched: str) -> bool:
    """Say whether there are as many digits as a telephone number has."""
    return 8 <= len(_NOT_DIGIT.sub("", matched)) <= 15


def is_ssn(matched: str) -> bool:
    """Say whether the number can have been given out."""
    digits = _NOT_DIGIT.sub("", matched)
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"
