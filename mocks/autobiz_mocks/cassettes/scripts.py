"""Write cassettes from a script, for what no model can be asked here; they say of themselves that they are such.

A script is a TOML file: one question as the product asks it, and several answers, each of which becomes a
cassette. The exchange is a real one, through the product's own transport, with a peer that reads the script.
"""

import json
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from autobiz_kernel import SystemClock, Tool
from autobiz_kernel.providers import ANTHROPIC_MESSAGES, LLM_PATIENCE, OPENAI_CHAT, OPENAI_RESPONSES, Api, Model, llm_tool
from autobiz_kernel.transport import ANTHROPIC, OPENAI, Egress, HttpTransport, SandboxAccount, Send

from autobiz_mocks.peer import Says, ScriptedPeer, http

from .checking import prompt_sha256
from .errors import CassetteError
from .recording import Provenance, recording

APIS: Final = {
    "openai.chat": (OPENAI_CHAT, OPENAI, "api.openai.com"),
    "openai.responses": (OPENAI_RESPONSES, OPENAI, "api.openai.com"),
    "anthropic.messages": (ANTHROPIC_MESSAGES, ANTHROPIC, "api.anthropic.com"),
}
MADE_UP_KEY: Final = "autobiz-fake"
_NAMES: Final = frozenset({"api", "model", "system", "user", "tokens_max", "answers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A question and its answers."""

    name: str
    api: str
    model: str
    system: str
    user: str
    tokens_max: int
    answers: tuple[str, ...]

    @property
    def arguments(self) -> dict[str, Any]:
        """What the product's tool is called with."""
        return {
            "system": self.system,
            "messages": [{"role": "user", "text": self.user}],
            "tokens_max": self.tokens_max,
        }

    def tool(self, send: Send, egress: Egress, base_url: str = "") -> Tool:
        """The product's tool for this question, at the provider's own address if no other is given."""
        api, provider, host = APIS[self.api]
        account = SandboxAccount(provider=provider, base_url=base_url or f"https://{host}", key=MADE_UP_KEY)
        return llm_tool(api, Model(name=self.model, priced_as=""), account, send, egress, SystemClock())

    def transport(self, egress: Egress) -> HttpTransport:
        """A transport to the provider's own address, for use inside a cassette."""
        _, provider, host = APIS[self.api]
        account = SandboxAccount(provider=provider, base_url=f"https://{host}", key=MADE_UP_KEY)
        return HttpTransport(account, egress, patience=LLM_PATIENCE)


def script_of(path: Path) -> Script:
    """Read a script; all mistakes are told at once."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CassetteError(f"{path}: {error}") from error
    problems = [f"lacks {name}" for name in sorted(_NAMES - told.keys())]
    problems += [f"unknown key {name!r}" for name in sorted(told.keys() - _NAMES)]
    if told.get("api") not in APIS:
        problems.append(f"api must be one of {', '.join(APIS)}")
    answers = told.get("answers")
    if not (isinstance(answers, list) and answers and all(isinstance(each, str) for each in answers)):
        problems.append("answers must be a list of texts")
    if problems:
        raise CassetteError("\n".join(f"{path}: {words}" for words in problems))
    return Script(name=path.stem, **{**told, "answers": tuple(told["answers"])})


async def record(script: Script, folder: Path, *, today: date) -> tuple[Path, ...]:
    """Record one cassette for each answer, and return them."""
    api, _, host = APIS[script.api]
    asked = api.write(script.arguments, Model(name=script.model, priced_as=""))
    provenance = Provenance(
        recorded_at=today.isoformat(),
        source="synthetic",
        model=script.model,
        prompt_sha256=prompt_sha256(json.dumps(asked)),
    )
    made: list[Path] = []
    for number, words in enumerate(script.answers, 1):
        file = folder / script.name / f"v{number}.json"
        said = json.dumps(_answer(api, script.model, words)).encode()
        egress = Egress()
        async with ScriptedPeer(Says(data=http(200, said, headers=_HEADERS))) as peer:
            account = SandboxAccount(provider=APIS[script.api][1], base_url=peer.url, key=MADE_UP_KEY)
            async with HttpTransport(account, egress) as wire:
                with recording(file, provenance, as_host=host):
                    await script.tool(wire, egress, peer.url).execute(script.arguments, "")
        made.append(file)
    return tuple(made)


# What a provider sends along and nobody keeps.
_HEADERS: Final = (
    "Content-Type: application/json",
    "X-Request-Id: req_synthetic",
    "Set-Cookie: session=made-up",
    "OpenAI-Organization: made-up",
)


def _answer(api: Api, model: str, words: str) -> dict[str, Any]:
    used = {"in": 120, "out": max(1, len(words) // 4)}
    if api is OPENAI_CHAT:
        message = {"role": "assistant", "content": words, "refusal": None}
        return {
            "id": "chatcmpl-synthetic",
            "object": "chat.completion",
            "created": 1767225600,
            "model": model,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": used["in"],
                "completion_tokens": used["out"],
                "total_tokens": sum(used.values()),
            },
        }
    if api is OPENAI_RESPONSES:
        content = [{"type": "output_text", "text": words, "annotations": []}]
        return {
            "id": "resp_synthetic",
            "object": "response",
            "created_at": 1767225600,
            "status": "completed",
            "model": model,
            "output": [
                {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": content}
            ],
            "usage": {
                "input_tokens": used["in"],
                "output_tokens": used["out"],
                "total_tokens": sum(used.values()),
            },
        }
    return {
        "id": "msg_synthetic",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": words}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": used["in"], "output_tokens": used["out"]},
    }
