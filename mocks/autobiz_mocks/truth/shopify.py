"""Shopify's rules: one cancellation, no refund above what was paid, one effect to a directive's key."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from autobiz_mocks.journal import Served
from autobiz_mocks.stubs import Stub

from .fold import Findings
from .keys import KEY_HEADER, KeyBook, Standing
from .written import digits, read_stub

PATH = "/admin/api/2026-10/graphql.json"


@dataclass(slots=True, kw_only=True)
class Order:
    """An order as Shopify would keep it; amounts are decimals, as there."""

    id: str
    total: Decimal
    currency: str
    is_paid: bool = True
    is_fulfilled: bool = False
    cancelled_at: str | None = None
    note: str = ""
    tags: list[str] = field(default_factory=list)
    refunds: dict[str, tuple[Decimal, str]] = field(default_factory=dict)
    email: str = ""
    # How the payment provider calls what paid it; empty where nothing is known of that.
    paid_by: str = ""

    def body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": f"#{self.id.rpartition('/')[2]}",
            "note": self.note,
            "tags": self.tags,
            "cancelledAt": self.cancelled_at,
            "updatedAt": "2026-01-01T00:00:00Z",
            "displayFinancialStatus": "PAID" if self.is_paid else "AUTHORIZED",
            "displayFulfillmentStatus": "FULFILLED" if self.is_fulfilled else "UNFULFILLED",
            "totalPriceSet": self._money(self.total),
            "email": self.email or None,
            "transactions": [
                {
                    "id": f"gid://shopify/OrderTransaction/{self.id.rpartition('/')[2]}",
                    "kind": "SALE",
                    "status": "SUCCESS",
                    "gateway": "manual",
                    "authorizationCode": self.paid_by,
                }
            ]
            * bool(self.paid_by),
            "refunds": [
                {"id": name, "note": note, "totalRefundedSet": self._money(amount)}
                for name, (amount, note) in self.refunds.items()
            ],
        }

    def _money(self, amount: Decimal) -> dict[str, Any]:
        return {"shopMoney": {"amount": str(amount), "currencyCode": self.currency}}


@dataclass(slots=True)
class ShopifyMachine:
    """One shop; `orders` are those that were there before."""

    orders: dict[str, Order] = field(default_factory=dict)
    findings: Findings = field(default_factory=lambda: Findings("shopify"))
    # A job that was accepted and never comes to an end.
    stuck: frozenset[str] = frozenset()
    _keys: KeyBook = field(default_factory=KeyBook)

    def step(self, request: Served) -> None:
        steps = {
            "refund_order": self._refund,
            "cancel_order": self._cancel,
            "update_order": self._update,
        }
        step = steps.get(request.op)
        if step is None or not request.accepted:
            return
        refused = step(json.loads(request.body)["variables"], request, request.header(KEY_HEADER) or "")
        if refused:
            self.findings.breach(refused, f"{request.op}: the real one would have said no")

    def reads(self) -> Iterator[Stub]:
        for order in self.orders.values():
            yield read_stub(
                "shopify",
                order.id,
                {
                    "method": "POST",
                    "urlPath": PATH,
                    "bodyPatterns": [{"contains": "order(id:"}, {"contains": f'"{order.id}"'}],
                },
                {"data": {"order": order.body()}},
            )

    def _refund(self, variables: dict[str, Any], request: Served, key: str) -> str | None:
        wanted = variables["input"]
        match self._keys.standing(request, key):
            case Standing.REPLAY:
                return None
            case Standing.OTHER:
                return "key_reused"
            case Standing.FORGOTTEN:
                self.findings.breach("key_forgotten", "refund: sent again after a day, it happens again")
        self._keys.remember(request, key)
        order = self.orders.get(wanted["orderId"])
        if order is None:
            return "unknown_order"
        amount = Decimal(wanted["transactions"][0]["amount"])
        given = sum((each for each, _ in order.refunds.values()), Decimal(0))
        if given + amount > order.total:
            return "refund_above_paid"
        if wanted["currency"] != order.currency:
            return "refund_in_another_currency"
        name = f"gid://shopify/Refund/{digits(key[8:21])}"
        order.refunds[f"{name}{'' if name not in order.refunds else self.findings.number}"] = (
            amount,
            wanted["note"],
        )
        self.findings.happened("refund_order", key, name, int(amount * 100))
        return None

    def _cancel(self, variables: dict[str, Any], _request: Served, key: str) -> str | None:
        order = self.orders.get(variables["orderId"])
        if order is None:
            return "unknown_order"
        if order.cancelled_at is not None:
            return "cancelled_twice"
        if order.is_fulfilled:
            return "cancel_after_fulfilment"
        if order.id not in self.stuck:
            order.cancelled_at = "2026-01-01T00:00:00Z"
        self.findings.happened("cancel_order", key, order.id)
        return None

    def _update(self, variables: dict[str, Any], _request: Served, key: str) -> str | None:
        wanted = variables["input"]
        order = self.orders.get(wanted["id"])
        if order is None:
            return "unknown_order"
        order.note, order.tags = wanted.get("note", order.note), wanted.get("tags", order.tags)
        self.findings.happened("update_order", key, order.id)
        return None
