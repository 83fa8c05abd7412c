"""Audit the books of one tenant in PostgreSQL: chains, columns, counts and anchors."""

from .books import Audited, heads_of, keep_anchor, verify_tenant

__all__ = ["Audited", "heads_of", "keep_anchor", "verify_tenant"]
