"""Read JSON that somebody else wrote: strictly, since what is guessed here is money later."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from .errors import ErrorClass, UnheardError
from .values import Answer

DEPTH_MAX = 64
_BOM = b"\xef\xbb\xbf"


def json_object(answer: Answer, *, where: str) -> dict[str, Any]:
    """Return the object that an answer holds; raise if it holds anything else."""
    found = _parsed(answer, where=where)
    if not isinstance(found, dict):
        raise _garbled(where, answer, "its body is no JSON object")
    return found


def json_object_or_none(answer: Answer) -> dict[str, Any] | None:
    """Return the object of an answer that may as well be a page of some proxy."""
    try:
        return json_object(answer, where="")
    except UnheardError:
        return None


def _parsed(answer: Answer, *, where: str) -> Any:
    kind = answer.header("content-type").partition(";")[0].strip().lower()
    if not (kind == "application/json" or kind.endswith("+json")):
        raise _garbled(where, answer, f"its body is {kind[:60] or 'of no type'}, not JSON")
    try:
        return strict_json(answer.body)
    except ValueError as error:
        # Its words would repeat what it read, which may be a customer's.
        raise _garbled(where, answer, "its JSON is broken") from error


def strict_json(body: bytes) -> Any:
    """Return what a body says if it can mean one thing only; raise ValueError otherwise.

    No member is there twice, every number is one, the text is UTF-8, and nothing is nested beyond reason.
    """
    bare = body.removeprefix(_BOM)
    if _is_too_deep(bare):
        raise ValueError(f"nested deeper than {DEPTH_MAX}")
    return json.loads(
        bare.decode(), object_pairs_hook=_once_each, parse_float=Decimal, parse_constant=_no_number
    )


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is there twice")
    return found


def _no_number(_text: str) -> NoReturn:
    raise ValueError("no number")


def _is_too_deep(body: bytes) -> bool:
    if body.count(b"[") + body.count(b"{") <= DEPTH_MAX:
        return False
    return max(_depths(body), default=0) > DEPTH_MAX


def _depths(body: bytes) -> Iterator[int]:
    depth, in_text, escaped = 0, False, False
    for byte in body:
        if in_text:
            in_text = escaped or byte != 0x22
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22:
            in_text = True
        elif byte in b"[{":
            depth += 1
            yield depth
        elif byte in b"]}":
            depth -= 1


def whole(value: Any, *, where: str) -> int:
    """Return a number that is whole; a text, a fraction or a truth value is none."""
    if type(value) is not int:
        raise UnheardError(
            f"{where}: {str(value)[:40]!r} is not a whole number", error_class=ErrorClass.INTERNAL
        )
    return value


def text(value: Any, *, where: str) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise UnheardError(f"{where}: {str(value)[:40]!r} is not a text", error_class=ErrorClass.INTERNAL)
    return value


def _garbled(where: str, answer: Answer, what: str) -> UnheardError:
    return UnheardError(f"{where}: status {answer.status}, {what}", error_class=ErrorClass.INTERNAL)
