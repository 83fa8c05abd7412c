"""Prove that the books are as they were written: links within them, signed heads outside of them."""

from .anchor import Anchor, Head, anchor_from, make_anchor, merkle_root
from .books import heads_of, keep_anchor, verify_tenant
from .verifying import Finding, Verified, check_anchor, verify_receipts

__all__ = [
    "Anchor",
    "Finding",
    "Head",
    "Verified",
    "anchor_from",
    "check_anchor",
    "heads_of",
    "keep_anchor",
    "make_anchor",
    "merkle_root",
    "verify_receipts",
    "verify_tenant",
]
