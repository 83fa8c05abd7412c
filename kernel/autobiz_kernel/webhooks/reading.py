"""Read the body of a delivery that is believed, and the moments in it."""

from datetime import UTC, datetime
from typing import Any, Final

from autobiz_kernel.transport import strict_json

_TEXT_MAX: Final = 255
# A moment in milliseconds is a moment in the year 55,000, if it is taken for seconds.
_SECONDS_MAX: Final = 100_000_000_000


class UnreadableError(ValueError):
    """Something of an event is not what it must be."""


def json_of(body: bytes) -> Any:
    try:
        return strict_json(body)
    except ValueError as error:
        raise UnreadableError("no JSON") from error


def word(value: Any) -> str:
    """Return an id or a name: a text, or a whole number, which some providers write for one."""
    if isinstance(value, str) and 0 < len(value) <= _TEXT_MAX and "\0" not in value:
        return value
    if type(value) is int:
        return str(value)
    raise UnreadableError("no id")


def epoch(value: Any) -> datetime:
    """Return a moment in whole seconds; milliseconds are refused and not guessed at."""
    if type(value) is not int or not 0 <= value < _SECONDS_MAX:
        raise UnreadableError("no moment in seconds")
    return datetime.fromtimestamp(value, UTC)


def iso(value: Any) -> datetime:
    """Return a moment with its offset; one without could be anybody's."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise UnreadableError("no moment") from error
    if moment.tzinfo is None:
        raise UnreadableError("a moment without its offset")
    return moment.astimezone(UTC)


def member(holder: Any, *names: str) -> Any:
    """Follow names into an object; nothing where they lead nowhere."""
    for name in names:
        holder = holder.get(name) if isinstance(holder, dict) else None
    return holder
