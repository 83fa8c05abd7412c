"""Run business agents under law: governed calls with exactly-once effects."""

from .audit import Audited, heads_of, keep_anchor, verify_tenant
from .budget import BoundsConfig, Spent
from .canonical import INTEGER_MAX, JsonValue, canonical
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
from .costs import CostError, Price, PriceTable, prices_of_toml
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
from .history import History
from .ids import Ids, TimedIds, timed_id
from .incident import Incident, IncidentKind
from .isolation import IsolatedError, Limits, in_a_process
from .keys import external_key, fingerprint, internal_key
from .ledger import (
    UNSETTLED,
    Channel,
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
from .loop_detection import LoopConfig
from .metrics import KernelMetrics
from .migrating import make_weeks, migrate, migration_fingerprint, revision_of, unmigrate
from .pipeline import Kernel
from .principal import PermissionScope, Principal
from .published import published_schema_text, schema_text, write_schemas
from .receipt import FinancialReceipt, Receipt, receipt_from
from .redaction import Cleaned, Hit, Kind, Redactor
from .replay import Replay, Replayed, replay
from .reply import Reply
from .ruling import Approval, ApprovalRule, Asked, Policy, Ruling, RulingKind
from .run import Run
from .settled import OnSettled, Settled
from .state import STATE_BYTES_MAX, change, merged, replayed, state_hash
from .tool import Execute, Found, LookUp, NotDoneError, Refused, Tool

__all__ = [
    "INTEGER_MAX",
    "LEASE",
    "STATE_BYTES_MAX",
    "UNSETTLED",
    "WINDOW",
    "Approval",
    "ApprovalRule",
    "Asked",
    "Audited",
    "BoundsConfig",
    "CallError",
    "CanonicalError",
    "Channel",
    "Claim",
    "ClaimAnswer",
    "ClaimAsk",
    "ClaimOutcome",
    "ClaimStatus",
    "Cleaned",
    "Clock",
    "CostError",
    "EffectClass",
    "ErrorCode",
    "Execute",
    "FinancialReceipt",
    "Found",
    "Heir",
    "History",
    "Hit",
    "Ids",
    "Incident",
    "IncidentKind",
    "IsolatedError",
    "Json",
    "JsonValue",
    "Kernel",
    "KernelError",
    "KernelMetrics",
    "Kind",
    "Ledger",
    "Limits",
    "LookUp",
    "LoopConfig",
    "MemoryLedger",
    "MigrationError",
    "NotDoneError",
    "OnSettled",
    "PermissionScope",
    "Policy",
    "PostgresLedger",
    "Price",
    "PriceTable",
    "Principal",
    "Receipt",
    "Recovery",
    "Redactor",
    "Refused",
    "Replay",
    "ReplayError",
    "Replayed",
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
    "Settled",
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
    "external_key",
    "fingerprint",
    "heads_of",
    "in_a_process",
    "internal_key",
    "keep_anchor",
    "make_weeks",
    "may_run_anew",
    "may_take_over",
    "merged",
    "migrate",
    "migration_fingerprint",
    "prices_of_toml",
    "published_schema_text",
    "receipt_from",
    "replay",
    "replayed",
    "revision_of",
    "schema_text",
    "standing",
    "state_hash",
    "timed_id",
    "unmigrate",
    "verify_tenant",
    "write_schemas",
]
