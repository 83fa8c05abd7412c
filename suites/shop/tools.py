"""The tools of the small shop: their contracts, and implementations that a test can watch and disturb."""

from collections.abc import Awaitable, Callable, Mapping

from autobiz_kernel import EffectClass, Json, Recovery, Refused, Tool, ToolContract

from ..calling import where_of

TEXT: Json = {"type": "string", "minLength": 1, "maxLength": 200}
NUMBER: Json = {"type": "integer"}


def _object(properties: Mapping[str, Json]) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


READ = ToolContract(
    name="orders",
    operation="read",
    version="1",
    effect_class=EffectClass.READ,
    input_schema=_object({"order": TEXT}),
    output_schema=_object({"captured": NUMBER, "refunded": NUMBER}),
)
RESERVE = ToolContract(
    name="stock",
    operation="reserve",
    version="1",
    effect_class=EffectClass.WRITE,
    recovery=Recovery.PROVIDER_IDEMPOTENT,
    identity=("line",),
    input_schema=_object({"line": TEXT, "units": NUMBER}),
    output_schema=_object({"held": NUMBER}),
)
RELEASE = ToolContract(
    name="stock",
    operation="release",
    version="1",
    effect_class=EffectClass.WRITE,
    recovery=Recovery.PROVIDER_IDEMPOTENT,
    identity=("line",),
    input_schema=_object({"line": TEXT}),
    output_schema=_object({"free": NUMBER}),
)
REFUND = ToolContract(
    name="payments",
    operation="refund",
    version="1",
    effect_class=EffectClass.FINANCIAL,
    recovery=Recovery.PROVIDER_IDEMPOTENT,
    identity=("refund_id",),
    amount="amount",
    currency="currency",
    provider_ref="id",
    cost_micros=10,
    input_schema=_object({"refund_id": TEXT, "order": TEXT, "amount": NUMBER, "currency": TEXT}),
    output_schema=_object({"id": TEXT}),
)
MAIL = ToolContract(
    name="mail",
    operation="send",
    version="1",
    effect_class=EffectClass.WRITE,
    recovery=Recovery.PROVIDER_IDEMPOTENT,
    identity=("mail_id",),
    input_schema=_object({"mail_id": TEXT, "text": TEXT}),
    output_schema=_object({"sent": TEXT}),
)
CONTRACTS = (READ, RESERVE, RELEASE, REFUND, MAIL)

Answer = Callable[[str, Json, str], Awaitable[Json | Refused]]


def answer_of(operation: str, arguments: Json, key: str) -> Json:
    """What each tool says when nothing is wrong."""
    told: dict[str, Json] = {
        "orders.read": {"captured": 20_000, "refunded": 0},
        "stock.reserve": {"held": arguments.get("units", 0)},
        "stock.release": {"free": 1},
        "payments.refund": {"id": f"re_{key[-8:]}"},
        "mail.send": {"sent": f"m_{key[-8:]}"},
    }
    return told[operation]


def tools_that(answer: Answer) -> Mapping[tuple[str, str, str], Tool]:
    """Every tool of the shop, answered by one function that is told which was asked."""

    def made(contract: ToolContract) -> Tool:
        async def execute(arguments: Json, key: str) -> Json | Refused:
            return await answer(f"{contract.name}.{contract.operation}", arguments, key)

        return Tool(contract=contract, execute=execute)

    tools = [made(contract) for contract in CONTRACTS]
    return {where_of(tool): tool for tool in tools}
