"""Hide whom personal data is of, and leave what tells two people apart at a glance."""

import re

import re2

from .numbers import PHONE, is_phone
from .scanning import EMAIL, is_email

_EMAIL = re2.compile(EMAIL)
_PHONE = re2.compile(PHONE)
# What a pattern takes along of the words before a number stays.
_DIGITS = re.compile(r"[+(]?[0-9][0-9 ()./-]*[0-9]")


def mask(text: str) -> str:
    """Return the text without addresses and numbers; who relies on it looks at what comes out."""
    return str(_PHONE.sub(_masked_phone, _EMAIL.sub(_masked_email, text)))


def _masked_email(found: "re.Match[str]") -> str:
    whole = found.group()
    name, at, host = whole.partition("@")
    if not is_email(whole):
        return whole
    return f"{name[0]}***@***.{host.rpartition('.')[2]}" if at else "***"


def _masked_phone(found: "re.Match[str]") -> str:
    whole = found.group()
    return _DIGITS.sub(lambda digits: f"***{digits[0][-2:]}", whole) if is_phone(whole) else whole
