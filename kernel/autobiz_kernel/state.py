"""Change a run's state by merge patches (RFC 7396) that each fit exactly one version of it.

A merge patch is written by those who write workflows, who have no use for moving and testing; of two patches
that meet, the second is refused by its version and not by an operation that no longer finds its place.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from .canonical import JsonValue, canonical, canonical_of_json
from .contract import Json
from .errors import StateError
from .ledger import StateChange, StateVersion

STATE_BYTES_MAX = 256 * 1024


def merged(target: JsonValue, patch: Json) -> dict[str, JsonValue]:
    """Return the target with the patch applied: null removes a member, anything but an object replaces."""
    kept: dict[str, JsonValue] = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = merged(kept.get(name), value) if isinstance(value, Mapping) else value
    return kept


def change(state: Json, version: int, patch: Json) -> tuple[dict[str, Any], StateChange]:
    """Return the new state, and what the books need to keep it."""
    written = canonical(dict(patch), name="patch")
    # What comes in is read as it is written, or a run would know other values than one that is taken over.
    made = merged(state, orjson.loads(written))
    text = canonical_of_json(made, name="state")
    if len(text) > STATE_BYTES_MAX:
        raise StateError(
            f"the state would take {len(text)} bytes, {STATE_BYTES_MAX} at most; keep what is big elsewhere"
        )
    fitted = StateChange(expected=version, state=text, patch=written, state_hash=state_hash(text))
    return made, fitted


def state_hash(text: bytes) -> bytes:
    """Return the hash of a state in its canonical form."""
    return hashlib.sha256(text).digest()


def replayed(versions: tuple[StateVersion, ...]) -> tuple[dict[str, Any], bytes]:
    """Apply all patches anew; the state they lead to must have the hash that was kept at every version."""
    state: dict[str, Any] = {}
    told = state_hash(b"{}")
    for number, each in enumerate(versions, start=1):
        if each.version != number:
            raise StateError(f"state version {number} is missing: the next one kept is {each.version}")
        state, made = change(state, number - 1, orjson.loads(each.patch))
        if made.state_hash != each.state_hash:
            raise StateError(
                f"state version {number} ({each.path}): its patch does not lead to the hash that was kept"
            )
        told = made.state_hash
    return state, told
