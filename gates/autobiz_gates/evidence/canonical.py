"""One value, one encoding: canonical JSON (RFC 8785), and a reader that accepts nothing else."""

import json
from typing import Any

import rfc8785

from .errors import EvidenceError


def canonical(value: Any, where: str) -> bytes:
    """Return the canonical bytes of a plain value."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise EvidenceError(where, f"has no canonical form: {error}") from None


def read_canonical(data: bytes, where: str) -> Any:
    """Return the value, if `data` is the one way to write it down.

    Spaces, escapes, key order, number forms, keys given twice: whatever a JSON reader would forgive gives
    other bytes when it is written again, and is refused. So no byte can change without the value changing.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise EvidenceError(where, f"is not JSON: {error}") from None
    if canonical(value, where) != data:
        raise EvidenceError(where, "is not in canonical form; it was written again after it was signed")
    return value


def read_object(data: bytes, keys: frozenset[str], where: str) -> dict[str, Any]:
    """Return a canonical JSON object that has exactly these keys."""
    return exactly(read_canonical(data, where), keys, where)


def exactly(value: Any, keys: frozenset[str], where: str) -> dict[str, Any]:
    """Return `value` if it is an object of exactly these keys."""
    if not isinstance(value, dict):
        raise EvidenceError(where, f"must be an object, not {type(value).__name__}")
    if value.keys() != keys:
        strange, absent = sorted(value.keys() - keys), sorted(keys - value.keys())
        told = [f"unknown field {name!r}" for name in strange] + [f"no field {name!r}" for name in absent]
        raise EvidenceError(where, ", ".join(told))
    return value


def text_of(value: Any, where: str) -> str:
    """Return `value` if it is text."""
    if not isinstance(value, str):
        raise EvidenceError(where, f"must be text, not {type(value).__name__}")
    return value
