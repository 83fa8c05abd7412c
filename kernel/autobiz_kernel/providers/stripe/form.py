"""Write a form as Stripe reads it: nested members in brackets."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode


def form(members: Mapping[str, Any]) -> bytes:
    """Encode members; None is left out, and a truth value is a word."""
    return urlencode(list(_flat(members))).encode()


def _flat(members: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in members.items():
        where = f"{prefix}[{name}]" if prefix else name
        if isinstance(value, Mapping):
            yield from _flat(value, where)
        elif isinstance(value, list | tuple):
            yield from _flat({str(index): item for index, item in enumerate(value)}, where)
        elif isinstance(value, bool):
            yield where, "true" if value else "false"
        elif value is not None:
            yield where, str(value)
