"""OpenAI's two ways of being asked."""

from typing import Any, Final

from autobiz_kernel.contract import Json
from autobiz_kernel.transport import ErrorClass, UnheardError

from .asking import Api, Model, Reading, usage_of

_FINISHED: Final = {
    "stop": "end",
    "length": "length",
    "tool_calls": "tools",
    "content_filter": "refusal",
}
_USED_BY_CHAT: Final = {
    "input": "prompt_tokens",
    "output": "completion_tokens",
    "cached": "prompt_tokens_details.cached_tokens",
    "reasoning": "completion_tokens_details.reasoning_tokens",
}
_USED_BY_RESPONSES: Final = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cached": "input_tokens_details.cached_tokens",
    "reasoning": "output_tokens_details.reasoning_tokens",
}


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _write_chat(arguments: Json, model: Model) -> dict[str, Any]:
    messages: Any = arguments["messages"]
    asked: dict[str, Any] = {
        "model": model.name,
        "max_completion_tokens": arguments["tokens_max"],
        "messages": [
            {"role": "system", "content": arguments["system"]},
            *({"role": each["role"], "content": each["text"]} for each in messages),
        ],
    }
    tools = [{"type": "function", "function": tool} for tool in _tools(model)]
    return {**asked, "tools": tools} if tools else asked


def _read_chat(told: dict[str, Any]) -> Reading:
    match told:
        case {"choices": [{"message": dict(message), "finish_reason": reason}, *_], "model": str(model)}:
            pass
        case _:
            raise UnheardError("openai chat: no choice", error_class=ErrorClass.INTERNAL)
    usage = usage_of(told.get("usage"), _USED_BY_CHAT, where="openai chat")
    calls = message.get("tool_calls") or []
    refusal = message.get("refusal")
    return Reading(
        text=str(refusal or message.get("content") or ""),
        tool_calls=tuple(_chat_call(call) for call in calls),
        stop="refusal" if refusal else _FINISHED.get(str(reason), str(reason)),
        model=model,
        usage=usage,
        # What is cached and what is reasoned is part of these two already.
        tokens=usage["input"] + usage["output"],
    )


def _chat_call(call: Any) -> dict[str, str]:
    match call:
        case {"id": str(name_of_call), "function": {"name": str(name), "arguments": str(arguments)}}:
            return {"id": name_of_call, "name": name, "arguments": arguments}
    raise UnheardError(
        "openai chat: a tool call without id, name or arguments", error_class=ErrorClass.INTERNAL
    )


def _write_responses(arguments: Json, model: Model) -> dict[str, Any]:
    messages: Any = arguments["messages"]
    asked: dict[str, Any] = {
        "model": model.name,
        "instructions": arguments["system"],
        "max_output_tokens": arguments["tokens_max"],
        "input": [{"role": each["role"], "content": each["text"]} for each in messages],
        "store": False,
    }
    tools = [{"type": "function", **tool} for tool in _tools(model)]
    return {**asked, "tools": tools} if tools else asked


def _read_responses(told: dict[str, Any]) -> Reading:
    output, model = told.get("output"), told.get("model")
    if not isinstance(output, list) or not isinstance(model, str):
        raise UnheardError("openai responses: no output", error_class=ErrorClass.INTERNAL)
    texts: list[str] = []
    calls: list[dict[str, str]] = []
    refusals: list[str] = []
    for item in output:
        match item:
            case {"type": "message", "content": list(parts)}:
                texts += [str(part["text"]) for part in parts if part.get("type") == "output_text"]
                refusals += [str(part["refusal"]) for part in parts if part.get("type") == "refusal"]
            case {"type": "function_call", "call_id": str(call), "name": str(name), "arguments": str(given)}:
                calls.append({"id": call, "name": name, "arguments": given})
    usage = usage_of(told.get("usage"), _USED_BY_RESPONSES, where="openai responses")
    return Reading(
        text="".join(refusals or texts),
        tool_calls=tuple(calls),
        stop=_stop_of_response(told, has_calls=bool(calls), is_refused=bool(refusals)),
        model=model,
        usage=usage,
        tokens=usage["input"] + usage["output"],
    )


def _stop_of_response(told: dict[str, Any], *, has_calls: bool, is_refused: bool) -> str:
    match told:
        case {"status": "completed"}:
            return "refusal" if is_refused else "tools" if has_calls else "end"
        case {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}:
            return "length"
        case {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}:
            return "refusal"
    return str(told.get("status"))


def _tools(model: Model) -> list[dict[str, Any]]:
    return [
        {"name": offer.name, "description": offer.description, "parameters": offer.parameters}
        for offer in model.offers
    ]


OPENAI_CHAT: Final = Api(
    provider="openai",
    operation="chat",
    path="/v1/chat/completions",
    headers=_headers,
    write=_write_chat,
    read=_read_chat,
    request_id_header="x-request-id",
)
OPENAI_RESPONSES: Final = Api(
    provider="openai",
    operation="responses",
    path="/v1/responses",
    headers=_headers,
    write=_write_responses,
    read=_read_responses,
    request_id_header="x-request-id",
)
