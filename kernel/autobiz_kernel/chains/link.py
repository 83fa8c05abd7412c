"""Tie each row of a run to the one before it.

The first row continues a hash made from tenant and run, so that no row fits into another run's chain; the
row's number is part of its hash, so that none fits elsewhere in its own.
"""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from .errors import ChainError

HASH_BYTES = 32
SEQ_MAX = 2**63 - 1
# What a run without rows has instead of a head.
NO_ROWS = bytes(HASH_BYTES)

_FIRST = b"autobiz.chain/1\x00"
_LINK = b"autobiz.link/1\x00"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is stored; `body` is the canonical form of all that the row says.

    Positional too, because a verifier makes one of each stored row.
    """

    tenant: UUID
    run: UUID
    seq: int
    body: bytes
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a run's chain ends: how many rows it has and the hash of the last."""

    tenant: UUID
    run: UUID
    length: int
    hash: bytes

    def __post_init__(self) -> None:
        if not 1 <= self.length < SEQ_MAX or len(self.hash) != HASH_BYTES:
            raise ChainError(
                f"run {self.run}: a head of {self.length} rows and a hash of {len(self.hash)} bytes is none; "
                "read it anew"
            )


def first_previous(*, tenant: UUID, run: UUID) -> bytes:
    """Return what the first row of a run continues."""
    return sha256(_FIRST + tenant.bytes + run.bytes).digest()


def link(previous: bytes, seq: int, body: bytes) -> bytes:
    """Return the hash of a row; the database computes the same under the run's lock."""
    return sha256(_LINK + previous + seq.to_bytes(8, "big") + body).digest()


def next_row(head: Head | None, *, tenant: UUID, run: UUID, body: bytes) -> Row:
    """Return the row that continues a run; without a head it is the first."""
    if head is None:
        seq, previous = 1, first_previous(tenant=tenant, run=run)
    elif (head.tenant, head.run) != (tenant, run):
        raise ChainError(f"run {run}: the head given is that of run {head.run}; read this run's own head")
    else:
        seq, previous = head.length + 1, head.hash
    return Row(tenant, run, seq, body, previous, link(previous, seq, body))
