"""Write a JSON value in its one canonical form (RFC 8785), or say why it has none."""

import math
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from itertools import islice
from typing import Any, TypeAlias

import orjson
import re2
import rfc8785

from .errors import CanonicalError

JsonValue: TypeAlias = bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None

INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 64
VALUES_MAX = 1_000_000
COMPLAINTS_MAX = 20

_PLAIN = frozenset({str, int, bool, type(None)})
# A name beyond ASCII, which alone has a colon behind it: the RFC sorts those by UTF-16 code units, and the
# fast writer does not.
_FAR_NAME = re2.compile(rb'[^"\x00-\x7f](?:[^"\\]|\\.)*":')
_FRACTION = re2.compile(rb'(?:^|":|[,\[])-?[0-9]+[.eE]')
_FAST = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


def canonical(value: JsonValue, *, name: str = "value") -> bytes:
    """Return the canonical bytes; `name` is what error messages call the value."""
    form = _form(value, name=name)
    try:
        if form is not _Form.ODD:
            # Where the other writer is needed too: this one stops at a name that is no text.
            text = orjson.dumps(value, option=_FAST)
            return text if form is _Form.PLAIN and _has_near_names(text) else rfc8785.dumps(value)
    except (orjson.JSONEncodeError, ValueError):
        pass  # a large integer, a lone surrogate, a name that is none: the walk below says where
    complaints = list(islice(_complaints(value, where=name, depth=0), COMPLAINTS_MAX))
    if complaints:
        raise CanonicalError("; ".join(complaints))
    return rfc8785.dumps(value)


def canonical_of_json(value: JsonValue, *, name: str = "value") -> bytes:
    """Return what `canonical` does, of a value that was read from JSON, at which it need not look."""
    try:
        text = orjson.dumps(value, option=_FAST)
    except orjson.JSONEncodeError:
        return canonical(value, name=name)
    # The text shows what the two writers differ about; where a string looks like it, nothing is lost.
    is_plain = _has_near_names(text) and _FRACTION.search(text) is None
    return text if is_plain else canonical(value, name=name)


def _has_near_names(text: bytes) -> bool:
    return text.isascii() or _FAR_NAME.search(text) is None


class _Form(Enum):
    PLAIN = auto()  # the fast writer and the RFC agree on every part
    SOUND = auto()  # JSON, with parts that only the reference writes as the RFC wants
    ODD = auto()  # something is not JSON


def _form(value: object, *, name: str) -> _Form:
    """Say who may write the value; the fast writer differs about floats (`1.0`, `1e-7`).

    Level by level, so that a value which shares its parts with itself is counted before it is walked through.
    Names are left to whoever writes: one that is no text stops the fast writer.
    """
    form = _Form.PLAIN
    level: list[Any] = [value]
    for _ in range(DEPTH_MAX + 1):
        below: list[Any] = []
        for part in level:
            kind = type(part)
            if kind in _PLAIN:
                continue
            if kind is dict:
                below += part.values()
            elif kind is list or kind is tuple:
                below += part
            elif kind is float and -INTEGER_MAX <= part <= INTEGER_MAX:
                form = _Form.SOUND
            else:
                return _Form.ODD
            if len(below) > VALUES_MAX:
                raise CanonicalError(f"{name}: holds more than {VALUES_MAX:,} values; send it in parts")
        if not below:
            return form
        level = below
    return _Form.ODD


def _complaints(value: object, *, where: str, depth: int) -> Iterator[str]:
    # Exact types, because a subclass may print, compare or iterate in its own way, and two processes
    # that disagree about a value's form would disagree about the key made from it.
    kind = type(value)
    if depth > DEPTH_MAX:
        yield f"{where}: nested deeper than {DEPTH_MAX} levels; flatten it"
    elif isinstance(value, dict) and kind is dict:
        for key, member in value.items():
            if type(key) is not str:
                yield f"{where}: member name {key!r} is {type(key).__name__}, not str; JSON names are strings"
                continue
            inner = f"{where}.{key}"
            yield from _text_complaints(key, where=f"{where}: member name {key!r}")
            yield from _complaints(member, where=inner, depth=depth + 1)
    elif isinstance(value, list | tuple) and kind in (list, tuple):
        for index, member in enumerate(value):
            yield from _complaints(member, where=f"{where}[{index}]", depth=depth + 1)
    else:
        yield from _scalar_complaints(value, where=where)


def _scalar_complaints(value: object, *, where: str) -> Iterator[str]:
    kind = type(value)
    if value is None or kind is bool:
        return
    if isinstance(value, int | float) and kind in (int, float):
        if isinstance(value, float) and not math.isfinite(value):
            yield f"{where}: {value} is not a JSON number; leave the member out or send null"
        # Floats too, although the RFC knows a form for them: whoever wrote 9007199254740993.0 would share a
        # key with whoever wrote 9007199254740992.
        elif abs(value) > INTEGER_MAX:
            # Printing an integer of any size is a way to be kept busy.
            shown = value if isinstance(value, float) else f"an integer of {value.bit_length()} bits"
            yield f"{where}: {shown} is beyond ±(2^53-1), where JSON numbers lose units; send it as a string"
    elif isinstance(value, str) and kind is str:
        yield from _text_complaints(value, where=where)
    else:
        yield f"{where}: {kind.__name__} is not a JSON type; send str, int, float, bool, list, dict or None"


def _text_complaints(text: str, *, where: str) -> Iterator[str]:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        yield f"{where}: holds a lone surrogate, which is not text; decode the source as UTF-8"
