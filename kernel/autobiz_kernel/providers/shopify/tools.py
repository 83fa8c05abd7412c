"""Put together the tools of one shop."""

from autobiz_kernel.clock import Clock
from autobiz_kernel.tool import Tool
from autobiz_kernel.transport import Account, Egress, Send

from .client import ShopifyClient
from .orders import Orders


def shopify_tools(account: Account, send: Send, egress: Egress, clock: Clock) -> tuple[Tool, ...]:
    """Every tool of one shop."""
    return Orders(ShopifyClient.of(account, send, egress, clock)).tools()
