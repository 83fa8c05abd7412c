"""Have things printed and sent: draft, confirm (which costs money), cancel, and see where they are."""

from dataclasses import dataclass
from typing import Any, Final

from autobiz_kernel.contract import EffectClass, Json, Recovery, ToolContract
from autobiz_kernel.keys import EXTERNAL_KEY_PREFIX
from autobiz_kernel.money import MoneyError, minor_of
from autobiz_kernel.providers.exchange import Rejected, refused
from autobiz_kernel.providers.schemas import (
    AMOUNT,
    COUNT,
    CURRENCY,
    TEXT,
    TIMEOUT_MS,
    closed,
    identifier,
    many,
    words,
)
from autobiz_kernel.tool import Found, Refused, Tool
from autobiz_kernel.transport import ErrorClass, UnheardError, text, whole

from .client import DUPLICATE, PrintfulClient

_ORDER_ID: Final = identifier("[0-9]{1,18}")
_RECIPIENT: Final = closed(
    {
        "name": words(200),
        "address1": words(200),
        "city": words(100),
        "country_code": identifier("[A-Z]{2}"),
        "zip": words(20),
    },
    {"state_code": identifier("[A-Z]{2,3}"), "email": words(254)},
)
_ITEM: Final = closed(
    {
        "variant": {"type": "integer", "minimum": 1},
        "quantity": {"type": "integer", "minimum": 1, "maximum": 999},
    }
)
_ORDER: Final = closed(
    {"id": TEXT, "external_id": TEXT, "status": TEXT, "total": COUNT, "currency": TEXT}, {"request_id": TEXT}
)
CREATE_ORDER: Final = ToolContract(
    name="printful",
    operation="create_order",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.WRITE,
    # The key becomes the order's external id, which is unique in a store: a second one is refused, and found.
    recovery=Recovery.QUERYABLE,
    identity=("order",),
    provider_ref="id",
    input_schema=closed({"order": identifier(), "recipient": _RECIPIENT, "items": many(_ITEM, most=100)}),
    output_schema=_ORDER,
)
CONFIRM_ORDER: Final = ToolContract(
    name="printful",
    operation="confirm_order",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.FINANCIAL,
    recovery=Recovery.QUERYABLE,
    identity=("printful_order",),
    amount="amount",
    currency="currency",
    provider_ref="id",
    input_schema=closed({"printful_order": _ORDER_ID, "amount": AMOUNT, "currency": CURRENCY}),
    output_schema=_ORDER,
)
CANCEL_ORDER: Final = ToolContract(
    name="printful",
    operation="cancel_order",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.WRITE,
    recovery=Recovery.QUERYABLE,
    identity=("printful_order",),
    provider_ref="id",
    input_schema=closed({"printful_order": _ORDER_ID}),
    output_schema=_ORDER,
)
READ_SHIPMENTS: Final = ToolContract(
    name="printful",
    operation="read_shipments",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.READ,
    input_schema=closed({"printful_order": _ORDER_ID}),
    output_schema=closed(
        {
            "shipments": {
                "type": "array",
                "maxItems": 200,
                "items": closed(
                    {
                        "id": TEXT,
                        "status": TEXT,
                        "delivery_status": TEXT,
                        "tracking_url": TEXT,
                        "is_reshipment": {"type": "boolean"},
                    }
                ),
            }
        }
    ),
)
_CONFIRMED: Final = frozenset({"pending", "inprocess", "partial", "fulfilled", "onhold"})


@dataclass(frozen=True, slots=True)
class Orders:
    """The work on one store's orders."""

    printful: PrintfulClient

    def tools(self) -> tuple[Tool, ...]:
        return (
            Tool(contract=CREATE_ORDER, execute=self.create, look_up=self.find),
            Tool(contract=CONFIRM_ORDER, execute=self.confirm, look_up=self.find_confirmed),
            Tool(contract=CANCEL_ORDER, execute=self.cancel, look_up=self.find_cancelled),
            Tool(contract=READ_SHIPMENTS, execute=self.shipments),
        )

    async def create(self, arguments: Json, key: str) -> Json | Refused:
        items: Any = arguments["items"]
        members = {
            "external_id": external_id(key),
            "recipient": arguments["recipient"],
            "items": [{"variant_id": each["variant"], "quantity": each["quantity"]} for each in items],
        }
        told = await self.printful.act("POST", "/orders", key, members)
        if not isinstance(told, Refused):
            return _order(told)
        if told.result["code"] != DUPLICATE:
            return told
        found = await self.find(arguments, key)
        if found.result is None:
            raise UnheardError("printful: it has this order, and has it not", error_class=ErrorClass.INTERNAL)
        return found.result

    async def find(self, _arguments: Json, key: str) -> Found:
        told = await self.printful.find(f"/orders/@{external_id(key)}")
        return Found(result=None if told is None else _order(told))

    async def confirm(self, arguments: Json, key: str) -> Json | Refused:
        # In a sandbox this is at a stand-in: Printful has no sandbox of its own, so no account names one.
        known = _order(await self.printful.get(_path(arguments)))
        if known["status"] in _CONFIRMED:
            return known
        if (known["total"], known["currency"]) != (arguments["amount"], arguments["currency"]):
            told = Rejected(
                error_class=ErrorClass.VALIDATION, code="price_changed", words=str(known["total"])
            )
            return refused(told, "")
        told_now = await self.printful.act("POST", f"{_path(arguments)}/confirm", key)
        return told_now if isinstance(told_now, Refused) else _order(told_now)

    async def find_confirmed(self, arguments: Json, _key: str) -> Found:
        known = _order(await self.printful.get(_path(arguments)))
        return Found(result=known if known["status"] in _CONFIRMED else None)

    async def cancel(self, arguments: Json, key: str) -> Json | Refused:
        told = await self.printful.act("DELETE", _path(arguments), key)
        return told if isinstance(told, Refused) else _order(told)

    async def find_cancelled(self, arguments: Json, _key: str) -> Found:
        known = _order(await self.printful.get(_path(arguments)))
        return Found(result=known if known["status"] == "canceled" else None)

    async def shipments(self, arguments: Json, _key: str) -> Json:
        told = await self.printful.get(f"/v2{_path(arguments)}/shipments")
        items = told.get("items")
        if not isinstance(items, list):
            raise UnheardError("printful shipments: no list", error_class=ErrorClass.INTERNAL)
        return {"shipments": [_shipment(each) for each in items]}


def external_id(key: str) -> str:
    """Return the name under which an order is found again; Printful takes 32 characters at most."""
    return key.removeprefix(EXTERNAL_KEY_PREFIX)


def _path(arguments: Json) -> str:
    return f"/orders/{arguments['printful_order']}"


def _order(told: dict[str, Any]) -> Json:
    costs = told.get("costs")
    known = costs if isinstance(costs, dict) else {}
    currency, total = str(known.get("currency") or ""), known.get("total")
    try:
        # While Printful still computes, it tells no total.
        amount = minor_of(str(total), currency) if total is not None and currency else 0
    except MoneyError as error:
        raise UnheardError(f"printful: {error}", error_class=ErrorClass.INTERNAL) from error
    return {
        "id": str(whole(told.get("id"), where="printful order: id")),
        "external_id": str(told.get("external_id") or ""),
        "status": text(told.get("status"), where="printful order: status"),
        "total": amount,
        "currency": currency,
        "request_id": str(told.get("request_id") or ""),
    }


def _shipment(told: Any) -> Json:
    known = told if isinstance(told, dict) else {}
    return {
        "id": str(known.get("id") or ""),
        "status": text(known.get("shipment_status"), where="printful shipment: status"),
        "delivery_status": str(known.get("delivery_status") or "unknown"),
        "tracking_url": str(known.get("tracking_url") or ""),
        "is_reshipment": known.get("is_reshipment") is True,
    }
