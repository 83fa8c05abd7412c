"""Audit the books of one tenant in PostgreSQL: chains, columns, counts and anchors."""

from .anchoring import Anchoring, OnAnchor, Pause, again_and_again
from .books import Audited, heads_of, keep_anchor, verify_tenant
from .columns import differing_columns

__all__ = [
    "Anchoring",
    "Audited",
    "OnAnchor",
    "Pause",
    "again_and_again",
    "differing_columns",
    "heads_of",
    "keep_anchor",
    "verify_tenant",
]
