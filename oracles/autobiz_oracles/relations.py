"""Relations between two trials: how the world must differ when what was asked for differs in a known way.

The true answer to one trial is often unknown, while the relation between two of them is not: the same event
twice must leave what it leaves once. A relation changes the events of the first trial into those of the
second, and says which world that must lead to.
"""

import random
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .differences import Difference, differences, lies_below
from .evidence import apart, given, is_empty
from .oracle import Finding, oracle
from .verdict import OracleType

Event: TypeAlias = Mapping[str, object]


def _as_it_was(world: object) -> object:
    return world


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What becomes of the events, and of the world that they lead to."""

    name: str
    events: Callable[[Sequence[Event]], list[Event]]
    world: Callable[[object], object] = _as_it_was


def same_event_twice(number: int = 0) -> Relation:
    """One event is delivered once more, after all others: nothing may change."""
    return Relation(name=f"event {number} twice", events=lambda events: [*events, events[number]])


def reordered(seed: int) -> Relation:
    """The events come in another order, drawn from a seed: the world must end up the same."""

    def shuffled(events: Sequence[Event]) -> list[Event]:
        order = list(events)
        random.Random(seed).shuffle(order)  # noqa: S311  # an order must come again, not be secret
        return order if order != list(events) else order[::-1]

    return Relation(name=f"reordered by seed {seed}", events=shuffled)


def renamed_tenant(old: str, new: str) -> Relation:
    """Another tenant has the same day: its world is the same but for the name."""

    # The name is often a prefix of ids, and must not be found inside of another name.
    whole = re.compile(rf"(?<![0-9A-Za-z]){re.escape(old)}(?![0-9A-Za-z])")

    def rename(value: object) -> object:
        return whole.sub(lambda _: new, value) if isinstance(value, str) else value

    return _everywhere(f"tenant {old} renamed to {new}", lambda _name, value: rename(value), rename)


def scaled_amounts(factor: int, *, names: Collection[str]) -> Relation:
    """All amounts, which are the numbers under these names, are so many times as large."""

    def scale(name: str, value: object) -> object:
        if name in names and isinstance(value, int) and not isinstance(value, bool):
            return value * factor
        return value

    return _everywhere(f"amounts times {factor}", scale, _as_it_was)


@oracle(OracleType.CONSISTENCY)
def related(first: object | None, second: object | None, relation: Relation | None) -> Finding:
    """The second trial's world is what the relation makes of the first one's."""
    relation = given(relation, "the relation")
    wanted = relation.world(given(first, "the world of the first trial"))
    found = differences(wanted, given(second, "the world of the second trial"))
    apart(first, second)
    return _told(found, f"{relation.name}: ", is_hollow=is_empty(first) and is_empty(second))


@oracle(OracleType.CONSISTENCY)
def alike(first: object | None, second: object | None, *, ignoring: Collection[str] = ()) -> Finding:
    """Two subjects that were given the same left the same world, but for these places."""
    found = differences(given(first, "the first world"), given(second, "the second world"))
    apart(first, second)
    left = tuple(one for one in found if not any(lies_below(one.pointer, place) for place in ignoring))
    return _told(left, "", is_hollow=is_empty(first) and is_empty(second))


def _told(found: tuple[Difference, ...], opening: str, *, is_hollow: bool) -> Finding:
    return Finding(
        holds=not found,
        reason=f"{opening}{len(found)} differences" if found else f"{opening}as related",
        observed=", ".join(one.pointer or "/" for one in found),
        expected="no difference",
        diff="\n".join(map(str, found)),
        is_hollow=is_hollow,
    )


def _everywhere(
    name: str, change: Callable[[str, object], object], rename: Callable[[object], object]
) -> Relation:
    """A relation that changes leaves by the name above them, in events and in the world alike."""

    def walk(above: str, value: object) -> object:
        if isinstance(value, Mapping):
            return {str(rename(key)): walk(str(key), part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [walk(above, part) for part in value]
        return change(above, value)

    def events(given_events: Sequence[Event]) -> list[Event]:
        changed = [walk("", event) for event in given_events]
        return [event for event in changed if isinstance(event, Mapping)]

    return Relation(name=name, events=events, world=lambda world: walk("", world))
