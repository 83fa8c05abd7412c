"""Signed evidence: keys, envelopes, statements, the decision log, and the deploy job's conditions.

A door of its own beside `autobiz_gates`: whoever only gates must not pay for cryptography.
"""

from .approval import Approval, SignedApproval, approval_envelope, open_approval
from .bundle import Bundle, open_bundle, sign_bundle
from .canonical import canonical
from .chain import ChainEntry, ChainError, Head, entry_after, hash_of_line, walk
from .chain_file import OpenChain, open_chain, read_chain_lines
from .check import Deploy, DeployAnswer, Refusal, answer_deploy
from .decision_log import DecisionLog, LoggedOverride, read_log
from .dsse import Envelope, pae, read_envelope, signed, verify_envelope, write_envelope
from .errors import EvidenceError, KeyFileError
from .keys import (
    PublicKey,
    SigningKey,
    by_id,
    generate_key,
    key_bytes,
    read_public_key,
    read_signing_key,
    write_key_pair,
)
from .override import (
    APPROVERS_MIN,
    Override,
    SignedOverride,
    open_override,
    override_entry,
    override_envelope,
    unverified_override,
)
from .statement import (
    EVIDENCE_FILE,
    LEDGER_FOLDER,
    Statement,
    checked_evidence,
    read_statement,
    state,
    write_statement,
)

__all__ = [
    "APPROVERS_MIN",
    "EVIDENCE_FILE",
    "LEDGER_FOLDER",
    "Approval",
    "Bundle",
    "ChainEntry",
    "ChainError",
    "DecisionLog",
    "Deploy",
    "DeployAnswer",
    "Envelope",
    "EvidenceError",
    "Head",
    "KeyFileError",
    "LoggedOverride",
    "OpenChain",
    "Override",
    "PublicKey",
    "Refusal",
    "SignedApproval",
    "SignedOverride",
    "SigningKey",
    "Statement",
    "answer_deploy",
    "approval_envelope",
    "by_id",
    "canonical",
    "checked_evidence",
    "entry_after",
    "generate_key",
    "hash_of_line",
    "key_bytes",
    "open_approval",
    "open_bundle",
    "open_chain",
    "open_override",
    "override_entry",
    "override_envelope",
    "pae",
    "read_chain_lines",
    "read_envelope",
    "read_log",
    "read_public_key",
    "read_signing_key",
    "read_statement",
    "sign_bundle",
    "signed",
    "state",
    "unverified_override",
    "verify_envelope",
    "walk",
    "write_envelope",
    "write_key_pair",
    "write_statement",
]
