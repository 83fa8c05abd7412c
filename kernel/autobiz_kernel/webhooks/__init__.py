"""What providers tell us: believed or not, by bytes, secret and moment, before anything of it is kept."""

from .ingress import EventBook, Ingress, Received, StoredEvent, Telling
from .keeping import MemoryEvents, PostgresEvents
from .printful import PrintfulWebhooks
from .sendgrid import SendgridWebhooks
from .shopify import ShopifyWebhooks
from .slack import SlackWebhooks
from .stripe import StripeWebhooks
from .verdicts import BODY_BYTES_MAX, TOLERANCE, Believed, Delivery, Event, Unbelieved, Verdict, Why
from .verifying import Source, verify

__all__ = [
    "BODY_BYTES_MAX",
    "TOLERANCE",
    "Believed",
    "Delivery",
    "Event",
    "EventBook",
    "Ingress",
    "MemoryEvents",
    "PostgresEvents",
    "PrintfulWebhooks",
    "Received",
    "SendgridWebhooks",
    "ShopifyWebhooks",
    "SlackWebhooks",
    "Source",
    "StoredEvent",
    "StripeWebhooks",
    "Telling",
    "Unbelieved",
    "Verdict",
    "Why",
    "verify",
]
