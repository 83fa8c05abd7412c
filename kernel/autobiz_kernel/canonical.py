"""Write a JSON value in its one canonical form (RFC 8785), or say why it has none."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import orjson
import rfc8785

from .errors import CanonicalError

JsonValue: TypeAlias = bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None

INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 64


# orjson sorts by code point and the RFC by UTF-16 unit, which is one order as long as names are ASCII.
_SIMPLE = (str, int, bool, type(None))
_FAST = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_SLOW = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS


def canonical(value: JsonValue, *, name: str = "value") -> bytes:
    """Return the canonical bytes; `name` is what error messages call the value."""
    if _is_plain(value, DEPTH_MAX):
        try:
            return orjson.dumps(value, option=_FAST | _SLOW)
        except TypeError:  # a lone surrogate; below it is named with its place
            pass
    complaints = list(_complaints(value, where=name, depth=0))
    if complaints:
        raise CanonicalError("; ".join(complaints))
    return rfc8785.dumps(value)


def _is_plain(value: Any, depth: int) -> bool:
    """Whether the fast writer is known to write the very bytes of the slow one."""
    kind = type(value)
    if kind in _SIMPLE:
        return kind is not int or -INTEGER_MAX <= value <= INTEGER_MAX
    if depth == 0:
        return False
    if kind is dict:
        for key, member in value.items():
            if type(key) is not str or not key.isascii() or not _is_plain(member, depth - 1):
                return False
        return True
    if kind is list or kind is tuple:
        return all(_is_plain(member, depth - 1) for member in value)
    return False


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
