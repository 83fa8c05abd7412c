"""Provider truth: what really happened, folded from what was sent."""

from .fold import Effect, Findings, Machine, Truth, Violation, fold
from .printful import PrintfulMachine, PrintOrder
from .sendgrid import SendgridMachine
from .shopify import Order, ShopifyMachine
from .slack import SlackMachine
from .stripe import Payment, Refund, StripeMachine

__all__ = [
    "Effect",
    "Findings",
    "Machine",
    "Order",
    "Payment",
    "PrintOrder",
    "PrintfulMachine",
    "Refund",
    "SendgridMachine",
    "ShopifyMachine",
    "SlackMachine",
    "StripeMachine",
    "Truth",
    "Violation",
    "fold",
]
