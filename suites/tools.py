"""Small tools for tests: a contract of few fields around whatever a test wants to happen."""

from autobiz_kernel import EffectClass, Execute, Json, LookUp, Recovery, Tool, ToolContract

TEXT: Json = {"type": "string", "minLength": 1, "maxLength": 200}


def contract(
    *,
    name: str = "provider",
    operation: str = "refund",
    version: str = "1",
    effect_class: EffectClass = EffectClass.WRITE,
    recovery: Recovery = Recovery.PROVIDER_IDEMPOTENT,
    timeout_ms: int = 5_000,
    cost_micros: int = 0,
    entities: tuple[str, ...] = (),
) -> ToolContract:
    """The contract of a tool that refunds in all freedom: any member may come back."""
    is_financial = effect_class is EffectClass.FINANCIAL
    return ToolContract(
        name=name,
        operation=operation,
        version=version,
        effect_class=effect_class,
        recovery=recovery,
        identity=("refund_id",),
        entities=entities,
        timeout_ms=timeout_ms,
        cost_micros=cost_micros,
        amount="amount" if is_financial else "",
        currency="currency" if is_financial else "",
        input_schema={
            "type": "object",
            "properties": {
                "refund_id": TEXT,
                "amount": {"type": "integer"},
                "currency": TEXT,
                "order": TEXT,
                "orders": {"type": "array", "items": TEXT},
                "note": TEXT,
                "lines": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"sku": TEXT, "units": {"type": "number"}},
                        "additionalProperties": False,
                    },
                },
            },
            "required": ["refund_id"],
            "additionalProperties": False,
        },
        output_schema={
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "pair": {"type": "array", "items": {"type": "number"}},
                "whole": {"type": "number"},
                "text": {"type": "string"},
                "amount": {"type": "number"},
                "number": {"type": "integer"},
                "tokens": {"type": "integer"},
            },
            "additionalProperties": False,
        },
    )


def tool(execute: Execute, made: ToolContract | None = None, *, look_up: LookUp | None = None) -> Tool:
    """A tool with that contract."""
    return Tool(contract=made or contract(), execute=execute, look_up=look_up)


async def answer(arguments: Json, external_key: str) -> Json:
    """A tool that is always done at once."""
    return {"id": external_key}
