"""Sign where every run's chain has got to, and keep that where no administrator of the database can reach."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from autobiz_kernel.canonical import JsonValue, canonical
from autobiz_kernel.errors import StoreError


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Head:
    """The last receipt of a run at one moment."""

    run_id: UUID
    seq: int
    hash: bytes

    def leaf(self) -> bytes:
        # One leading byte tells a leaf from a node, so that no node can pose as a head.
        return hashlib.sha256(b"\0" + self.run_id.bytes + self.seq.to_bytes(8, "big") + self.hash).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The heads of all runs of one tenant that moved in one span of time, under one signature."""

    tenant: UUID
    from_at: datetime
    to_at: datetime
    heads: tuple[Head, ...]
    root: bytes
    signature: bytes = b""

    def signed_text(self) -> bytes:
        """Return what is signed."""
        text: JsonValue = {
            "tenant": str(self.tenant),
            "from_at": self.from_at.isoformat(),
            "to_at": self.to_at.isoformat(),
            "heads": len(self.heads),
            "root": self.root.hex(),
        }
        return canonical(text, name="anchor")

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the signature is this key's, and the heads are the ones it was made over."""
        try:
            key.verify(self.signature, self.signed_text())
        except InvalidSignature:
            return False
        return merkle_root(self.heads) == self.root

    def text(self) -> bytes:
        """Return the file in which the anchor leaves the house."""
        members: JsonValue = {
            "schema": 1,
            **orjson.loads(self.signed_text()),
            "heads": [[str(head.run_id), head.seq, head.hash.hex()] for head in self.heads],
            "signature": self.signature.hex(),
        }
        return canonical(members, name="anchor") + b"\n"


def make_anchor(
    *, tenant: UUID, from_at: datetime, to_at: datetime, heads: Sequence[Head], key: Ed25519PrivateKey
) -> Anchor:
    """Put heads in order and sign them."""
    ordered = tuple(sorted(heads))
    plain = Anchor(tenant=tenant, from_at=from_at, to_at=to_at, heads=ordered, root=merkle_root(ordered))
    return Anchor(
        tenant=tenant,
        from_at=from_at,
        to_at=to_at,
        heads=ordered,
        root=plain.root,
        signature=key.sign(plain.signed_text()),
    )


def anchor_from(text: bytes, *, name: str) -> Anchor:
    """Read an anchor's file."""
    try:
        read: dict[str, Any] = orjson.loads(text)
        return Anchor(
            tenant=UUID(read["tenant"]),
            from_at=datetime.fromisoformat(read["from_at"]),
            to_at=datetime.fromisoformat(read["to_at"]),
            heads=tuple(
                Head(run_id=UUID(run), seq=seq, hash=bytes.fromhex(told)) for run, seq, told in read["heads"]
            ),
            root=bytes.fromhex(read["root"]),
            signature=bytes.fromhex(read["signature"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"{name}: not an anchor ({error}); give the file that `audit anchor` wrote"
        ) from error


def merkle_root(heads: Sequence[Head]) -> bytes:
    """Return the root over the heads in their order; an odd one goes up as it is."""
    level = [head.leaf() for head in sorted(heads)] or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
        level = above + level[len(above) * 2 :]
    return level[0]
