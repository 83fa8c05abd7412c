"""Shopify signs the bytes and no moment: an old delivery is known by its event's id alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .reading import iso, json_of, member, word
from .signing import of_base64, signed_by_any
from .verdicts import Believed, Delivery, Event, Unbelieved, Verdict, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyWebhooks:
    """Deliveries of one shop to one app."""

    secrets: Sequence[str]
    shop: str
    source: str = "shopify"

    def authenticate(self, delivery: Delivery, now: datetime) -> Why | None:  # noqa: ARG002  # none is signed
        """Believe what is signed by the app's secret."""
        header = self._header(delivery, "hmac-sha256")
        if not header:
            return Why.MISSING
        given = of_base64(header)
        if given is None:
            return Why.MALFORMED
        return signed_by_any([each.encode() for each in self.secrets], delivery.body, [given])

    def read(self, delivery: Delivery) -> Verdict:
        """Read what happened in this shop."""
        if self._header(delivery, "shop-domain") != self.shop:
            return Unbelieved(why=Why.FOREIGN)
        told: Any = json_of(delivery.body)
        topic = word(self._header(delivery, "topic"))
        event = Event(
            source=self.source,
            # One event may be told under several topics, each with a body of its own.
            source_event_id=f"{topic}/{word(self._header(delivery, 'event-id'))}",
            type=topic,
            entity=word(member(told, "admin_graphql_api_id") or member(told, "id")),
            occurred_at=iso(self._header(delivery, "triggered-at") or member(told, "updated_at")),
            payload=told,
        )
        return Believed(events=(event,))

    def _header(self, delivery: Delivery, name: str) -> str:
        """Read a header by its name of today, or by the one that is to come."""
        return delivery.header(f"x-shopify-{name}") or delivery.header(f"shopify-{name}")
