"""Describe a tool: what it does, what identifies one act of it, and how its effect may be repeated."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from .canonical import JsonValue
from .errors import CallError

Json: TypeAlias = Mapping[str, JsonValue]
Execute: TypeAlias = Callable[[Json, str], Awaitable[Json]]


class EffectClass(StrEnum):
    """What may be done about an effect of which nobody knows whether it happened."""

    PROVIDER_IDEMPOTENT = "provider_idempotent"  # ask again with the same external key
    UNREPEATABLE = "unrepeatable"  # only the provider's truth or a person can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool's contract together with the function that does its work.

    `execute` gets the arguments and the external key. It returns definitive answers, a provider's refusal
    among them, and raises when it cannot know whether the effect happened.
    """

    name: str
    version: str
    operation: str
    identity: tuple[str, ...]
    effect_class: EffectClass
    execute: Execute

    def __post_init__(self) -> None:
        if not self.identity:
            raise CallError(
                f"tool {self.name!r}: identity is empty; name the arguments that identify one act"
            )

    def identity_of(self, arguments: Json) -> dict[str, JsonValue]:
        """Pick the declared identity out of the arguments of one call."""
        absent = [name for name in self.identity if arguments.get(name) is None]
        if absent:
            raise CallError(
                f"tool {self.name!r}: arguments lack {', '.join(absent)}; "
                "without its whole identity an act cannot be told from another"
            )
        return {name: arguments[name] for name in self.identity}
