"""Sign where all runs of a tenant stood, so that even the owner of the database cannot rewrite them.

An anchor holds the heads of the runs that moved since the one before it. What is signed is the Merkle root
over them together with the hash of the anchor before, so anchors are a chain of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from autobiz_kernel.canonical import JsonValue, canonical
from autobiz_kernel.errors import CanonicalError

from .errors import ChainError
from .link import HASH_BYTES, Head
from .merkle import leaf_of, merkle_root

SCHEMA = "autobiz.anchor/1"
KEY_ID_DIGITS = 16
NOTHING_BEFORE = bytes(HASH_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that an anchor answers for, half open, in UTC."""

    from_at: datetime
    to_at: datetime

    def __post_init__(self) -> None:
        for moment in (self.from_at, self.to_at):
            if moment.utcoffset() is None:
                raise ChainError(f"anchor: {moment.isoformat()} has no time zone; give it in UTC")
        if self.to_at <= self.from_at:
            raise ChainError(
                f"anchor: the window ends at {self.to_at.isoformat()}, not after its beginning; "
                "anchor a later moment"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One signed line of a tenant's anchor file."""

    tenant: UUID
    number: int
    window: Window
    previous: bytes
    heads: tuple[Head, ...]
    root: bytes
    key_id: str
    signature: bytes

    def statement(self) -> bytes:
        """Return the bytes that are signed."""
        return _statement(self.tenant, self.number, self.window, self.previous, self.root)

    def line(self) -> bytes:
        """Return the anchor as one line of its file."""
        heads: JsonValue = [[str(head.run), head.length, head.hash.hex()] for head in self.heads]
        whole: dict[str, JsonValue] = {
            **_said(self.tenant, self.number, self.window, self.previous, self.root),
            "heads": heads,
            "key_id": self.key_id,
            "signature": self.signature.hex(),
        }
        return canonical(whole, name=f"anchor {self.number}") + b"\n"

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Say whether the key signed what the anchor says."""
        try:
            key.verify(self.signature, self.statement())
        except InvalidSignature:
            return False
        return True


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    tenant: UUID
    number: int
    from_at: datetime
    to_at: datetime
    previous: str
    root: str
    heads: list[tuple[UUID, int, str]]
    key_id: str
    signature: str


def key_id(key: Ed25519PublicKey) -> str:
    """Return the name by which anchors refer to a key."""
    return sha256(key.public_bytes_raw()).hexdigest()[:KEY_ID_DIGITS]


def anchor_hash(line: bytes) -> bytes:
    """Return what the anchor after this line continues."""
    return sha256(line.removesuffix(b"\n")).digest()


def after(anchor: Anchor | None) -> tuple[int, bytes]:
    """Return the number and the previous hash of the anchor that follows."""
    return (1, NOTHING_BEFORE) if anchor is None else (anchor.number + 1, anchor_hash(anchor.line()))


def next_anchor(
    last: Anchor | None, *, tenant: UUID, heads: Iterable[Head], window: Window, key: Ed25519PrivateKey
) -> Anchor:
    """Sign the anchor that follows the last one; the order in which heads come does not matter."""
    ordered = tuple(sorted(heads, key=lambda head: head.run.bytes))
    foreign = {str(head.run) for head in ordered if head.tenant != tenant}
    if foreign:
        raise ChainError(f"anchor of tenant {tenant}: runs of another tenant: {', '.join(sorted(foreign))}")
    if len({head.run for head in ordered}) != len(ordered):
        raise ChainError(f"anchor of tenant {tenant}: a run has two heads; give its latest")
    if last is not None and (last.tenant != tenant or window.from_at < last.window.to_at):
        raise ChainError(
            f"anchor of tenant {tenant}: does not follow anchor {last.number} of tenant {last.tenant}, "
            f"which ends at {last.window.to_at.isoformat()}"
        )
    number, previous = after(last)
    root = merkle_root([leaf_of(head) for head in ordered])
    return Anchor(
        tenant=tenant,
        number=number,
        window=window,
        previous=previous,
        heads=ordered,
        root=root,
        key_id=key_id(key.public_key()),
        signature=key.sign(_statement(tenant, number, window, previous, root)),
    )


def anchor_of_line(line: bytes) -> Anchor:
    """Read one line back; anything but the exact bytes that `line()` writes is refused."""
    try:
        read = msgspec.json.decode(line, type=_Line)
        anchor = Anchor(
            tenant=read.tenant,
            number=read.number,
            window=Window(from_at=read.from_at, to_at=read.to_at),
            previous=bytes.fromhex(read.previous),
            heads=tuple(
                Head(tenant=read.tenant, run=run, length=length, hash=bytes.fromhex(end))
                for run, length, end in read.heads
            ),
            root=bytes.fromhex(read.root),
            key_id=read.key_id,
            signature=bytes.fromhex(read.signature),
        )
        written = anchor.line()
    except (msgspec.MsgspecError, CanonicalError, ValueError) as error:
        raise ChainError(f"not an anchor: {error}") from error
    if read.schema != SCHEMA or written.removesuffix(b"\n") != line.removesuffix(b"\n"):
        raise ChainError(f"not an anchor as this version writes it ({SCHEMA})")
    return anchor


def _said(tenant: UUID, number: int, window: Window, previous: bytes, root: bytes) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "tenant": str(tenant),
        "number": number,
        "from_at": window.from_at.astimezone(UTC).isoformat(),
        "to_at": window.to_at.astimezone(UTC).isoformat(),
        "previous": previous.hex(),
        "root": root.hex(),
    }


def _statement(tenant: UUID, number: int, window: Window, previous: bytes, root: bytes) -> bytes:
    return canonical(_said(tenant, number, window, previous, root), name=f"anchor {number}")
