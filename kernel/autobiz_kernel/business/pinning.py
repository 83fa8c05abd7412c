"""Check the models that a business pins: how they are written, and whether what they name is there."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from autobiz_kernel.canonical import canonical
from autobiz_kernel.costs import CostError, PriceTable
from autobiz_kernel.errors import CallError
from autobiz_kernel.json_schema import compile_schema
from autobiz_kernel.providers.llm import ANTHROPIC_MESSAGES, OPENAI_CHAT, OPENAI_RESPONSES, PINNED_TOOL

from .complaint import CompileCode
from .desk import Desk, parts_of
from .file import BusinessFile, ModelEntry
from .reading import Way

PIN_APIS: Final = {
    f"{api.provider}.{api.operation}": api for api in (OPENAI_CHAT, OPENAI_RESPONSES, ANTHROPIC_MESSAGES)
}
# What a request says by other means than its parameters, or what would change the form of an answer.
RESERVED: Final = frozenset(
    {"model", "messages", "system", "input", "instructions", "tools", "functions"}
    | {"max_tokens", "max_completion_tokens", "max_output_tokens", "stream", "store", "n", "background"}
)
_DIGITS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What pins name and a business's file does not hold: prompts by digest, and prices at a moment.

    `prompts` and `prices` are None where there is none to look into; `where` says where they are looked for.
    """

    prompts: frozenset[str] | None
    prices: PriceTable | None
    at: datetime
    where: tuple[str, str]


def version_of_pin(entry: ModelEntry) -> str:
    """Return the digest of all that is pinned, short: whoever changes anything has another version."""
    shape: dict[str, Any] = {
        "provider": entry.provider,
        "model": entry.model,
        "prompt_sha256": entry.prompt_sha256,
        "tokens_max": entry.tokens_max,
        "timeout_ms": entry.timeout_ms,
        "parameters": entry.parameters,
        "answer_schema": entry.answer_schema,
    }
    return hashlib.sha256(canonical(shape, name="pin")).hexdigest()[:_DIGITS]


def check_pins(desk: Desk, shelf: Shelf | None) -> None:
    """Complain of all that is wrong with pins; of what they name only where somebody says where that is."""
    for way, words in faults_of_pins(desk.file):
        desk.complain(CompileCode.PIN, way, words)
    for index, use in enumerate(desk.file.tools):
        tool, name, version = parts_of(use.tool)
        entry = desk.file.models.get(name)
        if tool == PINNED_TOOL and entry is not None and version != version_of_pin(entry):
            words = f"model {name!r} is pinned as {PINNED_TOOL}.{name}@{version_of_pin(entry)}"
            desk.complain(CompileCode.PIN, ("tools", index, "tool"), f"{words}; name that version")
    if shelf is None:
        return
    for name, entry in desk.file.models.items():
        for field, words in _absent(entry, shelf):
            desk.complain(CompileCode.PIN, ("models", name, field), words)


def faults_of_pins(file: BusinessFile) -> Iterator[tuple[Way, str]]:
    """Say what is wrong with how models are pinned, and where."""
    for name, entry in file.models.items():
        way: Way = ("models", name)
        if entry.provider not in PIN_APIS:
            known = ", ".join(sorted(PIN_APIS))
            yield (*way, "provider"), f"unknown provider {entry.provider!r}; use one of {known}"
        for parameter in sorted(RESERVED & entry.parameters.keys()):
            place = (*way, "parameters", parameter)
            yield place, f"parameter {parameter!r} is said elsewhere; leave it out"
        second = file.models.get(entry.fallback) if entry.fallback else None
        if entry.fallback == name:
            yield (*way, "fallback"), "is its own fallback; name another entry"
        elif second is not None and second.fallback:
            yield (*way, "fallback"), f"its fallback {entry.fallback!r} has one too; only one is ever asked"
        if second is not None and second.answer_schema != entry.answer_schema:
            yield (
                (*way, "fallback"),
                f"its fallback {entry.fallback!r} answers in another form; give both the same",
            )
        if entry.answer_schema is not None:
            try:
                compile_schema(entry.answer_schema, name="answer_schema")
            except CallError as error:
                yield (*way, "answer_schema"), str(error)


def _absent(entry: ModelEntry, shelf: Shelf) -> Iterator[tuple[str, str]]:
    prompts, prices = shelf.where
    if shelf.prompts is None:
        yield "prompt_sha256", f"there is no {prompts} to look for the prompt in; give --prompts"
    elif entry.prompt_sha256 not in shelf.prompts:
        yield (
            "prompt_sha256",
            f"none of the {len(shelf.prompts)} files in {prompts} has this digest; pin the one that is meant",
        )
    if shelf.prices is None:
        yield "model", f"there is no {prices} to look for the price in; give --prices"
        return
    try:
        shelf.prices.price_at(entry.model, shelf.at)
    except CostError as error:
        yield "model", f"{prices}: {error}"
