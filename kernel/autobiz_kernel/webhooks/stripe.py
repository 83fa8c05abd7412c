"""Stripe signs the moment and the bytes: `t=…,v1=…`, two `v1` while its secret rotates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .reading import epoch, json_of, member, word
from .signing import of_hex, signed_by_any
from .verdicts import Believed, Delivery, Event, Unbelieved, Verdict, Why, moment_of, timely


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeWebhooks:
    """Deliveries to one endpoint of one account."""

    secrets: Sequence[str]
    is_live: bool = False
    source: str = "stripe"

    def authenticate(self, delivery: Delivery, now: datetime) -> Why | None:
        """Believe what is signed now by the secret of this endpoint."""
        header = delivery.header("stripe-signature")
        parts = [part.strip().partition("=") for part in header.split(",")]
        moments = [value for name, _, value in parts if name == "t"]
        given = [of_hex(value) for name, _, value in parts if name == "v1"]
        if not header or not moments:
            return Why.MISSING
        if len(moments) != 1:
            return Why.MALFORMED
        message = moments[0].encode() + b"." + delivery.body
        wrong = signed_by_any(
            [secret.encode() for secret in self.secrets], message, [each for each in given if each]
        )
        return wrong or timely(moment_of(moments[0]), now=now)

    def read(self, delivery: Delivery) -> Verdict:
        """Read what happened, in the mode that we are in."""
        told: Any = json_of(delivery.body)
        if member(told, "livemode") is not self.is_live:
            return Unbelieved(why=Why.FOREIGN)
        event = Event(
            source=self.source,
            source_event_id=word(member(told, "id")),
            type=word(member(told, "type")),
            entity=word(member(told, "data", "object", "id")),
            occurred_at=epoch(member(told, "created")),
            payload=told,
            # How many of our doors have not answered yet.
            fleeting=frozenset({"pending_webhooks"}),
        )
        return Believed(events=(event,))
