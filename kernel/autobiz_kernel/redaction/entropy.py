"""Tell a random key from the identifiers, slugs and digests that commerce is full of."""

import re
from collections import Counter
from math import log2

RUN_MIN = 24
RUN = rf"[A-Za-z0-9+/_=-]{{{RUN_MIN},}}"

_HEX = re.compile(r"[0-9a-fA-F-]*")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# What a letter is: a small one, a capital, a digit; all else has no say.
_KINDS = str.maketrans(_LETTERS + _LETTERS.upper() + "0123456789", "a" * 26 + "A" * 26 + "9" * 10, "+/_-=")
_STRETCH = re.compile(r"a+|A+|9+")

# Objects of our providers, named in public: their ids are as random as keys, and open no door.
_PUBLIC_IDS = frozenset(
    {
        "acct", "ba", "bt", "card", "ch", "cn", "cs", "cus", "dp", "evt", "fee", "file", "fr", "ii", "il",
        "in", "inv", "li", "msg", "or", "ord", "pi", "pk", "pm", "po", "price", "prod", "promo", "py", "pyr",
        "qt", "re", "req", "seti", "si", "src", "sub", "tr", "txn", "txr", "we",
    }
)  # fmt: skip
_ID_CHARACTERS_MAX = 72
# A shop's global id: the name of a kind in words of letters, and a number.
_GLOBAL_ID = re.compile(r"/{0,2}shopify/(?:[A-Z][a-z]{1,24}){1,5}/[0-9]{1,20}")


def looks_random(text: str) -> bool:
    """Say whether a run of characters is a key by its look alone.

    Digests and UUIDs look like hexadecimal keys and are far more common, so hexadecimal is never a key here:
    the name of its field has to tell.
    """
    text = text.rstrip("=")
    if _HEX.fullmatch(text) or _GLOBAL_ID.fullmatch(text) or _is_public_id(text):
        return False
    kinds = text.translate(_KINDS)
    if len(kinds) < 20:
        return False
    changes = (len(_STRETCH.findall(kinds)) - 1) / (len(kinds) - 1)
    present = set(kinds)
    if present == {"A", "a", "9"}:
        return changes >= 0.4 or _bits(text) >= 4.5
    if present == {"a", "9"}:
        return len(kinds) >= 30 and changes >= 0.22 and _bits(text) >= 3.9
    if present == {"A", "a"}:
        return len(kinds) >= 24 and changes >= 0.36
    return False


def _bits(text: str) -> float:
    total = len(text)
    return -sum(count / total * log2(count / total) for count in Counter(text).values())


def _is_public_id(text: str) -> bool:
    prefix, _, rest = text.partition("_")
    rest = rest.removeprefix("test_").removeprefix("live_")
    return prefix in _PUBLIC_IDS and rest.isalnum() and len(text) <= _ID_CHARACTERS_MAX
