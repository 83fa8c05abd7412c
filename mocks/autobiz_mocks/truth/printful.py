"""Printful's rules: one order to an external id, confirmed once, and canceled only before it is made."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autobiz_mocks.journal import Served
from autobiz_mocks.stubs import Stub

from .fold import Findings
from .keys import KEY_HEADER
from .written import digits, read_stub


@dataclass(slots=True, kw_only=True)
class PrintOrder:
    """An order as Printful would keep it."""

    id: int
    external_id: str = ""
    status: str = "draft"
    total: str = "25.00"
    currency: str = "USD"
    shipments: list[dict[str, Any]] = field(default_factory=list)

    def body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "external_id": self.external_id,
            "status": self.status,
            "costs": {"currency": self.currency, "total": self.total},
        }


@dataclass(slots=True)
class PrintfulMachine:
    """One store; `orders` are those that were there before."""

    orders: dict[int, PrintOrder] = field(default_factory=dict)
    findings: Findings = field(default_factory=lambda: Findings("printful"))

    def step(self, request: Served) -> None:
        steps = {
            "create_order": self._create,
            "confirm_order": self._confirm,
            "cancel_order": self._cancel,
        }
        step = steps.get(request.op)
        if step is None or not request.accepted:
            return
        refused = step(request, request.header(KEY_HEADER) or "")
        if refused:
            self.findings.breach(refused, f"{request.op} {request.path}: the real one would have said no")

    def reads(self) -> Iterator[Stub]:
        for order in self.orders.values():
            for name in (str(order.id), *([f"@{order.external_id}"] if order.external_id else ())):
                body = {"code": 200, "result": order.body()}
                yield read_stub("printful", name, {"method": "GET", "urlPath": f"/orders/{name}"}, body)
            path = f"/v2/orders/{order.id}/shipments"
            yield read_stub("printful", path, {"method": "GET", "urlPath": path}, {"data": order.shipments})

    def _create(self, request: Served, key: str) -> str | None:
        external = json.loads(request.body)["external_id"]
        if any(each.external_id == external for each in self.orders.values()):
            # OR-13: the stand-in has answered as if it had made another one.
            return "duplicate_external_id"
        order = PrintOrder(id=int(f"9{digits(key[8:20])}"), external_id=external)
        self.orders[order.id] = order
        self.findings.happened("create_order", key, str(order.id))
        return None

    def _confirm(self, request: Served, key: str) -> str | None:
        order = self._order(request)
        if order is None:
            return "unknown_order"
        if order.status != "draft":
            return "confirmed_twice" if order.status != "canceled" else "confirm_after_cancel"
        order.status = "pending"
        self.findings.happened("confirm_order", key, str(order.id))
        return None

    def _cancel(self, request: Served, key: str) -> str | None:
        order = self._order(request)
        if order is None:
            return "unknown_order"
        if order.status in ("inprocess", "partial", "fulfilled"):
            return "cancel_after_production"
        if order.status == "canceled":
            return "cancelled_twice"
        order.status = "canceled"
        self.findings.happened("cancel_order", key, str(order.id))
        return None

    def _order(self, request: Served) -> PrintOrder | None:
        return self.orders.get(int(request.path.split("/")[2]))
