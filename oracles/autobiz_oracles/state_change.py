"""Judge what became of a state: what was to change has, nothing else did, and a replay comes out the same."""

from collections.abc import Mapping
from typing import TypeAlias

from .differences import ABSENT, Difference, differences, lies_below
from .evidence import apart, given, is_empty, measured
from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import OracleType

State: TypeAlias = object


@oracle(OracleType.STATE_CHANGE)
def changed_only(before: State | None, after: State | None, *pointers: str) -> Finding:
    """Something changed at or below each of these places, and nothing anywhere else."""
    for pointer in pointers:
        if not pointer.startswith("/"):
            raise MissingEvidenceError(f"{pointer!r} is no place: a JSON pointer begins with a slash")
    found = _found(before, after)
    strays = [one for one in found if not any(lies_below(one.pointer, place) for place in pointers)]
    idle = [place for place in pointers if not any(lies_below(one.pointer, place) for one in found)]
    complaints = [f"{place}: has not changed" for place in idle] + [str(one) for one in strays]
    return Finding(
        holds=not complaints,
        reason=f"{len(strays)} other changes, {len(idle)} of {len(pointers)} did not happen"
        if complaints
        else f"{len(found)} changes, as declared",
        observed=", ".join(one.pointer for one in found) or "no change",
        expected=", ".join(pointers) or "no change",
        diff="\n".join(complaints),
        is_hollow=is_empty(before) and is_empty(after),
    )


@oracle(OracleType.STATE_CHANGE)
def became(after: State | None, pointer: str, value: object) -> Finding:
    """At this place the state holds this value."""
    found = _at(given(after, "the state afterwards"), pointer)
    changes = differences(value, found)
    return Finding(
        holds=not changes,
        reason=f"{pointer} is {found!r}",
        observed=repr(found),
        expected=repr(value),
        diff="\n".join(map(str, changes)),
    )


@oracle(OracleType.STATE_CHANGE)
def version_raised(before: State | None, after: State | None, pointer: str, *, by: int = 1) -> Finding:
    """The version at this place went up by so many patches: a lost update raises it by less."""
    old, new = (
        measured(_version(given(state, f"the state {when}"), pointer), f"the version {when}")
        for state, when in ((before, "before"), (after, "after"))
    )
    return Finding(
        holds=new - old == by,
        reason=f"raised from {old} to {new}, wanted {old + by}",
        observed=str(new),
        expected=str(old + by),
    )


@oracle(OracleType.STATE_CHANGE)
def replay_agrees(recorded: str | None, replayed: str | None) -> Finding:
    """The state hash that a replay reaches is the one that was recorded."""
    ours, theirs = given(recorded, "the recorded hash"), given(replayed, "the replayed hash")
    if not ours or not theirs:
        raise MissingEvidenceError("an empty hash says nothing")
    return Finding(
        holds=ours == theirs,
        reason="equal state hashes" if ours == theirs else "the replay reached another state",
        observed=theirs,
        expected=ours,
    )


def _found(before: State | None, after: State | None) -> tuple[Difference, ...]:
    apart(given(before, "the state before"), given(after, "the state after"))
    return differences(before, after)


def _version(state: State, pointer: str) -> int:
    found = _at(state, pointer)
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    raise MissingEvidenceError(f"the version at {pointer} is {found!r}")


def _at(state: State, pointer: str) -> object:
    found = state
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping):
            found = found.get(name, ABSENT)
        elif isinstance(found, list | tuple) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            found = ABSENT
    return found
