"""The decision log: each entry holds the hash of the one before it, so that none can change, move or vanish.

A line is `{"entry":{...},"hash":"..."}`, canonical, with the SHA-256 of the entry's own bytes. Cutting off
the end leaves a shorter chain that is whole in itself: only somebody who knows a later hash can tell. A
bundle knows its own place, and `gate verify --head` takes a hash that was written down elsewhere.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from .canonical import canonical, read_object
from .errors import EvidenceError

CHAIN_SCHEMA: Final = "autobiz.chain/1"
GENESIS: Final = "0" * 64
ENTRY_BYTES_MAX: Final = 1_000_000
KINDS: Final = frozenset({"evidence", "override"})
_FIELDS: Final = frozenset({"at", "body", "index", "kind", "prev_hash", "schema"})
_LINE: Final = re.compile(rb'\{"entry":(\{.*\}),"hash":"([0-9a-f]{64})"\}\n', re.DOTALL)


class ChainError(EvidenceError):
    """A chain is broken; `index` is the first entry at which that shows."""

    def __init__(self, index: int, what: str) -> None:
        super().__init__(f"chain entry {index}", what)
        self.index = index


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a chain ends: how many entries it has, and the hash of the last."""

    count: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEntry:
    """One decision that was taken: evidence that was signed, or an override that was approved."""

    index: int
    prev_hash: str
    at: datetime
    kind: str
    body: dict[str, Any]

    def line(self) -> bytes:
        """Return the bytes that stand in the log."""
        value = {
            "schema": CHAIN_SCHEMA,
            "index": self.index,
            "prev_hash": self.prev_hash,
            "at": self.at.isoformat(),
            "kind": self.kind,
            "body": self.body,
        }
        inner = canonical(value, f"chain entry {self.index}")
        return b'{"entry":%b,"hash":"%b"}\n' % (inner, sha256(inner).hexdigest().encode("ascii"))


def entry_after(head: Head, *, at: datetime, kind: str, body: dict[str, Any]) -> ChainEntry:
    """Return the entry that comes next."""
    return ChainEntry(index=head.count, prev_hash=head.hash, at=at, kind=kind, body=body)


def hash_of_line(line: bytes) -> str:
    """Return the hash that a line of a chain carries."""
    return line[-67:-3].decode("ascii")


def walk(lines: Iterable[bytes]) -> Iterator[tuple[ChainEntry, Head]]:
    """Yield each entry with the head that it makes; the first that does not follow raises ChainError."""
    head = Head()
    for index, line in enumerate(lines):
        entry, own_hash = _read_line(index, line)
        if entry.index != index:
            raise ChainError(
                index, f"calls itself entry {entry.index}: it was moved, or others put in or taken out"
            )
        if entry.prev_hash != head.hash:
            before = f"entry {index - 1}" if index else "the beginning"
            raise ChainError(
                index, f"does not follow {before}: one of the two was changed, or came from another chain"
            )
        head = Head(count=index + 1, hash=own_hash)
        yield entry, head


def _read_line(index: int, line: bytes) -> tuple[ChainEntry, str]:
    if len(line) > ENTRY_BYTES_MAX:
        raise ChainError(index, f"is larger than {ENTRY_BYTES_MAX} bytes")
    if not line.endswith(b"\n"):
        raise ChainError(index, "is torn: it does not end with its newline")
    parts = _LINE.fullmatch(line)
    if parts is None:
        raise ChainError(index, "is not an entry with its hash")
    inner, own_hash = parts[1], parts[2].decode("ascii")
    if sha256(inner).hexdigest() != own_hash:
        raise ChainError(index, "was changed: its hash is not the hash of its content")
    try:
        value = read_object(inner, _FIELDS, f"chain entry {index}")
    except EvidenceError as error:
        raise ChainError(index, error.what) from None
    return _entry(index, value), own_hash


def _entry(index: int, value: dict[str, Any]) -> ChainEntry:
    if value["schema"] != CHAIN_SCHEMA:
        raise ChainError(index, f"has schema {value['schema']!r}, but this program reads {CHAIN_SCHEMA!r}")
    right = (
        type(value["index"]) is int
        and isinstance(value["prev_hash"], str)
        and isinstance(value["at"], str)
        and isinstance(value["body"], dict)
        and isinstance(value["kind"], str)
        and value["kind"] in KINDS
    )
    try:
        at = datetime.fromisoformat(value["at"]) if right else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ChainError(index, "has a field of a wrong type")
    return ChainEntry(
        index=value["index"], prev_hash=value["prev_hash"], at=at, kind=value["kind"], body=value["body"]
    )
