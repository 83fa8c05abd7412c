"""Recognise the credentials of the providers we work with, and the forms that any credential may have.

Each entry is a pattern in RE2's language, for one quick look at all of them at once, and a closer look at
what it matched.
"""

import base64
import binascii
from collections.abc import Callable
from typing import TypeAlias

from .entropy import looks_random
from .kinds import Kind

Closer: TypeAlias = Callable[[str], bool]


def _always(_matched: str) -> bool:
    return True


def _key_after_prefix(matched: str) -> bool:
    # "sk-" begins many slugs; a key has digits and capitals, or is plainly random.
    return any(letter.isdigit() for letter in matched) and (
        any(letter.isupper() for letter in matched) or looks_random(matched.rpartition("-")[2])
    )


def _basic(matched: str) -> bool:
    credentials = matched.rsplit(maxsplit=1)[-1].rstrip("=")
    try:
        padded = credentials + "=" * (-len(credentials) % 4)
        return b":" in base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False


def _bearer(matched: str) -> bool:
    token = matched.rsplit(maxsplit=1)[-1]
    return len(token) >= 16 and any(letter.isdigit() for letter in token)


def _assigned(matched: str) -> bool:
    said = matched.lower().rstrip("\"'")
    return not said.endswith(("null", "none", "true", "false", "required", "invalid", "expired", "missing"))


_NAMES_OF_SECRETS = (
    r"(?i)(?:password|passwd|passphrase|secret|api[ _-]?key|auth[ _-]?token|access[ _-]?token)"
)
_START = r"(?:^|[^A-Za-z0-9])"

# A prefix and a body of their own: also looked for across fields and across white space.
PREFIXED: tuple[tuple[Kind, str, Closer], ...] = (
    (Kind.SHOPIFY, r"shp(?:at|ca|pa|ss|ua|tka)_[A-Fa-f0-9]{16,}", _always),
    (Kind.STRIPE, r"(?:sk|rk|ek)_(?:live|test)_[A-Za-z0-9]{8,}", _always),
    (Kind.STRIPE, r"whsec_[A-Za-z0-9+/=_-]{12,}", _always),
    (Kind.STRIPE, r"(?:pi|seti|cs)_[A-Za-z0-9_]{8,}_secret_[A-Za-z0-9]{8,}", _always),
    (
        Kind.PRINTFUL,
        r"(?i)[a-z0-9]{8}-[a-z0-9]{4}-[a-z0-9]{4}:[a-z0-9]{4}-[a-z0-9]{12}",
        _always,
    ),
    (Kind.SENDGRID, r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", _always),
    (Kind.SLACK, r"xox[a-z](?:\.[a-z0-9]+)?-[A-Za-z0-9-]{10,}", _always),
    (Kind.SLACK, r"xapp-[0-9]-[A-Za-z0-9]{6,}-[A-Za-z0-9-]{10,}", _always),
    (Kind.SLACK, r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9_/-]{16,}", _always),
    (Kind.ANTHROPIC, r"sk-ant-[A-Za-z0-9]{2,}-[A-Za-z0-9_-]{16,}", _always),
    (Kind.OPENAI, _START + r"sk-(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_-]{20,}", _key_after_prefix),
    (Kind.AWS, r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}", _always),
    (Kind.VAULT, r"hv[sbr]\.[A-Za-z0-9_-]{20,}", _always),
    (Kind.CLOUD, r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}", _always),
    (Kind.CLOUD, r"AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,}|glpat-[A-Za-z0-9_-]{20,}", _always),
    (Kind.JWT, r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.?[A-Za-z0-9_-]*", _always),
)

SHAPED: tuple[tuple[Kind, str, Closer], ...] = (
    (Kind.PRIVATE_KEY, r"-----BEGIN[A-Z0-9 ]* PRIVATE KEY|PuTTY-User-Key-File|AGE-SECRET-KEY-1", _always),
    (Kind.VAULT, _START + r"s\.[A-Za-z0-9]{24}", _key_after_prefix),
    (Kind.AUTHORIZATION, r"(?i)\bbasic\s+[A-Za-z0-9+/_=-]{8,}", _basic),
    (Kind.AUTHORIZATION, r"(?i)\bbearer\s+[A-Za-z0-9+/._~=-]{8,}", _bearer),
    (Kind.URL_PASSWORD, r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@", _always),
    (
        Kind.ASSIGNED,
        _NAMES_OF_SECRETS + r"[\"'\\]*\s*(?:[:=]|\bis\b)\s*[\"'\\]*[^\s\"'\\,;]{6,}",
        _assigned,
    ),
)
