"""The books of the kernel: one commit before an effect and one after it, in memory or in PostgreSQL."""

from .batcher import Batcher
from .channel import Channel
from .memory import MemoryLedger
from .port import (
    CALLS,
    UNSETTLED,
    ClaimAnswer,
    ClaimAsk,
    Ledger,
    Ridden,
    RunRecord,
    SettleAnswer,
    SettleKind,
    Settlement,
    SettleOutcome,
    StateChange,
    StateVersion,
    TraceRow,
    fenced,
)
from .postgres import PostgresLedger
from .roles import check_role
from .sending import sender

__all__ = [
    "CALLS",
    "UNSETTLED",
    "Batcher",
    "Channel",
    "ClaimAnswer",
    "ClaimAsk",
    "Ledger",
    "MemoryLedger",
    "PostgresLedger",
    "Ridden",
    "RunRecord",
    "SettleAnswer",
    "SettleKind",
    "SettleOutcome",
    "Settlement",
    "StateChange",
    "StateVersion",
    "TraceRow",
    "check_role",
    "fenced",
    "sender",
]
