"""Derive the keys that make an effect happen once.

Two different questions need two different digests. *Is this the same business act?* is answered by the
declared identity alone: the same refund announced by two webhooks must run once, while two equal partial
refunds with different identities must both run. *Is it asked for in the same way?* is answered by the
fingerprint of all arguments: the same act with another amount is a contradiction, not a repetition.
"""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from .canonical import JsonValue, canonical

EXTERNAL_KEY_PREFIX = "autobiz:"
EXTERNAL_KEY_DIGITS = 32


def internal_key(*, tenant: UUID, tool: str, operation: str, identity: Mapping[str, JsonValue]) -> bytes:
    """Return the 32 bytes that name one business act of one tenant."""
    act: JsonValue = {
        "tenant": str(tenant),
        "tool": tool,
        "operation": operation,
        "identity": dict(identity),
    }
    return hashlib.sha256(canonical(act, name="key")).digest()


def fingerprint(arguments: Mapping[str, JsonValue]) -> bytes:
    """Return the 32 bytes that tell one way of asking from any other."""
    return hashlib.sha256(canonical(dict(arguments), name="arguments")).digest()


def fingerprint_of(written: bytes) -> bytes:
    """Return the same of arguments whose canonical form is at hand."""
    return hashlib.sha256(written).digest()


def external_key(key: bytes, *, generation: int = 1) -> str:
    """Return the key a provider sees: hashed once more, so that it reveals neither tenant nor act.

    An act that runs anew after its window is another one to the provider too, who may well remember the key
    of the first and answer with yesterday's result; so from the second generation on it is hashed too.
    """
    seen = key if generation == 1 else key + generation.to_bytes(8, "big")
    return EXTERNAL_KEY_PREFIX + hashlib.sha256(seen).hexdigest()[:EXTERNAL_KEY_DIGITS]
