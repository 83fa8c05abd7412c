"""Put together the tools of one Stripe account."""

from autobiz_kernel.clock import Clock
from autobiz_kernel.tool import Tool
from autobiz_kernel.transport import Account, Egress, Send

from .client import StripeClient
from .payments import Payments
from .refunds import Refunds
from .tax import tax_tools


def stripe_tools(account: Account, send: Send, egress: Egress, clock: Clock) -> tuple[Tool, ...]:
    """Every tool of one Stripe account."""
    client = StripeClient.of(account, send, egress, clock)
    return (*Payments(client).tools(), *Refunds(client).tools(), *tax_tools(client))
