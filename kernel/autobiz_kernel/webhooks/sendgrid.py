"""SendGrid signs the moment and the bytes of a whole batch, with a key of which we hold the public half."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .reading import UnreadableError, epoch, json_of, member, word
from .signing import signed_by_key
from .verdicts import Believed, Delivery, Event, Verdict, Why, moment_of, timely

_SIGNATURE: Final = "x-twilio-email-event-webhook-signature"
_TIMESTAMP: Final = "x-twilio-email-event-webhook-timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendgridWebhooks:
    """Deliveries of one account; the key is base64 without armour, as SendGrid shows it."""

    public_key: str
    source: str = "sendgrid"

    def authenticate(self, delivery: Delivery, now: datetime) -> Why | None:
        """Believe what was signed now."""
        signed_at = delivery.header(_TIMESTAMP)
        if not signed_at:
            return Why.MISSING
        message = signed_at.encode() + delivery.body
        wrong = signed_by_key(self.public_key, message, delivery.header(_SIGNATURE))
        return wrong or timely(moment_of(signed_at), now=now)

    def read(self, delivery: Delivery) -> Verdict:
        """Read a batch; one bad item spoils itself and no other."""
        batch: Any = json_of(delivery.body)
        if not isinstance(batch, list):
            raise UnreadableError("no batch")
        events: list[Event] = []
        for told in batch:
            try:
                events.append(self._event(told))
            except UnreadableError:
                continue
        return Believed(events=tuple(events), spoiled=len(batch) - len(events))

    def _event(self, told: Any) -> Event:
        # Our own key comes back with every event of a mail: it tells which intent it is about.
        about = member(told, "autobiz_key") or member(told, "sg_message_id")
        return Event(
            source=self.source,
            source_event_id=word(member(told, "sg_event_id")),
            type=word(member(told, "event")),
            entity=word(about),
            occurred_at=epoch(member(told, "timestamp")),
            payload=told,
        )
