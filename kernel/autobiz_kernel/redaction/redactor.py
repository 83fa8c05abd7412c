"""Make a copy of a value that may be kept: whatever a scanner stops is gone or masked, and told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from autobiz_kernel.canonical import JsonValue

from .kinds import Kind
from .masking import mask
from .names import kind_of_name
from .scanning import may_hold_credentials, scan, spans_of_credentials

DEPTH_MAX = 64
UNNAMED = "*"
_JOINED_MAX = 64 * 1024
_NAMES_MAX = 64
_NAME_MAX = 128
# Too few digits for anything that is looked for.
_SHORT_NUMBER = 10_000_000
_MASKED = frozenset({Kind.EMAIL, Kind.PHONE})
_LEFT_OUT = "(left out: it held what looks like a secret)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Where something was found that the allowlist had let through, and of what kind; never what."""

    where: str
    kind: Kind


class Cleaned(msgspec.Struct, frozen=True, kw_only=True):
    """What may be kept, and what was found on the way."""

    value: Any
    hits: tuple[Hit, ...] = ()


class Redactor:
    """A field with a secret goes, personal data is masked; either is told to whoever watches."""

    def clean(self, value: JsonValue, *, name: str = "") -> Cleaned:
        """Return what may be kept of a value; `name` is what hits call it.

        A member that is stopped is left out; an item of a list becomes null, so the others keep their places.
        """
        walk = _Walk()
        kept = _kept(walk, value, name, 0)
        return Cleaned(value=None if kept is _GONE else kept, hits=tuple(walk.hits))

    def text(self, text: str) -> str:
        """Return what may be kept of a sentence, such as an error's."""
        kept = _kept_text(text, scan(text))
        return _LEFT_OUT if kept is _GONE else str(kept)


# Where the walk is: the names down to it. Put into words only for what is found, which is hardly ever.
_Place: TypeAlias = "tuple[_Place, str | int] | str"


@dataclass(slots=True)
class _Walk:
    hits: dict[Hit, None] = field(default_factory=dict)

    def hit(self, place: _Place, kind: Kind) -> None:
        self.hits[Hit(where=_worded(place), kind=kind)] = None


_GONE: Any = object()


def _kept(walk: _Walk, value: Any, place: _Place, depth: int) -> Any:
    if depth > DEPTH_MAX:
        walk.hit(place, Kind.OPAQUE)
        return _GONE
    if isinstance(value, str):
        kinds = scan(value)
        for kind in kinds:
            walk.hit(place, kind)
        return _kept_text(value, kinds) if kinds else value
    if isinstance(value, dict):
        return _kept_members(walk, value, place, depth)
    if isinstance(value, list | tuple):
        return _kept_items(walk, value, place, depth)
    kinds = _kinds_of_scalar(value)
    for kind in kinds:
        walk.hit(place, kind)
    return _GONE if kinds else value


def _kept_text(text: str, kinds: tuple[Kind, ...]) -> Any:
    if not kinds:
        return text
    if not _MASKED.issuperset(kinds):
        return _GONE
    masked = mask(text)
    # What is wrapped cannot be masked, and goes like a secret.
    return _GONE if scan(masked) else masked


def _kinds_of_scalar(value: object) -> tuple[Kind, ...]:
    if value is None or isinstance(value, bool):
        return ()
    if type(value) is int and -_SHORT_NUMBER < value < _SHORT_NUMBER:
        return ()
    return scan(_written(value)) if isinstance(value, int | float) else (Kind.OPAQUE,)


def _written(number: float) -> str:
    # An integer beyond JSON's range cannot be printed cheaply, and no card is that long.
    if isinstance(number, int) and number.bit_length() > 64:
        return ""
    return str(int(number)) if number % 1 == 0 else ""


def _kept_members(walk: _Walk, value: dict[Any, Any], place: _Place, depth: int) -> Any:
    kept: dict[str, Any] = {}
    are_plain = len(value) <= _NAMES_MAX and _are_plain(tuple(value))
    for name, member in value.items():
        if not are_plain and not _may_be_named(walk, place, name, member):
            continue
        # Most members are short texts in which nothing is: for them, no steps to the side.
        if type(member) is str and not scan(member):
            kept[name] = member
            continue
        inner = _kept(walk, member, (place, name), depth + 1)
        if inner is not _GONE:
            kept[name] = inner
    for name in _split_over(walk, place, kept, kept.values()):
        kept.pop(name, None)
    return kept


def _may_be_named(walk: _Walk, place: _Place, name: object, member: Any) -> bool:
    if not isinstance(name, str):
        walk.hit((place, UNNAMED), Kind.OPAQUE)
        return False
    kinds = scan(name)
    for kind in kinds:
        walk.hit((place, UNNAMED), kind)
    named = None if kinds else kind_of_name(name)
    if named is not None and member not in (None, "", [], {}) and not isinstance(member, bool):
        walk.hit((place, name), named)
        return False
    return not kinds


class _TellingError(Exception):
    """A name says something, or hides something: an exception, because those are not remembered."""


def _are_plain(names: tuple[Any, ...]) -> bool:
    try:
        _refuse_telling(names)
    except _TellingError:
        return False
    return True


@lru_cache(maxsize=4096)
def _refuse_telling(names: tuple[Any, ...]) -> None:
    # The same few names come with every payload of a tool.
    for name in names:
        if not isinstance(name, str) or len(name) > _NAME_MAX or scan(name) or kind_of_name(name):
            raise _TellingError


def _kept_items(walk: _Walk, value: Any, place: _Place, depth: int) -> Any:
    kept: list[Any] = []
    for index, item in enumerate(value):
        inner = _kept(walk, item, (place, index), depth + 1)
        kept.append(None if inner is _GONE else inner)
    for index in _split_over(walk, place, range(len(kept)), kept):
        kept[index] = None
    return kept


def _split_over(walk: _Walk, place: _Place, names: Iterable[Any], values: Iterable[Any]) -> list[Any]:
    """Name the neighbours whose texts are a credential only when read together."""
    parts = [value for value in values if isinstance(value, str)]
    if len(parts) < 2:
        return []
    joined = "".join(parts)
    if len(joined) > _JOINED_MAX or not may_hold_credentials(joined):
        return []
    texts = [(name, text) for name, text in zip(names, values, strict=True) if isinstance(text, str) and text]
    if len(texts) < 2:
        return []
    spans = list(spans_of_credentials(joined))
    torn, at = [], 0
    for name, text in texts:
        for kind, begin, end in spans:
            if begin < at + len(text) and at < end:
                torn.append(name)
                walk.hit((place, name), kind)
                break
        at += len(text)
    return torn


def _worded(place: _Place) -> str:
    names: list[str] = []
    while not isinstance(place, str):
        place, name = place
        names.append(_pointer(str(name)))
    return "/".join([place, *reversed(names)])


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
