"""Decide whether a delivery is believed: its size, its signature, its text, in this order."""

from datetime import datetime
from typing import Protocol

from .reading import UnreadableError
from .verdicts import BODY_BYTES_MAX, Delivery, Unbelieved, Verdict, Why


class Source(Protocol):
    """One provider's deliveries."""

    def authenticate(self, delivery: Delivery, now: datetime) -> Why | None:
        """Say why a delivery is not to be believed at this moment; None if it is."""
        ...

    def read(self, delivery: Delivery) -> Verdict:
        """Read what a believed delivery tells; raise UnreadableError if it tells nothing."""
        ...


def verify(source: Source, delivery: Delivery, now: datetime) -> Verdict:
    """Say whether a delivery is to be believed at this moment, and what it tells."""
    if len(delivery.body) > BODY_BYTES_MAX:
        return Unbelieved(why=Why.TOO_LARGE)
    why = source.authenticate(delivery, now)
    if why is not None:
        return Unbelieved(why=why)
    try:
        return source.read(delivery)
    except UnreadableError:
        return Unbelieved(why=Why.MALFORMED)
