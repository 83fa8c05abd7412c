"""Judge evidence with typed oracles that answer pass, fail or unknown."""

from .effects import Receipt, Request, exactly, exactly_once, nothing_else, receipts_agree
from .hearing import listening, unheard
from .idempotency import no_new_effects, same_result
from .insisting import insist
from .oracle import Finding, MissingEvidenceError, oracle
from .outcome import Outcome, worst
from .verdict import OracleType, Verdict, VerdictError

__all__ = [
    "Finding",
    "MissingEvidenceError",
    "OracleType",
    "Outcome",
    "Receipt",
    "Request",
    "Verdict",
    "VerdictError",
    "exactly",
    "exactly_once",
    "insist",
    "listening",
    "no_new_effects",
    "nothing_else",
    "oracle",
    "receipts_agree",
    "same_result",
    "unheard",
    "worst",
]
