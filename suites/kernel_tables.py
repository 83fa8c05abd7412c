"""The tables of the kernel that hold what tenants own."""

from typing import LiteralString

TABLES: tuple[LiteralString, ...] = (
    "tenants",
    "runs",
    "idempotency",
    "receipts",
    "traces",
    "state_versions",
    "event_store",
    "event_conflicts",
    "hitl_requests",
    "reconciliation",
    "run_queue",
    "anchors",
    "circuit_resets",
)
PARTITIONS: tuple[LiteralString, ...] = ("receipts_rest", "traces_rest", "state_versions_rest")
VICTIM_SECRET = "victims-own-words"
