"""A print shop that takes real orders is sent drafts only: nothing that is confirmed is printed and paid."""

import re

_CONFIRMING = (
    re.compile(r"\A(?:POST|PUT|PATCH) \S*/orders/[^/\s?]+/confirm(?:ation)?(?=[\s?])", re.IGNORECASE),
    re.compile(r"\A(?:POST|PUT|PATCH) \S*[?&]confirm=(?:1|true)(?=[\s&])", re.IGNORECASE),
    re.compile(r"\"confirm\"\s*:\s*(?:true|1\b|\"(?:true|1)\")", re.IGNORECASE),
    re.compile(r"(?:\A|[\s&])confirm=(?:1|true)(?:&|\Z)", re.IGNORECASE),
)


def confirmed_order(text: str) -> str | None:
    """What in a request, or in a part of one, confirms an order."""
    for shape in _CONFIRMING:
        match = shape.search(text)
        if match is not None:
            return f"a confirmed order ({match[0].strip()[:60]})"
    return None
