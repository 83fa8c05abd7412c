"""Find out to whom to write about an order; who asks must not keep the answer."""

from collections.abc import Awaitable, Callable

from autobiz_kernel.clock import Clock
from autobiz_kernel.transport import Account, Egress, ErrorClass, Send, UnheardError

from .client import ShopifyClient
from .documents import CONTACT


def contact_of(account: Account, send: Send, egress: Egress, clock: Clock) -> Callable[[str], Awaitable[str]]:
    """Return what tells the address of an order's customer; empty if there is none."""
    shopify = ShopifyClient.of(account, send, egress, clock)

    async def address(order: str) -> str:
        told = (await shopify.query(CONTACT, {"id": order})).get("order")
        if not isinstance(told, dict):
            raise UnheardError("shopify: no such order", error_class=ErrorClass.VALIDATION, code="not_found")
        return str(told.get("email") or "")

    return address
