"""Pin models: which one, asked how, with which prompt, known by the digest of all of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from autobiz_kernel.business import PIN_APIS, BusinessFile, ModelEntry, faults_of_pins, version_of_pin
from autobiz_kernel.errors import KernelError
from autobiz_kernel.json_schema import Validator, compile_schema
from autobiz_kernel.providers.llm import PINNED_TOOL, Pinned


class PinError(KernelError):
    """A model cannot be pinned as it is written, or a prompt is not the pinned one: change the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One model as it may be asked; `gives` judges whether an answer has its form."""

    name: str
    entry: ModelEntry
    gives: Validator | None = field(default=None, repr=False, compare=False)

    @property
    def version(self) -> str:
        """The digest of all that is pinned, short: whoever changes anything has another version."""
        return version_of_pin(self.entry)

    @property
    def reference(self) -> str:
        """The tool that asks it; a trace that names this names model, prompt and parameters."""
        return f"{PINNED_TOOL}.{self.name}@{self.version}"

    def with_prompt(self, prompt: str) -> Pinned:
        """Return what `pinned_tool` is made of; a prompt of other bytes is refused."""
        entry, found = self.entry, hashlib.sha256(prompt.encode()).hexdigest()
        if found != entry.prompt_sha256:
            raise PinError(f"model {self.name!r}: the prompt is {found}, pinned is {entry.prompt_sha256}")
        return Pinned(
            api=PIN_APIS[entry.provider],
            name=self.name,
            version=self.version,
            model=entry.model,
            prompt=prompt,
            priced_as=entry.model,
            tokens_max=entry.tokens_max,
            timeout_ms=entry.timeout_ms,
            parameters=entry.parameters,
        )


def pins_of(file: BusinessFile) -> Mapping[str, Pin]:
    """Return the pins of a business; all that is wrong with them is told at once, as when compiling."""
    complaints = [f"{'.'.join(map(str, way))}: {words}" for way, words in faults_of_pins(file)]
    if complaints:
        raise PinError("; ".join(complaints))
    return {name: _pin(name, entry) for name, entry in file.models.items()}


def _pin(name: str, entry: ModelEntry) -> Pin:
    form = entry.answer_schema
    return Pin(
        name=name, entry=entry, gives=None if form is None else compile_schema(form, name="answer_schema")
    )
