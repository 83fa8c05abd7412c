"""One thin way out to every provider: each request once, to a known host, and what came of it."""

from .accounts import (
    ANTHROPIC,
    OPENAI,
    PRINTFUL,
    PROVIDERS,
    SENDGRID,
    SHOPIFY,
    SLACK,
    STRIPE,
    Account,
    LiveAccount,
    Provider,
    SandboxAccount,
    is_loopback,
)
from .egress import Egress
from .errors import ErrorClass, ForbiddenEgressError, ProviderError, TurnedAwayError, UnheardError
from .http import BODY_BYTES_MAX, HttpTransport, Patience
from .reading import json_object, json_object_or_none, strict_json, text, whole
from .retry_after import WAIT_S_MAX, until_of, wait_of
from .values import KEY_HEADER, Answer, Outgoing, Send

__all__ = [
    "ANTHROPIC",
    "BODY_BYTES_MAX",
    "KEY_HEADER",
    "OPENAI",
    "PRINTFUL",
    "PROVIDERS",
    "SENDGRID",
    "SHOPIFY",
    "SLACK",
    "STRIPE",
    "WAIT_S_MAX",
    "Account",
    "Answer",
    "Egress",
    "ErrorClass",
    "ForbiddenEgressError",
    "HttpTransport",
    "LiveAccount",
    "Outgoing",
    "Patience",
    "Provider",
    "ProviderError",
    "SandboxAccount",
    "Send",
    "TurnedAwayError",
    "UnheardError",
    "is_loopback",
    "json_object",
    "json_object_or_none",
    "strict_json",
    "text",
    "until_of",
    "wait_of",
    "whole",
]
