"""Audit the books of one tenant in PostgreSQL: chains, columns, counts and anchors."""

from .books import Audited, heads_of, keep_anchor, verify_tenant
from .columns import differing_columns

__all__ = ["Audited", "differing_columns", "heads_of", "keep_anchor", "verify_tenant"]
