"""Read a return that a shop tells of as the refund that it asks for."""

from typing import Any

from autobiz_kernel.money import minor_of
from autobiz_kernel.webhooks import Event
from autobiz_kernel.workflow import Trigger, Wish


def refund_asked_for(event: Event) -> Wish | None:
    """Return what a return asks for: the same return, told of twice, asks once."""
    told: Any = event.payload
    if told["status"] != "open":
        return None
    money = told["total_refund_set"]["shop_money"]
    amount, currency = money["amount"], money["currency_code"]
    return Wish(
        key=event.entity,
        input={
            "refund_id": f"return-{told['id']}",
            "order": f"gid://shopify/Order/{told['order_id']}",
            "amount": minor_of(amount, currency),
            "currency": currency,
            "said": f"{amount} {currency}",
        },
    )


RETURN_APPROVED = Trigger(source="shopify", type="returns/approve", workflow="refund", read=refund_asked_for)
