"""Read, change, cancel and refund the orders of a shop."""

from dataclasses import dataclass
from typing import Any, Final

from autobiz_kernel.contract import EffectClass, Json, Recovery, ToolContract
from autobiz_kernel.money import MoneyError, decimal_text, minor_of
from autobiz_kernel.providers.schemas import (
    AMOUNT,
    COUNT,
    CURRENCY,
    FLAG,
    TEXT,
    TIMEOUT_MS,
    closed,
    identifier,
    many,
    one_of,
    words,
)
from autobiz_kernel.tool import Found, Refused, Tool
from autobiz_kernel.transport import ErrorClass, TurnedAwayError, UnheardError, text

from .client import ShopifyClient
from .documents import CANCEL, READ, REFUND, UPDATE

_ORDER: Final = identifier("gid://shopify/Order/[0-9]{1,20}")
_MONEY: Final = {"amount": AMOUNT, "currency": CURRENCY}
_PAYING: Final = frozenset({"SALE", "CAPTURE"})
_OF_ORDER: Final = closed(
    {
        "id": TEXT,
        "name": TEXT,
        "financial_status": TEXT,
        "fulfilment_status": TEXT,
        "cancelled_at": TEXT,
        "total": COUNT,
        "currency": CURRENCY,
        "note": TEXT,
        "tags": {"type": "array", "items": TEXT, "maxItems": 250},
        "updated_at": TEXT,
        # By what it was paid: how the payment provider calls it, and where a refund is recorded.
        "payments": {
            "type": "array",
            "items": closed({"transaction": TEXT, "gateway": TEXT, "reference": TEXT}),
            "maxItems": 50,
        },
    }
)
READ_ORDER: Final = ToolContract(
    name="shopify",
    operation="read_order",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.READ,
    input_schema=closed({"order": _ORDER}),
    output_schema=_OF_ORDER,
)
UPDATE_ORDER: Final = ToolContract(
    name="shopify",
    operation="update_order",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.WRITE,
    # Shopify has no key for this; but the order tells whether it is as wanted, and again is harmless.
    recovery=Recovery.QUERYABLE,
    identity=("order", "change"),
    provider_ref="id",
    input_schema=closed(
        {"order": _ORDER, "change": identifier()},
        {"note": words(5000), "tags": many(words(40), most=250)},
    ),
    output_schema=closed({"id": TEXT, "updated_at": TEXT}, {"request_id": TEXT}),
)
CANCEL_ORDER: Final = ToolContract(
    name="shopify",
    operation="cancel_order",
    version="1",
    timeout_ms=TIMEOUT_MS,
    # Shopify lets go of the authorisation, or gives the money back, by itself: nobody must void it as well.
    effect_class=EffectClass.FINANCIAL,
    recovery=Recovery.QUERYABLE,
    identity=("order",),
    amount="amount",
    currency="currency",
    provider_ref="job",
    input_schema=closed(
        {
            "order": _ORDER,
            "reason": one_of("CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"),
            "restock": FLAG,
            **_MONEY,
        }
    ),
    # Accepted is not done: until `cancelled_at` is there, the job may still come to nothing.
    output_schema=closed({"job": TEXT, "is_done": FLAG, "cancelled_at": TEXT}, {"request_id": TEXT}),
)
REFUND_ORDER: Final = ToolContract(
    name="shopify",
    operation="refund_order",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.FINANCIAL,
    recovery=Recovery.PROVIDER_IDEMPOTENT,
    identity=("order", "refund_id"),
    amount="amount",
    currency="currency",
    provider_ref="id",
    input_schema=closed(
        {
            "order": _ORDER,
            "refund_id": identifier(),
            "gateway": identifier(),
            "parent": identifier("gid://shopify/OrderTransaction/[0-9]{1,20}"),
            **_MONEY,
        }
    ),
    output_schema=closed({"id": TEXT, "amount": COUNT, "currency": CURRENCY}, {"request_id": TEXT}),
)


@dataclass(frozen=True, slots=True)
class Orders:
    """The work on one shop's orders."""

    shopify: ShopifyClient

    def tools(self) -> tuple[Tool, ...]:
        return (
            Tool(contract=READ_ORDER, execute=self.read),
            Tool(contract=UPDATE_ORDER, execute=self.update, look_up=self.find_update),
            Tool(contract=CANCEL_ORDER, execute=self.cancel, look_up=self.find_cancellation),
            Tool(contract=REFUND_ORDER, execute=self.refund, look_up=self.find_refund),
        )

    async def read(self, arguments: Json, _key: str) -> Json:
        order = await self._order(arguments)
        amount, currency = _money(order.get("totalPriceSet"))
        return {
            "id": text(order.get("id"), where="shopify order: id"),
            "name": str(order.get("name") or ""),
            "financial_status": str(order.get("displayFinancialStatus") or ""),
            "fulfilment_status": str(order.get("displayFulfillmentStatus") or ""),
            "cancelled_at": str(order.get("cancelledAt") or ""),
            "total": amount,
            "currency": currency,
            "note": str(order.get("note") or ""),
            "tags": _tags(order),
            "updated_at": str(order.get("updatedAt") or ""),
            "payments": [
                {
                    "transaction": str(each.get("id") or ""),
                    "gateway": str(each.get("gateway") or ""),
                    "reference": str(each.get("authorizationCode") or ""),
                }
                for each in _payments(order)
            ],
        }

    async def update(self, arguments: Json, key: str) -> Json | Refused:
        wanted = {name: arguments[name] for name in ("note", "tags") if name in arguments}
        told = await self.shopify.mutate(
            UPDATE, {"input": {"id": arguments["order"], **wanted}}, key, field="orderUpdate"
        )
        return told if isinstance(told, Refused) else _updated(told.get("order"), told["request_id"])

    async def find_update(self, arguments: Json, _key: str) -> Found:
        order = await self._order(arguments)
        is_so = ("note" not in arguments or order.get("note") == arguments["note"]) and (
            "tags" not in arguments or set(_tags(order)) == set(_texts(arguments["tags"]))
        )
        return Found(result=_updated(order, "") if is_so else None)

    async def cancel(self, arguments: Json, key: str) -> Json | Refused:
        variables = {
            "orderId": arguments["order"],
            "reason": arguments["reason"],
            "restock": arguments["restock"],
            "refundMethod": {"originalPaymentMethodsRefund": True},
            "notifyCustomer": False,
            "staffNote": key,
        }
        told = await self.shopify.mutate(
            CANCEL, variables, key, field="orderCancel", errors="orderCancelUserErrors"
        )
        if isinstance(told, Refused):
            return told
        job = told.get("job")
        if not isinstance(job, dict):
            raise UnheardError("shopify orderCancel: no job", error_class=ErrorClass.INTERNAL)
        return {
            "job": text(job.get("id"), where="shopify job: id"),
            "is_done": job.get("done") is True,
            "cancelled_at": "",
            "request_id": told["request_id"],
        }

    async def find_cancellation(self, arguments: Json, _key: str) -> Found:
        order = await self._order(arguments)
        at = order.get("cancelledAt")
        if not at:
            return Found(result=None)
        return Found(result={"job": str(arguments["order"]), "is_done": True, "cancelled_at": str(at)})

    async def refund(self, arguments: Json, key: str) -> Json | Refused:
        try:
            amount = decimal_text(int(str(arguments["amount"])), str(arguments["currency"]))
        except MoneyError as error:
            raise TurnedAwayError(str(error), error_class=ErrorClass.VALIDATION) from error
        transaction = {
            "orderId": arguments["order"],
            "amount": amount,
            "gateway": arguments["gateway"],
            "parentId": arguments["parent"],
            "kind": "REFUND",
        }
        wanted = {
            "orderId": arguments["order"],
            "currency": arguments["currency"],
            "note": key,
            "transactions": [transaction],
        }
        told = await self.shopify.mutate(REFUND, {"input": wanted, "key": key}, key, field="refundCreate")
        if isinstance(told, Refused):
            return told
        return _refunded(told.get("refund"), arguments, told["request_id"])

    async def find_refund(self, arguments: Json, key: str) -> Found:
        order = await self._order(arguments)
        refunds = order.get("refunds")
        for each in refunds if isinstance(refunds, list) else []:
            if isinstance(each, dict) and each.get("note") == key:
                return Found(result=_refunded(each, arguments, ""))
        return Found(result=None)

    async def _order(self, arguments: Json) -> dict[str, Any]:
        told = await self.shopify.query(READ, {"id": arguments["order"]})
        order = told.get("order")
        if not isinstance(order, dict):
            raise UnheardError("shopify: no such order", error_class=ErrorClass.VALIDATION, code="not_found")
        return order


def _updated(order: Any, request_id: str) -> Json:
    known = order if isinstance(order, dict) else {}
    return {
        "id": text(known.get("id"), where="shopify order: id"),
        "updated_at": str(known.get("updatedAt") or ""),
        "request_id": request_id,
    }


def _refunded(refund: Any, arguments: Json, request_id: str) -> Json:
    known = refund if isinstance(refund, dict) else {}
    amount, currency = _money(known.get("totalRefundedSet"))
    if (amount, currency) != (arguments["amount"], arguments["currency"]):
        raise UnheardError(
            "shopify refund: another amount than was asked for", error_class=ErrorClass.INTERNAL
        )
    return {
        "id": text(known.get("id"), where="shopify refund: id"),
        "amount": amount,
        "currency": currency,
        "request_id": request_id,
    }


def _money(bag: Any) -> tuple[int, str]:
    """Read the shop's own money of a pair; what the customer saw may be another currency."""
    shop = bag.get("shopMoney") if isinstance(bag, dict) else None
    if not isinstance(shop, dict):
        raise UnheardError("shopify: no amount", error_class=ErrorClass.INTERNAL)
    currency = text(shop.get("currencyCode"), where="shopify: currency")
    try:
        return minor_of(text(shop.get("amount"), where="shopify: amount"), currency), currency
    except MoneyError as error:
        raise UnheardError(f"shopify: {error}", error_class=ErrorClass.INTERNAL) from error


def _payments(order: dict[str, Any]) -> list[dict[str, Any]]:
    told = order.get("transactions")
    found = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    return [each for each in found if each.get("kind") in _PAYING and each.get("status") == "SUCCESS"]


def _tags(order: dict[str, Any]) -> list[str]:
    return _texts(order.get("tags") or [])


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value]
