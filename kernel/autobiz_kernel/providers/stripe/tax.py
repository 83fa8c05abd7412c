"""Have Stripe compute the tax of an order, and commit what was computed."""

from typing import Any, Final

from autobiz_kernel.contract import EffectClass, Json, Recovery, ToolContract
from autobiz_kernel.money import from_stripe, to_stripe
from autobiz_kernel.providers.schemas import (
    AMOUNT,
    COUNT,
    CURRENCY,
    TEXT,
    TIMEOUT_MS,
    closed,
    identifier,
    many,
    one_of,
)
from autobiz_kernel.tool import Refused, Tool
from autobiz_kernel.transport import text, whole

from .client import StripeClient, minor

_ADDRESS: Final = closed(
    {"country": {"type": "string", "pattern": "^[A-Z]{2}$"}},
    {"postal_code": identifier("[A-Za-z0-9 -]{1,16}"), "state": identifier("[A-Z]{2,3}")},
)
_LINE: Final = closed(
    {"amount": AMOUNT, "reference": identifier()}, {"tax_behavior": one_of("inclusive", "exclusive")}
)
CALCULATE_TAX: Final = ToolContract(
    name="stripe",
    operation="calculate_tax",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.READ,  # a calculation that nobody commits lapses by itself
    input_schema=closed(
        {"currency": CURRENCY, "lines": many(_LINE, most=200), "ship_to": _ADDRESS}, {"shipping": AMOUNT}
    ),
    output_schema=closed(
        {
            "id": TEXT,
            "currency": CURRENCY,
            "total": COUNT,
            "tax_exclusive": COUNT,
            "tax_inclusive": COUNT,
            "expires_at": COUNT,
        }
    ),
)
COMMIT_TAX: Final = ToolContract(
    name="stripe",
    operation="commit_tax",
    version="1",
    timeout_ms=TIMEOUT_MS,
    effect_class=EffectClass.WRITE,
    recovery=Recovery.PROVIDER_IDEMPOTENT,
    identity=("reference",),
    provider_ref="id",
    input_schema=closed(
        {"calculation": identifier("taxcalc_[A-Za-z0-9_]{1,120}"), "reference": identifier()}
    ),
    output_schema=closed({"id": TEXT, "reference": TEXT}, {"request_id": TEXT}),
)


def tax_tools(stripe: StripeClient) -> tuple[Tool, ...]:
    """The tools for tax."""

    async def calculate(arguments: Json, _key: str) -> Json:
        currency, lines = str(arguments["currency"]), _lines(arguments)
        shipping: Any = arguments.get("shipping")
        members = {
            "currency": currency.lower(),
            "line_items": [{**line, "amount": to_stripe(line["amount"], currency)} for line in lines],
            "customer_details": {"address": arguments["ship_to"], "address_source": "shipping"},
            "shipping_cost": None if shipping is None else {"amount": to_stripe(shipping, currency)},
        }
        told = await stripe.compute("/v1/tax/calculations", members)
        where = "stripe tax"
        return {
            "id": text(told.get("id"), where=f"{where}: id"),
            "currency": currency,
            "total": minor(told, "amount_total", currency, where=where),
            **{
                f"tax_{kind}": from_stripe(
                    whole(told.get(f"tax_amount_{kind}"), where=f"{where}: {kind}"), currency
                )
                for kind in ("exclusive", "inclusive")
            },
            "expires_at": whole(told.get("expires_at"), where=f"{where}: expires_at"),
        }

    async def commit(arguments: Json, key: str) -> Json | Refused:
        members = {"calculation": arguments["calculation"], "reference": arguments["reference"]}
        told = await stripe.post("/v1/tax/transactions/create_from_calculation", members, key)
        if isinstance(told, Refused):
            return told
        return {
            "id": text(told.get("id"), where="stripe tax transaction: id"),
            "reference": text(told.get("reference"), where="stripe tax transaction: reference"),
            "request_id": told["request_id"],
        }

    return (Tool(contract=CALCULATE_TAX, execute=calculate), Tool(contract=COMMIT_TAX, execute=commit))


def _lines(arguments: Json) -> list[dict[str, Any]]:
    lines: Any = arguments["lines"]
    return [dict(line) for line in lines]
