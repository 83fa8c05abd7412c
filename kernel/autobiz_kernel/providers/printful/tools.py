"""Put together the tools of one store."""

from autobiz_kernel.clock import Clock
from autobiz_kernel.tool import Tool
from autobiz_kernel.transport import Account, Egress, Send

from .client import PrintfulClient
from .orders import Orders


def printful_tools(
    account: Account, send: Send, egress: Egress, clock: Clock, *, store: str = ""
) -> tuple[Tool, ...]:
    """Every tool of one store."""
    return Orders(PrintfulClient.of(account, send, egress, clock, store)).tools()
