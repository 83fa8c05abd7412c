"""Printful's version 2 signs the bytes, gives its events no id, and counts its own retries in the body."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .reading import epoch, iso, json_of, member, word
from .signing import of_hex, signed_by_any
from .verdicts import Believed, Delivery, Event, Unbelieved, Verdict, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintfulWebhooks:
    """Deliveries of one store. Secrets are hexadecimal, as Printful shows them once."""

    secrets: Sequence[str]
    store: int
    header: str = "x-pf-webhook-signature"
    source: str = "printful"

    def authenticate(self, delivery: Delivery, now: datetime) -> Why | None:  # noqa: ARG002  # none is signed
        """Believe what is signed by the store's secret."""
        text = delivery.header(self.header).removeprefix("sha256=")
        if not text:
            return Why.MISSING
        given = of_hex(text)
        if given is None:
            return Why.MALFORMED
        try:
            secrets = [bytes.fromhex(each) for each in self.secrets]
        except ValueError:
            return Why.UNCONFIGURED
        return signed_by_any(secrets, delivery.body, [given])

    def read(self, delivery: Delivery) -> Verdict:
        """Read what happened in this store."""
        told: Any = json_of(delivery.body)
        if member(told, "store_id") != self.store:
            return Unbelieved(why=Why.FOREIGN)
        kind, at = word(member(told, "type")), member(told, "occurred_at")
        occurred_at = epoch(at) if type(at) is int else iso(at)
        order = member(told, "data", "order", "id")
        shipment = member(told, "data", "shipment", "id")
        about = word(shipment if shipment is not None else order)
        event = Event(
            source=self.source,
            # The body tells how often it was sent, so copies differ; these three do not. A second shipment of
            # the same items is another shipment.
            source_event_id=f"{kind}/{about}/{occurred_at.astimezone(UTC).isoformat()}",
            type=kind,
            entity=word(order if order is not None else about),
            occurred_at=occurred_at,
            payload=told,
            fleeting=frozenset({"retries"}),
        )
        return Believed(events=(event,))
