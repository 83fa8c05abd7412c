"""Compare two JSON values leaf by leaf, and name each difference by its JSON pointer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final


class _Absent:
    """Stands where there is no value; null is a value."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What stood at a place, and what stands there now."""

    pointer: str
    before: object
    after: object

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {_brief(self.before)} -> {_brief(self.after)}"


def differences(before: object, after: object) -> tuple[Difference, ...]:
    """Every leaf that was added, removed or changed; true is not 1, and 1 is 1.0, as in JSON."""
    return tuple(_walk("", before, after))


def lies_below(pointer: str, above: str) -> bool:
    """Whether a place is another one or a part of it."""
    return pointer == above or pointer.startswith(f"{above}/")


def _walk(pointer: str, before: object, after: object) -> Iterator[Difference]:
    old, new = _parts(before), _parts(after)
    if old is not None and new is not None and _are_of_one_kind(before, after):
        for name in dict.fromkeys((*old, *new)):
            yield from _walk(f"{pointer}/{_escaped(name)}", old.get(name, ABSENT), new.get(name, ABSENT))
    elif after is ABSENT and old:
        for name, value in old.items():
            yield from _walk(f"{pointer}/{_escaped(name)}", value, ABSENT)
    elif before is ABSENT and new:
        for name, value in new.items():
            yield from _walk(f"{pointer}/{_escaped(name)}", ABSENT, value)
    elif not _is_equal(before, after):
        yield Difference(pointer=pointer, before=before, after=after)


def _parts(value: object) -> dict[object, object] | None:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return dict(enumerate(value))
    return None


def _are_of_one_kind(before: object, after: object) -> bool:
    return isinstance(before, Mapping) == isinstance(after, Mapping)


def _is_equal(before: object, after: object) -> bool:
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    return before == after and (before is ABSENT) == (after is ABSENT)


def _escaped(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:157]}..."
