"""A tool: its contract together with the functions that do its work."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from .contract import Json, Recovery, ToolContract
from .errors import CallError


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The provider's definitive no: nothing happened, and asking again would change nothing."""

    result: Json


class NotDoneError(Exception):
    """Raised by a tool that knows that nothing happened, such as when it never reached the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the provider knows of an effect that we were not sure of; None says that it never happened."""

    result: Json | None


Execute: TypeAlias = Callable[[Json, str], Awaitable[Json | Refused]]
LookUp: TypeAlias = Callable[[Json, str], Awaitable[Found]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """`execute` gets the arguments and the external key, and returns what happened, or a definitive no.

    It raises `NotDoneError` if it knows that nothing happened; all else that it raises says nobody knows.
    `look_up` asks the provider what became of the effect with this key.
    """

    contract: ToolContract
    execute: Execute
    look_up: LookUp | None = None

    def __post_init__(self) -> None:
        if self.contract.recovery is Recovery.QUERYABLE and self.look_up is None:
            raise CallError(
                f"tool {self.contract.reference!r}: QUERYABLE, but it has no look_up; give it one"
            )

    def knowing(self, known: Found) -> "Tool":
        """Return the tool for a caller who already knows what became of its effect."""

        async def look_up(_arguments: Json, _external_key: str) -> Found:
            return known

        return replace(self, look_up=look_up)
