"""Judge what was read off a subject: a value with everything in it, what it holds, how large it is.

A bare yes or no is refused as evidence: it says nothing of what was seen, and whoever wrote it has judged.
"""

import re
from collections.abc import Collection
from decimal import Decimal

from .differences import differences
from .evidence import apart, given, is_empty, measured
from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import OracleType, short


@oracle(OracleType.CONSISTENCY)
def equals(found: object | None, wanted: object) -> Finding:
    """What was found is this, part by part; true is not 1."""
    _seen(found)
    apart(found, wanted)
    changes = differences(wanted, found)
    return Finding(
        holds=not changes,
        reason=f"{len(changes)} parts differ" if changes else "as declared",
        observed=short(repr(found)) if changes else "",
        expected=short(repr(wanted)) if changes else "",
        diff="\n".join(map(str, changes)),
        is_hollow=is_empty(found) and is_empty(wanted),
    )


@oracle(OracleType.CONSISTENCY)
def differs(found: object | None, other: object | None) -> Finding:
    """What was found is not that other one, which was looked at as well."""
    _seen(found)
    _seen(other)
    is_other = bool(differences(other, found))
    return Finding(
        holds=is_other,
        reason="another one" if is_other else "the very same",
        observed="" if is_other else short(repr(found)),
        expected="" if is_other else "another one",
    )


@oracle(OracleType.CONSISTENCY)
def matches(found: str | None, pattern: str) -> Finding:
    """This pattern is found in a text."""
    if not isinstance(given(found, "the text"), str):
        raise MissingEvidenceError(f"only a text matches a pattern, not {type(found).__name__}")
    if not pattern or re.search(pattern, "") is not None:
        raise MissingEvidenceError("the pattern is found in every text")
    is_found = re.search(pattern, str(found)) is not None
    return Finding(
        holds=is_found,
        reason="matches" if is_found else "does not match",
        observed="" if is_found else short(repr(found)),
        expected=pattern,
    )


@oracle(OracleType.CONSISTENCY)
def contains(found: Collection[object] | None, *parts: object) -> Finding:
    """Each of these is in what was found: words in a text, members in a collection, names in a mapping."""
    missing = [part for part in _asked(parts) if part not in _collected(found)]
    return Finding(
        holds=not missing,
        reason="; ".join(f"{part!r} is not in it" for part in missing) or f"holds all of {len(parts)}",
        observed=short(repr(found)) if missing else "",
        expected=" and ".join(map(repr, parts)),
    )


@oracle(OracleType.CONSISTENCY)
def lacks(found: Collection[object] | None, *parts: object) -> Finding:
    """None of these is in what was found."""
    told = [part for part in _asked(parts) if part in _collected(found)]
    return Finding(
        holds=not told,
        reason="; ".join(f"{part!r} is in it" for part in told) or f"holds none of {len(parts)}",
        observed=short(repr(found)) if told else "",
        expected="none of " + ", ".join(map(repr, parts)),
        is_hollow=is_empty(found),
    )


@oracle(OracleType.BOUNDS)
def between(
    found: Decimal | float | None, low: Decimal | float | None = None, high: Decimal | float | None = None
) -> Finding:
    """A number lies between these two, which may be met; one of them may be left open."""
    number = measured(found, "the number")
    if low is None and high is None:
        raise MissingEvidenceError("no limit was given, and every number is between none")
    is_low = low is not None and number < measured(low, "the lower limit")
    is_high = high is not None and number > measured(high, "the upper limit")
    return Finding(
        holds=not is_low and not is_high,
        reason=f"{found} is {'below' if is_low else 'above' if is_high else 'within'} its limits",
        observed=str(found),
        expected=f"{'any' if low is None else low} to {'any' if high is None else high}",
    )


def _seen(found: object | None) -> None:
    if isinstance(given(found, "the value"), bool):
        raise MissingEvidenceError(f"a bare {found} shows nothing of what was seen")


def _collected(found: Collection[object] | None) -> Collection[object]:
    collected: object = given(found, "what was found")
    if not isinstance(collected, Collection):
        raise MissingEvidenceError(f"nothing can be in {type(collected).__name__}")
    return collected


def _asked(parts: tuple[object, ...]) -> tuple[object, ...]:
    if not parts or any(isinstance(part, str | bytes) and not part for part in parts):
        raise MissingEvidenceError("nothing was asked for: an empty text is in every one")
    return parts
