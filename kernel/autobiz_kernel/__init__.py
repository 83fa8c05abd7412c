"""Run business agents under law: governed calls with exactly-once effects."""

from .budget import BoundsConfig, Spent
from .canonical import INTEGER_MAX, JsonValue, canonical
from .chain import GENESIS, digest, link
from .claims import (
    LEASE,
    WINDOW,
    Claim,
    ClaimOutcome,
    ClaimStatus,
    Heir,
    may_run_anew,
    may_take_over,
    standing,
)
from .clock import Clock, SystemClock
from .codes import ErrorCode, TerminationReason
from .contract import EffectClass, Json, Recovery, ToolContract
from .errors import (
    CallError,
    CanonicalError,
    KernelError,
    MigrationError,
    ReplayError,
    RoleError,
    RunError,
    StateError,
    StoreError,
)
from .ids import Ids, TimedIds, timed_id
from .incident import Incident, IncidentKind
from .keys import external_key, fingerprint, internal_key
from .ledger import (
    ClaimAnswer,
    ClaimAsk,
    Ledger,
    MemoryLedger,
    PostgresLedger,
    RunRecord,
    SettleAnswer,
    SettleKind,
    Settlement,
    SettleOutcome,
    StateChange,
    StateVersion,
    TraceRow,
    check_role,
)
from .migrating import make_weeks, migrate, migration_fingerprint, revision_of, unmigrate
from .pipeline import Kernel
from .principal import PermissionScope, Principal
from .receipt import FinancialReceipt, Receipt, receipt_from
from .redaction import Redactor
from .reply import Reply
from .ruling import Approval, ApprovalRule, Asked, Policy, Ruling, RulingKind
from .run import Run
from .state import STATE_BYTES_MAX, change, merged, replayed, state_hash
from .tool import Execute, Found, LookUp, NotDoneError, Refused, Tool

__all__ = [
    "GENESIS",
    "INTEGER_MAX",
    "LEASE",
    "STATE_BYTES_MAX",
    "WINDOW",
    "Approval",
    "ApprovalRule",
    "Asked",
    "BoundsConfig",
    "CallError",
    "CanonicalError",
    "Claim",
    "ClaimAnswer",
    "ClaimAsk",
    "ClaimOutcome",
    "ClaimStatus",
    "Clock",
    "EffectClass",
    "ErrorCode",
    "Execute",
    "FinancialReceipt",
    "Found",
    "Heir",
    "Ids",
    "Incident",
    "IncidentKind",
    "Json",
    "JsonValue",
    "Kernel",
    "KernelError",
    "Ledger",
    "LookUp",
    "MemoryLedger",
    "MigrationError",
    "NotDoneError",
    "PermissionScope",
    "Policy",
    "PostgresLedger",
    "Principal",
    "Receipt",
    "Recovery",
    "Redactor",
    "Refused",
    "ReplayError",
    "Reply",
    "RoleError",
    "Ruling",
    "RulingKind",
    "Run",
    "RunError",
    "RunRecord",
    "SettleAnswer",
    "SettleKind",
    "SettleOutcome",
    "Settlement",
    "Spent",
    "StateChange",
    "StateError",
    "StateVersion",
    "StoreError",
    "SystemClock",
    "TerminationReason",
    "TimedIds",
    "Tool",
    "ToolContract",
    "TraceRow",
    "canonical",
    "change",
    "check_role",
    "digest",
    "external_key",
    "fingerprint",
    "internal_key",
    "link",
    "make_weeks",
    "may_run_anew",
    "may_take_over",
    "merged",
    "migrate",
    "migration_fingerprint",
    "receipt_from",
    "replayed",
    "revision_of",
    "standing",
    "state_hash",
    "timed_id",
    "unmigrate",
]
