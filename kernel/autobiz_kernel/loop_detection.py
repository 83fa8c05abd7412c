"""See from its history that a run goes round in circles: A-A-A, A-B-A-B, A-B-C-A-B-C and so on."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from .canonical import JsonValue, canonical
from .errors import CallError

ANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopConfig:
    """How often a cycle may turn, and what does not make a call another one.

    `ignored` holds places in the arguments that differ each time and mean nothing, as `/nonce` or
    `/items/*/request_id`. A tool in `polling` may be asked the same for so many times in a row.
    """

    turns_max: int = 3
    length_max: int = 4
    ignored: tuple[str, ...] = ()
    polling: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        complaints = [
            f"{name} is {value}, below 1"
            for name, value in (
                ("turns_max", self.turns_max),
                ("length_max", self.length_max),
                *((f"polling of {tool}", times) for tool, times in self.polling.items()),
            )
            if value < 1
        ]
        complaints += [f"{place!r} does not begin with '/'" for place in self.ignored if place[:1] != "/"]
        if complaints:
            raise CallError(f"loop detection: {'; '.join(complaints)}")

    @property
    def history_max(self) -> int:
        """Say how many commands of a run have to be remembered."""
        return max(
            (self.turns_max + 1) * self.length_max, *(0, *(each + 1 for each in self.polling.values()))
        )


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared of a call: its tool, and a digest of that and of the arguments that mean something."""

    tool: str
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A cycle that turned once too often: how many calls long, and how often it came."""

    length: int
    turns: int

    def __str__(self) -> str:
        return f"a cycle of {self.length} call{'s' * (self.length > 1)} came {self.turns} times in a row"


def command(
    tool: str, arguments: Mapping[str, JsonValue], config: LoopConfig, *, written: bytes | None = None
) -> Command:
    """Return what is compared of a call; the order of members does not matter, the tool's name does.

    Who has the arguments' canonical form at hand passes it along.
    """
    kept: Any = dict(arguments)
    for place in config.ignored:
        kept = _without(kept, [_unescaped(part) for part in place.split("/")[1:]])
    if written is None or config.ignored:
        written = canonical(kept, name=f"arguments of {tool}")
    return Command(tool=tool, digest=hashlib.sha256(f"{tool}\0".encode() + written).digest())


def find_loop(history: Sequence[Command], asked: Command, config: LoopConfig) -> Loop | None:
    """Return the cycle that the call would close once too often, the shortest one first."""
    # A cycle has come at least twice, so the same was asked for not longer ago than it is long.
    if all(each.digest != asked.digest for each in history[-config.length_max :]):
        return None
    run = [*history, asked]
    polls = config.polling.get(asked.tool)
    for length in range(1, config.length_max + 1):
        most = polls if length == 1 and polls is not None else config.turns_max
        turns = _turns(run, length, enough=most + 1)
        if turns > most and not _only_polling(run[-length:], config, length):
            return Loop(length=length, turns=turns)
    return None


def _turns(run: Sequence[Command], length: int, *, enough: int) -> int:
    """Count how often the last `length` calls stand behind each other at the end."""
    cycle = [each.digest for each in run[-length:]]
    turns = 0
    end = len(run)
    while turns < enough and end >= length and [each.digest for each in run[end - length : end]] == cycle:
        turns += 1
        end -= length
    return turns


def _only_polling(cycle: Iterable[Command], config: LoopConfig, length: int) -> bool:
    # Several polls in turn are as harmless as each alone; each alone has its own number of times.
    return length > 1 and all(each.tool in config.polling for each in cycle)


def _without(value: Any, path: Sequence[str]) -> Any:
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {
            name: _without(member, rest) if first in (name, ANY) else member
            for name, member in value.items()
            if rest or first not in (name, ANY)
        }
    if isinstance(value, list | tuple):
        return [
            _without(item, rest) if first in (ANY, str(index)) else item
            for index, item in enumerate(value)
            if rest or first not in (ANY, str(index))
        ]
    return value


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
