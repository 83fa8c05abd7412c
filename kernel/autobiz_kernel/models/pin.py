"""Pin models: which one, asked how, with which prompt, known by the digest of all of it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from autobiz_kernel.business import BusinessFile
from autobiz_kernel.canonical import canonical
from autobiz_kernel.contract import Json
from autobiz_kernel.errors import CallError, KernelError
from autobiz_kernel.json_schema import Validator, compile_schema
from autobiz_kernel.providers.llm import (
    ANTHROPIC_MESSAGES,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    PINNED_TOOL,
    Pinned,
)

APIS: Final = {
    f"{api.provider}.{api.operation}": api for api in (OPENAI_CHAT, OPENAI_RESPONSES, ANTHROPIC_MESSAGES)
}
# What a request says by other means than its parameters, or what would change the form of an answer.
RESERVED: Final = frozenset(
    {"model", "messages", "system", "input", "instructions", "tools", "functions"}
    | {"max_tokens", "max_completion_tokens", "max_output_tokens", "stream", "store", "n", "background"}
)
_DIGITS: Final = 24


class PinError(KernelError):
    """A model cannot be pinned as it is written, or a prompt is not the pinned one: change the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One model as it may be asked; `provider` is the operation that asks it, such as `openai.chat`."""

    name: str
    provider: str
    model: str
    prompt_sha256: str
    tokens_max: int
    timeout_ms: int
    parameters: Json
    fallback: str = ""
    answer_schema: Json | None = None
    repairs_max: int = 1
    gives: Validator | None = field(default=None, repr=False, compare=False)

    @property
    def version(self) -> str:
        """The digest of all that is pinned, short: whoever changes anything has another version."""
        shape: dict[str, Any] = {
            "provider": self.provider,
            "model": self.model,
            "prompt_sha256": self.prompt_sha256,
            "tokens_max": self.tokens_max,
            "timeout_ms": self.timeout_ms,
            "parameters": self.parameters,
            "answer_schema": self.answer_schema,
        }
        return hashlib.sha256(canonical(shape, name="pin")).hexdigest()[:_DIGITS]

    @property
    def reference(self) -> str:
        """The tool that asks it; a trace that names this names model, prompt and parameters."""
        return f"{PINNED_TOOL}.{self.name}@{self.version}"

    def with_prompt(self, prompt: str) -> Pinned:
        """Return what `pinned_tool` is made of; a prompt of other bytes is refused."""
        found = hashlib.sha256(prompt.encode()).hexdigest()
        if found != self.prompt_sha256:
            raise PinError(f"model {self.name!r}: the prompt is {found}, pinned is {self.prompt_sha256}")
        return Pinned(
            api=APIS[self.provider],
            name=self.name,
            version=self.version,
            model=self.model,
            prompt=prompt,
            priced_as=self.model,
            tokens_max=self.tokens_max,
            timeout_ms=self.timeout_ms,
            parameters=self.parameters,
        )


def pins_of(file: BusinessFile) -> Mapping[str, Pin]:
    """Return the pins of a business; all that is wrong with them is told at once."""
    complaints, pins = list(_complaints(file)), dict[str, Pin]()
    for name, entry in file.models.items():
        gives = None
        if entry.answer_schema is not None:
            try:
                gives = compile_schema(entry.answer_schema, name="answer_schema")
            except CallError as error:
                complaints.append(f"model {name!r}: {error}")
        pins[name] = Pin(
            name=name,
            provider=entry.provider,
            model=entry.model,
            prompt_sha256=entry.prompt_sha256,
            tokens_max=entry.tokens_max,
            timeout_ms=entry.timeout_ms,
            parameters=entry.parameters,
            fallback=entry.fallback or "",
            answer_schema=entry.answer_schema,
            repairs_max=entry.repairs_max,
            gives=gives,
        )
    if complaints:
        raise PinError("; ".join(complaints))
    return pins


def _complaints(file: BusinessFile) -> Iterator[str]:
    for name, entry in file.models.items():
        if entry.provider not in APIS:
            yield f"model {name!r}: unknown provider {entry.provider!r}; use one of {', '.join(sorted(APIS))}"
        for parameter in sorted(RESERVED & entry.parameters.keys()):
            yield f"model {name!r}: parameter {parameter!r} is said elsewhere; leave it out"
        second = file.models.get(entry.fallback) if entry.fallback else None
        if entry.fallback == name:
            yield f"model {name!r}: is its own fallback; name another entry"
        elif second is not None and second.fallback:
            yield f"model {name!r}: its fallback {entry.fallback!r} has one too; only one is ever asked"
        if second is not None and second.answer_schema != entry.answer_schema:
            yield f"model {name!r}: its fallback {entry.fallback!r} answers in another form"
