"""Take evidence in hand: what was not gathered, can be read only once, or is no number, is no evidence."""

from collections.abc import Mapping, MutableSequence, MutableSet, Sequence, Sized
from decimal import Decimal
from typing import TypeVar

from .oracle import MissingEvidenceError

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


def given(value: T | None, what: str) -> T:
    """Return what was gathered. `None` means that nobody looked."""
    if value is None:
        raise MissingEvidenceError(f"{what} was not gathered")
    return value


def looked_at(values: Sequence[T] | None, what: str) -> tuple[T, ...]:
    """Return a row of evidence. An empty one is evidence as well: somebody looked, and found none."""
    found: object = given(values, what)
    if isinstance(found, str | bytes) or not isinstance(found, Sequence):
        raise MissingEvidenceError(f"{what} must be a list or a tuple, not {type(found).__name__}")
    return tuple(found)


def mapped(values: Mapping[K, V] | None, what: str) -> dict[K, V]:
    """Return named evidence."""
    found: object = given(values, what)
    if not isinstance(found, Mapping):
        raise MissingEvidenceError(f"{what} must map names to values, not be {type(found).__name__}")
    return dict(found)


def apart(first: object, second: object) -> None:
    """Refuse one thing in place of two: whatever became of it, it is like itself. A number is no thing."""
    if first is second and isinstance(first, Mapping | MutableSequence | MutableSet) and first:
        raise MissingEvidenceError("it is compared with itself; read it once more, or take a copy before")


def is_empty(value: object) -> bool:
    """Whether there is nothing in it, be it a text or a container."""
    return isinstance(value, Sized) and not len(value)


def measured(value: Decimal | float | None, what: str) -> Decimal:
    """Return a finite number, exactly. Not-a-number compares as false with every limit, so it is refused."""
    found: object = given(value, what)
    if isinstance(found, bool) or not isinstance(found, int | float | Decimal):
        raise MissingEvidenceError(f"{what} is {found!r} and not a number")
    number = Decimal(repr(found)) if isinstance(found, float) else Decimal(found)
    if not number.is_finite():
        raise MissingEvidenceError(f"{what} is {found!r}")
    return number
