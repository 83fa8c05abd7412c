"""Fold many run heads into one root.

The tree is that of RFC 6962: leaves and nodes are hashed with different prefixes, so that neither passes for
the other, and an odd leaf is never doubled, so that no two lists share a root.
"""

from collections.abc import Sequence
from hashlib import sha256

from .link import Head

_LEAF = b"\x00"
_NODE = b"\x01"


def leaf_of(head: Head) -> bytes:
    """Return the leaf that stands for a run's head."""
    return head.tenant.bytes + head.run.bytes + head.length.to_bytes(8, "big") + head.hash


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over the leaves in their order; of none, the hash of nothing."""
    if not leaves:
        return sha256(b"").digest()
    level = [sha256(_LEAF + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def _parents(level: list[bytes]) -> list[bytes]:
    # An odd node moves up as it is, which gives the same tree as splitting at the largest power of two.
    parents = [sha256(_NODE + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
    return parents + level[-1:] if len(level) % 2 else parents
