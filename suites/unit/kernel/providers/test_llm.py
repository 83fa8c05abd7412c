"""What models answer, in one shape: text, calls of functions that were offered, and what it cost."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from autobiz_kernel import Json
from autobiz_kernel.providers import (
    ANTHROPIC_MESSAGES,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    Api,
    Model,
    Offer,
    llm_tool,
)
from autobiz_kernel.transport import (
    ANTHROPIC,
    OPENAI,
    Answer,
    Egress,
    Outgoing,
    Provider,
    SandboxAccount,
    TurnedAwayError,
)
from autobiz_mocks import VirtualClock

OFFER = Offer(
    name="find_order",
    description="Find an order.",
    parameters={"type": "object", "properties": {"order": {"type": "string"}}},
)
MODEL = Model(name="m-1", priced_as="", offers=(OFFER,))
QUESTION: Json = {"system": "s", "messages": [{"role": "user", "text": "?"}], "tokens_max": 9}
APIS: Mapping[str, tuple[Api, Provider]] = {
    "chat": (OPENAI_CHAT, OPENAI),
    "responses": (OPENAI_RESPONSES, OPENAI),
    "messages": (ANTHROPIC_MESSAGES, ANTHROPIC),
}


class Says:
    """A transport that answers with one body, and keeps what it was sent."""

    def __init__(self, body: Any) -> None:
        self._body, self.sent = body, b""

    async def __call__(self, outgoing: Outgoing) -> Answer:
        self.sent = outgoing.body
        headers = {"content-type": "application/json", "x-request-id": "r-1", "request-id": "r-1"}
        return Answer(status=200, headers=headers, body=json.dumps(self._body).encode())


def calling(api: str, *calls: tuple[str, str, str]) -> Any:
    """An answer in which these calls are made: id, name, arguments as text."""
    if api == "chat":
        made: list[Any] = [
            {"id": call, "type": "function", "function": {"name": name, "arguments": given}}
            for call, name, given in calls
        ]
        message = {"role": "assistant", "content": None, "tool_calls": made}
        return {
            "model": "m-1-2026",
            "choices": [{"message": message, "finish_reason": "tool_calls"}],
            "usage": {
                "prompt_tokens": 7,
                "completion_tokens": 3,
                "completion_tokens_details": {"reasoning_tokens": 2},
            },
        }
    if api == "responses":
        made = [
            {"type": "function_call", "call_id": call, "name": name, "arguments": given}
            for call, name, given in calls
        ]
        return {
            "model": "m-1-2026",
            "status": "completed",
            "output": made,
            "usage": {
                "input_tokens": 7,
                "output_tokens": 3,
                "output_tokens_details": {"reasoning_tokens": 2},
            },
        }
    made = [
        {"type": "tool_use", "id": call, "name": name, "input": json.loads(given)}
        for call, name, given in calls
    ]
    return {
        "model": "m-1-2026",
        "content": made,
        "stop_reason": "tool_use",
        "usage": {
            "input_tokens": 4,
            "cache_read_input_tokens": 2,
            "cache_creation_input_tokens": 1,
            "output_tokens": 3,
        },
    }


def asked(api: str, body: Any) -> tuple[Any, Any]:
    """Ask once; return what the tool makes of the answer, and what was sent."""
    says, egress = Says(body), Egress()
    kind, provider = APIS[api]
    account = SandboxAccount(provider=provider, base_url="http://127.0.0.1:1", key="fake")
    tool = llm_tool(kind, MODEL, account, says, egress, VirtualClock())
    return asyncio.run(_awaited(tool.execute, says))


async def _awaited(execute: Any, says: Says) -> tuple[Any, Any]:
    result = await execute(QUESTION, "")
    return result, json.loads(says.sent)


@pytest.mark.parametrize("api", APIS)
def test_a_call_of_an_offered_function_is_told(api: str) -> None:
    """Id, name and arguments come back as they were made, numbers as numbers, with all that it cost."""
    told, sent = asked(api, calling(api, ("c-1", "find_order", '{"order": "o-1", "weight": 1.5}')))
    (call,) = told["tool_calls"]
    assert (call["id"], call["name"]) == ("c-1", "find_order")
    assert json.loads(call["arguments"]) == {"order": "o-1", "weight": 1.5}
    assert (told["stop"], told["tokens"], told["request_id"]) == ("tools", 10, "r-1")
    assert "find_order" in json.dumps(sent["tools"])
    assert sent["model"] == "m-1"


@pytest.mark.negative
@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    "calls",
    [
        (("c-1", "refund_everything", "{}"),),
        (("c-1", "find_order", "{}"), ("c-1", "find_order", "{}")),
        (("c-1", "find_order", "[1]"),),
    ],
    ids=["not_offered", "one_id_for_two", "no_object"],
)
def test_a_call_that_makes_no_sense_is_not_told(api: str, calls: tuple[tuple[str, str, str], ...]) -> None:
    """A function that nobody offered, two calls under one id, arguments that are no object: no answer."""
    with pytest.raises(TurnedAwayError) as caught:
        asked(api, calling(api, *calls))
    assert caught.value.code == "unusable_answer"


@pytest.mark.negative
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_arguments_that_are_no_json_are_not_told(api: str) -> None:
    """Where arguments are a text, the text must be JSON."""
    with pytest.raises(TurnedAwayError, match="no JSON object"):
        asked(api, calling(api, ("c-1", "find_order", '{"order": ')))


@pytest.mark.parametrize(
    ("api", "change", "stop"),
    [
        (
            "chat",
            {"choices": [{"message": {"content": None, "refusal": "No."}, "finish_reason": "stop"}]},
            "refusal",
        ),
        ("chat", {"choices": [{"message": {"content": "a"}, "finish_reason": "length"}]}, "length"),
        ("chat", {"choices": [{"message": {"content": "a"}, "finish_reason": "content_filter"}]}, "refusal"),
        (
            "responses",
            {"output": [], "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
            "length",
        ),
        (
            "responses",
            {"output": [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]},
            "refusal",
        ),
    ],
)
def test_why_it_stopped_has_one_name(api: str, change: dict[str, Any], stop: str) -> None:
    """Whatever a provider calls it, an answer that was cut or refused says so in the same word."""
    told, _ = asked(api, {**calling(api), **change})
    assert told["stop"] == stop
