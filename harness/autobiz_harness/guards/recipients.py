"""Mail of a test goes to domains that are reserved for examples, and so to nobody."""

import re
from collections.abc import Iterator

# RFC 2606 and RFC 6761: nobody can ever own these.
RESERVED_DOMAINS = ("example.com", "example.org", "example.net", "example", "test", "invalid", "localhost")

_ADDRESS = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}(?:@|%40)((?:[\w-]+\.)*[A-Za-z][\w-]*)", re.ASCII)


def real_recipients(text: str, allowed: tuple[str, ...] = ()) -> Iterator[str]:
    """Every mail address in a text that somebody real might have."""
    # Without either sign there is no address, and most traffic has neither.
    if "@" not in text and "%40" not in text:
        return
    for match in _ADDRESS.finditer(text):
        domain = match[1].lower()
        if "." in domain and not _is_within(domain, (*RESERVED_DOMAINS, *allowed)):
            yield match[0]


def _is_within(domain: str, domains: tuple[str, ...]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in domains)
