"""The official clients of language models, as witnesses of our stand-ins and cassettes."""

import json
from typing import Any

import anthropic
import openai
import pytest
from anthropic.types import Message
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

from autobiz_mocks import WireMock
from autobiz_oracles import expect

from ..providing import QUESTION, Trial

pytestmark = [
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-TR01", "P1-TR03"),
    pytest.mark.test_id("P1-H09"),
]


def test_openai_reads_our_models(wiremock: WireMock) -> None:
    """OpenAI's client asks both of its interfaces, and reads text and cost as its own types have them."""
    with openai.OpenAI(api_key="fake", base_url=f"{wiremock.url}/v1", max_retries=0) as client:
        chat = client.chat.completions.create(model="gpt-test", messages=[{"role": "user", "content": "?"}])
        response = client.responses.create(model="gpt-test", input="?")
    assert chat.usage is not None
    assert response.usage is not None
    expect.worlds(
        (
            chat.choices[0].message.content,
            chat.usage.total_tokens,
            response.output_text,
            response.usage.total_tokens,
        ),
        ("ok", 10, "ok", 10),
    ).alike()
    stranger = openai.OpenAI(api_key="none", base_url=f"{wiremock.url}/v1", max_retries=0)
    with stranger, expect.refusal(openai.AuthenticationError):
        stranger.responses.create(model="gpt-test", input="?")


def test_anthropic_reads_our_models(wiremock: WireMock) -> None:
    """Anthropic's client asks for a message, and reads text and cost as its own types have them."""
    with anthropic.Anthropic(api_key="fake", base_url=wiremock.url, max_retries=0) as client:
        message = client.messages.create(
            model="claude-test", max_tokens=9, messages=[{"role": "user", "content": "?"}]
        )
    expect.worlds(
        (message.content[0].type, message.usage.cache_read_input_tokens, message.stop_reason),
        ("text", 4, "end_turn"),
    ).alike()


@pytest.mark.asyncio(loop_scope="session")
async def test_models_are_asked_in_their_own_words(at_providers: Trial) -> None:
    """What the product sends to a model has the names that the provider's own types know."""
    trial = at_providers
    types: dict[str, tuple[Any, str]] = {
        "openai.chat": (
            openai.types.chat.completion_create_params.CompletionCreateParamsNonStreaming,
            "chat",
        ),
        "openai.responses": (
            openai.types.responses.response_create_params.ResponseCreateParamsNonStreaming,
            "responses",
        ),
        "anthropic.messages": (
            anthropic.types.message_create_params.MessageCreateParamsNonStreaming,
            "messages",
        ),
    }
    for name in types:
        await trial.call(name, QUESTION)
    strangers = [
        f"{name}: {member}"
        for (name, (kind, _)), request in zip(types.items(), trial.world.seen(), strict=True)
        for member in json.loads(request.body)
        if not any(
            member in each.__annotations__ for each in kind.__mro__ if hasattr(each, "__annotations__")
        )
        and member not in _inherited(kind)
    ]
    expect.complaints(strangers, about=trial.world.seen()).none()


def _inherited(kind: Any) -> set[str]:
    """The names of a typed mapping, those of the ones that it extends as well."""
    return {*kind.__required_keys__, *kind.__optional_keys__}


@pytest.mark.parametrize("path", ["where_is_my_order", "where_is_my_order_responses", "approval_summary"])
def test_cassettes_hold_what_providers_answer(path: str, pytestconfig: pytest.Config) -> None:
    """Each recorded answer is one that the provider's own types can be made of."""
    kinds: dict[str, Any] = {
        "where_is_my_order": ChatCompletion,
        "where_is_my_order_responses": Response,
        "approval_summary": Message,
    }
    files = sorted((pytestconfig.rootpath / "cassettes" / path).glob("*.json"))
    texts = [json.loads(file.read_text())["interactions"][0]["response"]["body"]["string"] for file in files]
    read = [kinds[path].construct(**json.loads(text)) for text in texts]
    expect.worlds([each.model for each in read], [json.loads(text)["model"] for text in texts]).alike()
    assert all(each.usage is not None for each in read)
