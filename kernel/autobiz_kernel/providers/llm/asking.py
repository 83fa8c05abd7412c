"""Ask a pinned model, and count what it cost; an answer that does not tell its cost is no answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from autobiz_kernel.clock import Clock
from autobiz_kernel.contract import EffectClass, Json, ToolContract
from autobiz_kernel.providers.exchange import Dialect, Exchange, Rejected
from autobiz_kernel.providers.schemas import COUNT, TEXT, closed, many, one_of, words
from autobiz_kernel.tool import Tool
from autobiz_kernel.transport import (
    Account,
    Answer,
    Egress,
    ErrorClass,
    Outgoing,
    Patience,
    Send,
    TurnedAwayError,
    UnheardError,
)

LLM_TIMEOUT_MS: Final = 120_000
# A model thinks for longer than a shop does; its transport is made with this.
LLM_PATIENCE: Final = Patience(total_s=110.0)
_NEVER: Final = frozenset(
    {"insufficient_quota", "enforced_spend_limit_reached", "billing_hard_limit_reached"}
)
STOPS: Final = ("end", "length", "tools", "refusal", "context")
_TOOL_CALL: Final = closed({"id": TEXT, "name": TEXT, "arguments": TEXT})
MESSAGES: Final = many(closed({"role": one_of("user", "assistant"), "text": words(200_000)}), most=200)
_INPUT: Final = closed(
    {
        "system": words(100_000),
        "messages": MESSAGES,
        "tokens_max": {"type": "integer", "minimum": 1, "maximum": 32_000},
    }
)
USAGE: Final = closed(
    {"input": COUNT, "output": COUNT}, {"cached": COUNT, "cache_written": COUNT, "reasoning": COUNT}
)
_OUTPUT: Final = closed(
    {
        "text": TEXT,
        "tool_calls": {"type": "array", "items": _TOOL_CALL, "maxItems": 64},
        "stop": one_of(*STOPS),
        "model": TEXT,
        "tokens": COUNT,
        "usage": USAGE,
    },
    {"request_id": TEXT},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A function that a model may ask for; `parameters` is its JSON Schema."""

    name: str
    description: str
    parameters: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model by its full name, under which name its tokens are priced, and what it may ask for."""

    name: str
    priced_as: str
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an answer says, in the one shape."""

    text: str
    tool_calls: tuple[dict[str, str], ...]
    stop: str
    model: str
    usage: Mapping[str, int]
    # All that is billed: what a provider counts apart is added up, what it counts twice is not.
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One provider's way of being asked."""

    provider: str
    operation: str
    path: str
    headers: Callable[[str], dict[str, str]]
    write: Callable[[Json, Model], dict[str, Any]]
    read: Callable[[dict[str, Any]], Reading]
    request_id_header: str


def completion_tool(
    api: Api, model: Model, account: Account, send: Send, egress: Egress, clock: Clock
) -> Tool:
    """Build the tool; the model is part of it and no argument, so that nobody asks another one."""
    dialect = Dialect(name=api.provider, judge=judge, request_id_header=api.request_id_header)
    exchange = Exchange(account=account, send=send, egress=egress, clock=clock, dialect=dialect)
    contract = ToolContract(
        name=api.provider,
        operation=api.operation,
        version="1",
        timeout_ms=LLM_TIMEOUT_MS,
        effect_class=EffectClass.READ,
        priced_as=model.priced_as,
        input_schema=_INPUT,
        output_schema=_OUTPUT,
    )

    async def execute(arguments: Json, _key: str) -> Json:
        body = json.dumps(api.write(arguments, model), sort_keys=True).encode()
        headers = api.headers(account.secret.reveal()) | {"Content-Type": "application/json"}
        told = await exchange.ask(Outgoing(method="POST", path=api.path, headers=headers, body=body))
        return _result(api, model, told)

    return Tool(contract=contract, execute=execute)


def judge(answer: Answer, body: dict[str, Any], general: Rejected | None) -> dict[str, Any] | Rejected:
    """Read one answer; too many requests may mean later, or never."""
    if general is None:
        return body
    error = body.get("error")
    known = error if isinstance(error, dict) else {}
    details = known.get("details")
    finer = details.get("error_code") if isinstance(details, dict) else None
    code = str(finer or known.get("code") or known.get("type") or general.code)
    told = replace(general, code=code, words=str(known.get("message") or ""))
    if code in _NEVER or (answer.status == 402):
        return replace(told, error_class=ErrorClass.QUOTA, is_final=False, wait_s=None)
    return told


def _result(api: Api, model: Model, told: dict[str, Any]) -> Json:
    where = f"{api.provider} {api.operation}"
    reading = api.read(told)
    if not reading.model.startswith(model.name):
        raise UnheardError(
            f"{where}: answered by another model than was asked", error_class=ErrorClass.INTERNAL
        )
    if reading.stop not in STOPS:
        raise UnheardError(f"{where}: stopped for an unknown reason", error_class=ErrorClass.INTERNAL)
    check_calls(reading.tool_calls, model, where)
    return {
        "text": reading.text,
        "tool_calls": list(reading.tool_calls),
        "stop": reading.stop,
        "model": reading.model,
        "tokens": reading.tokens,
        "usage": dict(reading.usage),
        "request_id": told["request_id"],
    }


def check_calls(calls: tuple[dict[str, str], ...], model: Model, where: str) -> None:
    """Refuse calls of tools that were not offered, with one id for two, or whose arguments are no object."""
    names = {offer.name for offer in model.offers}
    if len({call["id"] for call in calls}) != len(calls):
        raise _unusable(where, "two tool calls under one id")
    for call in calls:
        if call["name"] not in names:
            raise _unusable(where, "a tool that was not offered")
        try:
            is_object = isinstance(json.loads(call["arguments"]), dict)
        except ValueError:
            is_object = False
        if not is_object:
            raise _unusable(where, "arguments of a tool that are no JSON object")


def _unusable(where: str, what: str) -> TurnedAwayError:
    # It has cost tokens and changed nothing; asking again may bring something better.
    return TurnedAwayError(f"{where}: {what}", error_class=ErrorClass.VALIDATION, code="unusable_answer")


def usage_of(told: Any, names: Mapping[str, str], *, where: str) -> dict[str, int]:
    """Return what was used, under our names; input and output must be told, or nobody knows the cost."""
    found = {ours: _number_at(told, way) for ours, way in names.items()}
    if found.get("input") is None or found.get("output") is None:
        raise UnheardError(
            f"{where}: it does not tell what it cost", error_class=ErrorClass.QUOTA, code="usage_missing"
        )
    return {name: value for name, value in found.items() if value is not None}


def _number_at(told: Any, way: str) -> int | None:
    value: Any = told
    for name in way.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value if type(value) is int and value >= 0 else None
