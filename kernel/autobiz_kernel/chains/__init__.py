"""Make history tamper-evident: a hash chain for each run, and signed anchors outside the database."""

from .anchor import Anchor, Window, after, anchor_hash, anchor_of_line, key_id, next_anchor
from .anchor_checking import AnchorFlaw, AnchorFlawKind, AnchorSurvey, check_anchors
from .anchor_file import AnchorFile, anchor_file, last_anchor, read_anchor_lines
from .checking import ChainSurvey, Flaw, FlawKind, Mark, Marks, check_chains
from .errors import ChainError, OvertakenError
from .link import NO_ROWS, Head, Row, first_previous, link, next_row
from .merkle import leaf_of, merkle_root

__all__ = [
    "NO_ROWS",
    "Anchor",
    "AnchorFile",
    "AnchorFlaw",
    "AnchorFlawKind",
    "AnchorSurvey",
    "ChainError",
    "ChainSurvey",
    "Flaw",
    "FlawKind",
    "Head",
    "Mark",
    "Marks",
    "OvertakenError",
    "Row",
    "Window",
    "after",
    "anchor_file",
    "anchor_hash",
    "anchor_of_line",
    "check_anchors",
    "check_chains",
    "first_previous",
    "key_id",
    "last_anchor",
    "leaf_of",
    "link",
    "merkle_root",
    "next_anchor",
    "next_row",
    "read_anchor_lines",
]
