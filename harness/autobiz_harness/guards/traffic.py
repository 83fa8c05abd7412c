"""What leaves by HTTP or mail, before it leaves: no live credential in it, and no real recipient."""

from collections.abc import Callable

from .credentials import live_credentials
from .drafts import confirmed_order
from .recipients import real_recipients
from .settings import GuardSettings

LOOKED_AT_BYTES_MAX = 1_000_000


def payload_guard(settings: GuardSettings) -> Callable[[bytes, str], str | None] | None:
    """Say what is wrong with bytes that are about to be sent; None where nobody asks to look at them."""
    if settings.recipients is None and not settings.credentials and not settings.drafts:
        return None

    def look_at(data: bytes, host: str) -> str | None:
        text = data[:LOOKED_AT_BYTES_MAX].decode("utf-8", "replace")
        order = confirmed_order(text) if host.lower() in (settings.drafts or ()) else None
        return f"{order} to {host}" if order else traffic_complaint(text, settings)

    return look_at


def traffic_complaint(text: str, settings: GuardSettings) -> str | None:
    """The first thing that is wrong with a text that is sent."""
    if settings.credentials:
        for finding in live_credentials(text):
            return str(finding)
    if settings.recipients is not None:
        for address in real_recipients(text, settings.recipients):
            return f"mail for {address}, whose domain is not reserved for examples"
    return None
