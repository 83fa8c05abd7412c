"""Anthropic's messages."""

import json
from typing import Any, Final

from autobiz_kernel.contract import Json
from autobiz_kernel.transport import ErrorClass, UnheardError

from .asking import Api, Model, Reading, usage_of

API_VERSION: Final = "2026-10-21"
_STOPS: Final = {
    "end_turn": "end",
    "stop_sequence": "end",
    "max_tokens": "length",
    "tool_use": "tools",
    "refusal": "refusal",
    "model_context_window_exceeded": "context",
}
_USED: Final = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cached": "cache_read_input_tokens",
    "cache_written": "cache_creation_input_tokens",
}


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "anthropic-version": API_VERSION}


def _write(arguments: Json, model: Model) -> dict[str, Any]:
    messages: Any = arguments["messages"]
    asked: dict[str, Any] = {
        "model": model.name,
        "max_tokens": arguments["tokens_max"],
        "system": arguments["system"],
        "messages": [{"role": each["role"], "content": each["text"]} for each in messages],
    }
    offered = [
        {"name": offer.name, "description": offer.description, "input_schema": offer.parameters}
        for offer in model.offers
    ]
    return {**asked, "tools": offered} if offered else asked


def _read(told: dict[str, Any]) -> Reading:
    content, model = told.get("content"), told.get("model")
    if not isinstance(content, list) or not isinstance(model, str):
        raise UnheardError("anthropic messages: no content", error_class=ErrorClass.INTERNAL)
    texts: list[str] = []
    calls: list[dict[str, str]] = []
    for block in content:
        match block:
            case {"type": "text", "text": str(words)}:
                texts.append(words)
            case {"type": "tool_use", "id": str(call), "name": str(name), "input": given}:
                calls.append({"id": call, "name": name, "arguments": json.dumps(given, default=float)})
    usage = usage_of(told.get("usage"), _USED, where="anthropic messages")
    reason = str(told.get("stop_reason"))
    return Reading(
        text="".join(texts),
        tool_calls=tuple(calls),
        stop=_STOPS.get(reason, reason),
        model=model,
        usage=usage,
        # Here what is cached is counted beside the input, not within it.
        tokens=sum(usage.values()),
    )


ANTHROPIC_MESSAGES: Final = Api(
    provider="anthropic",
    operation="messages",
    path="/v1/messages",
    headers=_headers,
    write=_write,
    read=_read,
    request_id_header="request-id",
)
