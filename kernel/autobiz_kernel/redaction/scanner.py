"""Find secrets and personal data in a text, in linear time, however the text is wrapped."""

import base64
import binascii
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final
from urllib.parse import unquote_plus

import re2

from .checks import is_card, is_iban, is_random

LAYERS_MAX = 3
TEXT_MAX = 262_144


class Kind(StrEnum):
    """What was found."""

    SECRET = "secret"  # noqa: S105  # the name of a kind
    CARD = "card"
    IBAN = "iban"
    EMAIL = "email"
    PHONE = "phone"

    @property
    def is_dropped(self) -> bool:
        """Whether the field goes; personal data is masked instead."""
        return self in (Kind.SECRET, Kind.CARD, Kind.IBAN)


_SECRETS = (
    r"\b(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{8,}",
    r"\bwhsec_[0-9A-Za-z+/=]{8,}",
    r"\bshp(?:at|ss|ca|pa|tk)_[0-9A-Fa-f]{16,}",
    r"\bSG\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}",
    r"\bxox[abeoprs]-[0-9A-Za-z-]{8,}",
    r"\bxapp-[0-9A-Za-z-]{8,}",
    r"hooks\.slack\.com/services/[0-9A-Za-z/]{8,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bgh[opsur]_[0-9A-Za-z]{16,}",
    r"\bgithub_pat_[0-9A-Za-z_]{16,}",
    r"\bsk-(?:ant-|proj-|svcacct-)?[0-9A-Za-z_-]{20,}",
    r"\bAIza[0-9A-Za-z_-]{20,}",
    r"\bya29\.[0-9A-Za-z_-]{16,}",
    r"\bhvs\.[0-9A-Za-z_-]{16,}",
    r"\bglpat-[0-9A-Za-z_-]{16,}",
    r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY",
    r"(?i)\b(?:bearer|basic)\s+[0-9A-Za-z+/=._~-]{12,}",
    r"(?i)\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)\s*[=:]\s*[^\s,;&]{4,}",
    r"(?i)\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@]+@",
)
_CARD: Final = r"\b\d(?:[ -]?\d){12,18}\b"
_IBAN: Final = r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}\b"
_EMAIL: Final = r"[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*\.[A-Za-z]{2,}"
_PHONE: Final = (
    r"(?:\+|\b00)\d{1,3}(?:[ ./()-]{0,2}\d){7,12}\b|\(\d{3}\) ?\d{3}-\d{4}\b|\b\d{3}[-.]\d{3}[-.]\d{4}\b"
)
_LONG: Final = r"[0-9A-Za-z+/_=-]{32,}"
_WRAPPED: Final = r"%[0-9A-Fa-f]{2}|[\x{200b}-\x{200f}\x{2060}\x{feff}\x{00ad}]|[0-9A-Za-z+/_-]{16,}={0,2}"

_PATTERNS = (*_SECRETS, _CARD, _IBAN, _EMAIL, _PHONE, _LONG, _WRAPPED)
_AT_CARD = len(_SECRETS)
_AT_LONG = len(_PATTERNS) - 2
_AT_WRAPPED = len(_PATTERNS) - 1

_set = re2.Set.SearchSet()
for _pattern in _PATTERNS:
    _set.Add(_pattern)
_set.Compile()

_CHECKED = (
    (_AT_CARD, re2.compile(_CARD), is_card, Kind.CARD),
    (_AT_CARD + 1, re2.compile(_IBAN), is_iban, Kind.IBAN),
    (_AT_LONG, re2.compile(_LONG), is_random, Kind.SECRET),
)
_MASKED = ((_AT_CARD + 2, re2.compile(_EMAIL), Kind.EMAIL), (_AT_CARD + 3, re2.compile(_PHONE), Kind.PHONE))
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_BASE64 = re.compile(r"[0-9A-Za-z+/_-]{16,}={0,2}")


def kinds_in(text: str) -> frozenset[Kind]:
    """Return all kinds that are in a text, unwrapped from URL encoding, base64 and invisible characters."""
    found: set[Kind] = set()
    for view in _views(text):
        matched = _set.Match(view)
        if not matched or matched == [_AT_WRAPPED]:
            continue
        found.update(_confirmed(view, frozenset(matched)))
    return frozenset(found)


def has_known_secret(text: str) -> bool:
    """Whether a secret of a known form is in a text; mere evenness is none."""
    return any(at < _AT_CARD for at in _set.Match(text) or ())


def is_quiet(text: str) -> bool:
    """Whether nothing in a text, such as a whole document, asks for a closer look; may say no too often."""
    if "\\" in text or not (text.isascii() or _INVISIBLE.search(text) is None):
        return False
    matched = _set.Match(text)
    if not matched:
        return True
    if any(at < _AT_LONG for at in matched) or "%" in text:
        return False
    return not any(is_random(token) or _hides(token) for token in _BASE64.findall(text))


def _hides(token: str) -> bool:
    inner = _from_base64(token)
    return inner is not None and bool(kinds_in(inner))


def mask(text: str) -> str:
    """Hide personal data, and leave what tells two people apart at a glance."""
    shown = _MASKED[0][1].sub(_masked_email, text)
    return str(_MASKED[1][1].sub(_masked_phone, shown))


def _confirmed(view: str, matched: frozenset[int]) -> Iterator[Kind]:
    if any(at < _AT_CARD for at in matched):
        yield Kind.SECRET
    for at, pattern, is_real, kind in _CHECKED:
        if at in matched and any(is_real(each.group()) for each in pattern.finditer(view)):
            yield kind
    for at, _, kind in _MASKED:
        if at in matched:
            yield kind


def _views(text: str, layers: int = LAYERS_MAX) -> Iterator[str]:
    text = text[:TEXT_MAX]
    yield text
    if layers == 0:
        return
    plain = _INVISIBLE.sub("", text)
    if plain != text:
        yield from _views(plain, layers - 1)
    if "%" in text:
        decoded = unquote_plus(text)
        if decoded != text:
            yield from _views(decoded, layers - 1)
    for token in _BASE64.findall(text):
        inner = _from_base64(token)
        if inner is not None:
            yield from _views(inner, layers - 1)


def _from_base64(token: str) -> str | None:
    packed = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if text.isprintable() or "BEGIN" in text else None


def _masked_email(found: "re.Match[str]") -> str:
    name, _, host = found.group().partition("@")
    return f"{name[0]}***@***.{host.rpartition('.')[2]}"


def _masked_phone(found: "re.Match[str]") -> str:
    return f"***{found.group()[-2:]}"
