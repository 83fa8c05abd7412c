"""Make a copy of a value that may be stored: allowed fields only, and of those only the harmless."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from autobiz_kernel.canonical import JsonValue

from .allowlist import Allowlist
from .kinds import Kind
from .names import kind_of_name
from .scanning import scan, spans_of_credentials

DEPTH_MAX = 64
UNNAMED = "*"
_JOINED_MAX = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What the allowlist let through and a scanner did not: its place and kind, never the thing itself."""

    place: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """What may be stored, how many fields were not allowed, and what the scanners stopped."""

    value: JsonValue
    omitted: int
    alarms: tuple[Alarm, ...]


@dataclass(slots=True)
class _Walk:
    allowlist: Allowlist
    omitted: int = 0
    alarms: dict[Alarm, None] = field(default_factory=dict)

    def alarm(self, place: str, kind: Kind) -> None:
        self.alarms[Alarm(place=place, kind=kind)] = None


_GONE: Any = object()


def redact(value: JsonValue, allowlist: Allowlist) -> Redaction:
    """Return what of the value may be stored.

    A member that is stopped is left out; an item of a list becomes null, so the others keep their places.
    """
    walk = _Walk(allowlist)
    kept = _kept(walk, value, allowlist.start(), place="", depth=0)
    return Redaction(value=None if kept is _GONE else kept, omitted=walk.omitted, alarms=tuple(walk.alarms))


def redact_text(text: str) -> Redaction:
    """Return a message, such as an exception's, or nothing of it."""
    return redact(text, Allowlist([""]))


def _kept(walk: _Walk, value: Any, still_open: Any, *, place: str, depth: int) -> Any:
    if depth > DEPTH_MAX:
        walk.alarm(place, Kind.OPAQUE)
        return _GONE
    if not still_open:
        walk.omitted += 1
        return _GONE
    if isinstance(value, dict):
        return _kept_members(walk, value, still_open, place=place, depth=depth)
    if isinstance(value, list | tuple):
        return _kept_items(walk, value, still_open, place=place, depth=depth)
    if not walk.allowlist.keeps(still_open):
        walk.omitted += 1
        return _GONE
    kinds = _kinds_of_scalar(value)
    for kind in kinds:
        walk.alarm(place, kind)
    return _GONE if kinds else value


def _kinds_of_scalar(value: object) -> tuple[Kind, ...]:
    if isinstance(value, str):
        return scan(value)
    if value is None or isinstance(value, bool):
        return ()
    return scan(_written(value)) if isinstance(value, int | float) else (Kind.OPAQUE,)


def _written(number: float) -> str:
    # An integer beyond JSON's range cannot be printed cheaply, and no card is that long.
    if isinstance(number, int) and number.bit_length() > 64:
        return ""
    return str(int(number)) if number % 1 == 0 else ""


def _kept_members(walk: _Walk, value: dict[Any, Any], still_open: Any, *, place: str, depth: int) -> Any:
    kept: dict[str, Any] = {}
    for name, member in value.items():
        below = walk.allowlist.below(still_open, name) if isinstance(name, str) else ()
        if not below:
            walk.omitted += 1
            continue
        kinds, named = _kinds_of_name(name)
        for kind in kinds:
            walk.alarm(f"{place}/{UNNAMED}", kind)
        if kinds:
            continue
        where = f"{place}/{_pointer(name)}"
        if named is not None and member not in (None, "", [], {}) and not isinstance(member, bool):
            if walk.allowlist.keeps(below) or isinstance(member, dict | list | tuple):
                walk.alarm(where, named)
            continue
        inner = _kept(walk, member, below, place=where, depth=depth + 1)
        if inner is not _GONE:
            kept[name] = inner
    for name in _split_over(walk, place, kept.items()):
        kept.pop(name, None)
    return kept


@lru_cache(maxsize=4096)
def _kinds_of_name(name: str) -> tuple[tuple[Kind, ...], Kind | None]:
    # The same few names come with every payload of a tool.
    return scan(name), kind_of_name(name)


def _kept_items(walk: _Walk, value: Any, still_open: Any, *, place: str, depth: int) -> Any:
    kept: list[Any] = []
    for index, item in enumerate(value):
        below = walk.allowlist.below(still_open, str(index))
        inner = _kept(walk, item, below, place=f"{place}/{index}", depth=depth + 1)
        kept.append(None if inner is _GONE else inner)
    for index in _split_over(walk, place, enumerate(kept)):
        kept[index] = None
    return kept


def _split_over(walk: _Walk, place: str, parts: Any) -> list[Any]:
    """Name the neighbours whose texts are a credential only when read together."""
    texts = [(name, text) for name, text in parts if isinstance(text, str) and text]
    if len(texts) < 2:
        return []
    joined = "".join(text for _, text in texts)
    if len(joined) > _JOINED_MAX:
        return []
    spans = list(spans_of_credentials(joined))
    if not spans:
        return []
    torn, at = [], 0
    for name, text in texts:
        for kind, begin, end in spans:
            if begin < at + len(text) and at < end:
                torn.append(name)
                walk.alarm(f"{place}/{_pointer(str(name))}", kind)
                break
        at += len(text)
    return torn


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
