"""Make a copy of a value that may be kept: whatever a scanner stops is gone or masked, and told."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from autobiz_kernel.canonical import JsonValue

from .kinds import Kind
from .masking import mask
from .names import kind_of_name
from .scanning import scan, spans_of_credentials

DEPTH_MAX = 64
UNNAMED = "*"
_JOINED_MAX = 64 * 1024
_MASKED = frozenset({Kind.EMAIL, Kind.PHONE})
_LEFT_OUT = "(left out: it held what looks like a secret)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Where something was found that the allowlist had let through, and of what kind; never what."""

    where: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
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
        kept = _kept(walk, value, place=name, depth=0)
        return Cleaned(value=None if kept is _GONE else kept, hits=tuple(walk.hits))

    def text(self, text: str) -> str:
        """Return what may be kept of a sentence, such as an error's."""
        kept = _kept_text(text, scan(text))
        return _LEFT_OUT if kept is _GONE else str(kept)


@dataclass(slots=True)
class _Walk:
    hits: dict[Hit, None] = field(default_factory=dict)

    def hit(self, place: str, kind: Kind) -> None:
        self.hits[Hit(where=place, kind=kind)] = None


_GONE: Any = object()


def _kept(walk: _Walk, value: Any, *, place: str, depth: int) -> Any:
    if depth > DEPTH_MAX:
        walk.hit(place, Kind.OPAQUE)
        return _GONE
    if isinstance(value, dict):
        return _kept_members(walk, value, place=place, depth=depth)
    if isinstance(value, list | tuple):
        return _kept_items(walk, value, place=place, depth=depth)
    kinds = _kinds_of_scalar(value)
    for kind in kinds:
        walk.hit(place, kind)
    if isinstance(value, str):
        return _kept_text(value, kinds)
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


def _kept_members(walk: _Walk, value: dict[Any, Any], *, place: str, depth: int) -> Any:
    kept: dict[str, Any] = {}
    for name, member in value.items():
        if not isinstance(name, str):
            walk.hit(f"{place}/{UNNAMED}", Kind.OPAQUE)
            continue
        kinds, named = _kinds_of_name(name)
        for kind in kinds:
            walk.hit(f"{place}/{UNNAMED}", kind)
        if kinds:
            continue
        where = f"{place}/{_pointer(name)}"
        if named is not None and member not in (None, "", [], {}) and not isinstance(member, bool):
            walk.hit(where, named)
            continue
        inner = _kept(walk, member, place=where, depth=depth + 1)
        if inner is not _GONE:
            kept[name] = inner
    for name in _split_over(walk, place, kept.items()):
        kept.pop(name, None)
    return kept


@lru_cache(maxsize=4096)
def _kinds_of_name(name: str) -> tuple[tuple[Kind, ...], Kind | None]:
    # The same few names come with every payload of a tool.
    return scan(name), kind_of_name(name)


def _kept_items(walk: _Walk, value: Any, *, place: str, depth: int) -> Any:
    kept: list[Any] = []
    for index, item in enumerate(value):
        inner = _kept(walk, item, place=f"{place}/{index}", depth=depth + 1)
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
                walk.hit(f"{place}/{_pointer(str(name))}", kind)
                break
        at += len(text)
    return torn


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
