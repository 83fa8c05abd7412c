"""Change a run's state by versioned patches (RFC 6902), purely: a patch applies as a whole or not at all."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .canonical import DEPTH_MAX, JsonValue, canonical
from .errors import KernelError

OPERATIONS_MAX = 1_000
VALUES_MAX = 100_000
_INDEX_DIGITS_MAX = 9
_APPEND = "-"


class PatchError(KernelError):
    """A patch does not apply; the message names the operation and the place."""


class StateConflictError(KernelError):
    """The state has moved on since whoever wrote the patch has read it."""


class Op(StrEnum):
    """What an operation does."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"
    MOVE = "move"
    COPY = "copy"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One step of a patch; `source` is where `move` and `copy` take from."""

    op: Op
    path: str
    value: JsonValue = None
    source: str | None = None

    def as_json(self) -> dict[str, JsonValue]:
        """Return the operation as the RFC writes it."""
        written: dict[str, JsonValue] = {"op": self.op.value, "path": self.path}
        if self.op in (Op.MOVE, Op.COPY):
            written["from"] = self.source
        elif self.op is not Op.REMOVE:
            written["value"] = self.value
        return written


@dataclass(frozen=True, slots=True, kw_only=True)
class StateVersion:
    """A run's state after so many patches, and the hash that a replay must reach."""

    version: int
    state: JsonValue
    hash: bytes


class _NoSuchPlaceError(Exception):
    """Says what is wrong at one place; the loop above adds which operation it was."""


def state_hash(state: JsonValue) -> bytes:
    """Return the 32 bytes that two equal states share."""
    return hashlib.sha256(canonical(state, name="state")).digest()


def first_state(state: JsonValue) -> StateVersion:
    """Return version 0, with a private copy of the state."""
    return StateVersion(version=0, state=_copied(state), hash=state_hash(state))


def next_state(last: StateVersion, patch: Sequence[Operation], *, expected: int) -> StateVersion:
    """Apply a patch that was written against version `expected`."""
    if last.version != expected:
        raise StateConflictError(
            f"state: the patch was written against version {expected}, the state is at {last.version}; "
            "read it anew and write the patch again"
        )
    state = apply_patch(last.state, patch)
    return StateVersion(version=last.version + 1, state=state, hash=state_hash(state))


def patch_of_json(written: JsonValue) -> tuple[Operation, ...]:
    """Read a patch as the RFC writes it; all mistakes are told at once."""
    if not isinstance(written, list | tuple):
        raise PatchError("patch: is no list of operations; write [{op, path, value}, ...]")
    complaints, patch = [], []
    for index, step in enumerate(written):
        try:
            patch.append(_operation(step))
        except ValueError as error:
            complaints.append(f"patch, operation {index}: {error}")
    if complaints:
        raise PatchError("; ".join(complaints))
    return tuple(patch)


def apply_patch(state: JsonValue, patch: Sequence[Operation]) -> JsonValue:
    """Return the patched state; the one given is never changed, and shares nothing with the patch."""
    if len(patch) > OPERATIONS_MAX:
        raise PatchError(f"patch: {len(patch)} operations, {OPERATIONS_MAX} at most; replace a larger part")
    changed: Any = state
    for index, step in enumerate(patch):
        try:
            changed = _applied(changed, step)
        except _NoSuchPlaceError as error:
            raise PatchError(f"patch, operation {index} ({step.op} {step.path!r}): {error}") from None
    copy: JsonValue = _copied(changed)
    return copy


def patch_between(old: JsonValue, new: JsonValue) -> tuple[Operation, ...]:
    """Return a patch that makes the new state out of the old one."""
    return tuple(_differences(old, new, ""))


def _operation(step: object) -> Operation:
    if not isinstance(step, dict):
        raise ValueError("is no object; write {op, path, value}")  # noqa: TRY004  # told with its neighbours
    named = step.get("op")
    if named not in list(Op):
        raise ValueError(f"op {named!r} is none of {', '.join(Op)}")
    op = Op(str(named))
    third = {Op.MOVE: {"from"}, Op.COPY: {"from"}, Op.REMOVE: set[str]()}.get(op, {"value"})
    wanted = {"op", "path"} | third
    if set(step) != wanted:
        raise ValueError(f"{op} takes {', '.join(sorted(wanted))}, not {', '.join(sorted(map(str, step)))}")
    for name in ("path", "from"):
        if name in step and not isinstance(step[name], str):
            raise ValueError(f"{name} is no string")
    return Operation(op=op, path=step["path"], value=step.get("value"), source=step.get("from"))


def _applied(state: Any, step: Operation) -> Any:
    path = _tokens(step.path)
    match step.op:
        case Op.ADD:
            return _edited(state, path, lambda node, last: _added(node, last, step.value), whole=step.value)
        case Op.REPLACE:
            return _edited(
                state, path, lambda node, last: _replaced(node, last, step.value), whole=step.value
            )
        case Op.REMOVE:
            if not path:
                raise _NoSuchPlaceError("the whole state cannot be removed; replace it")
            return _edited(state, path, _removed, whole=None)
        case Op.TEST:
            if not same(_at(state, path), step.value):
                raise _NoSuchPlaceError("another value is there")
            return state
    source = _tokens(step.source or "")
    taken = _at(state, source)
    if step.op is Op.MOVE:
        if path[: len(source)] == source and len(path) > len(source):
            raise _NoSuchPlaceError(f"{step.source!r} cannot be moved into itself")
        state = _edited(state, source, _removed, whole=None)
    return _edited(state, path, lambda node, last: _added(node, last, taken), whole=taken)


def _tokens(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise _NoSuchPlaceError(f"{pointer!r} is no pointer; it begins with '/'")
    if "~" in pointer.replace("~0", "").replace("~1", ""):
        raise _NoSuchPlaceError(f"{pointer!r} holds a bare '~'; write ~0")
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _at(node: Any, path: list[str]) -> Any:
    for token in path:
        node = _child(node, token)
    return node


def _child(node: Any, token: str) -> Any:
    if isinstance(node, dict):
        if token not in node:
            raise _NoSuchPlaceError(f"there is no member {token!r}")
        return node[token]
    if isinstance(node, list | tuple):
        return node[_index(token, len(node) - 1)]
    raise _NoSuchPlaceError(f"there is nothing below a {type(node).__name__} to find {token!r} in")


def _index(token: str, last: int) -> int:
    if not (token.isascii() and token.isdigit()) or (len(token) > 1 and token.startswith("0")):
        raise _NoSuchPlaceError(f"{token!r} is no index")
    if len(token) > _INDEX_DIGITS_MAX or int(token) > last:
        raise _NoSuchPlaceError(f"index {token} is beyond the end")
    return int(token)


def _edited(node: Any, path: list[str], edit: Callable[[Any, str], Any], *, whole: Any) -> Any:
    """Return a copy of the node along the path, edited at its end; the rest is shared."""
    if not path:
        return whole
    token, *rest = path
    if not rest:
        if not isinstance(node, dict | list | tuple):
            raise _NoSuchPlaceError(f"there is nothing below a {type(node).__name__}")
        return edit(dict(node) if isinstance(node, dict) else list(node), token)
    inner = _edited(_child(node, token), rest, edit, whole=whole)
    if isinstance(node, dict):
        return {**node, token: inner}
    copy = list(node)
    copy[int(token)] = inner
    return copy


def _added(node: Any, token: str, value: JsonValue) -> Any:
    if isinstance(node, dict):
        node[token] = value
    else:
        node.insert(len(node) if token == _APPEND else _index(token, len(node)), value)
    return node


def _replaced(node: Any, token: str, value: JsonValue) -> Any:
    _child(node, token)
    node[token if isinstance(node, dict) else int(token)] = value
    return node


def _removed(node: Any, token: str) -> Any:
    _child(node, token)
    del node[token if isinstance(node, dict) else int(token)]
    return node


def same(left: object, right: object) -> bool:
    """Say whether two values are one JSON value: 1 is 1.0, and true is neither."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def _differences(old: Any, new: Any, place: str) -> list[Operation]:
    if isinstance(old, dict) and isinstance(new, dict):
        found = [Operation(op=Op.REMOVE, path=_below(place, name)) for name in old if name not in new]
        for name, value in new.items():
            where = _below(place, name)
            if name in old:
                found += _differences(old[name], value, where)
            else:
                found.append(Operation(op=Op.ADD, path=where, value=value))
        return found
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        found = []
        for index, (before, after) in enumerate(zip(old, new, strict=False)):
            found += _differences(before, after, f"{place}/{index}")
        gone = range(len(old) - 1, len(new) - 1, -1)
        found += [Operation(op=Op.REMOVE, path=f"{place}/{index}") for index in gone]
        found += [Operation(op=Op.ADD, path=f"{place}/{_APPEND}", value=value) for value in new[len(old) :]]
        return found
    return [] if same(old, new) else [Operation(op=Op.REPLACE, path=place, value=new)]


def _below(place: str, name: str) -> str:
    return f"{place}/{name.replace('~', '~0').replace('/', '~1')}"


def _copied(value: Any) -> Any:
    """Return a copy that shares nothing; operations that copy can make a small patch unfold to anything."""
    left = [VALUES_MAX]

    def copy(part: Any, depth: int) -> Any:
        left[0] -= 1
        if left[0] < 0 or depth > DEPTH_MAX:
            raise PatchError(
                f"state: holds more than {VALUES_MAX:,} values or {DEPTH_MAX} levels; keep less in it"
            )
        if isinstance(part, dict):
            return {name: copy(member, depth + 1) for name, member in part.items()}
        return [copy(item, depth + 1) for item in part] if isinstance(part, list | tuple) else part

    return copy(value, 0)
