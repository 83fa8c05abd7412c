"""Run business agents under law: governed calls with exactly-once effects."""

from .call import Reply, governed_call
from .canonical import INTEGER_MAX, JsonValue, canonical
from .claims import LEASE, WINDOW, Claim, ClaimOutcome, may_take_over, standing, window_closed
from .clock import Clock, SystemClock
from .effect_store import ClaimAnswer, EffectStore
from .errors import CallError, CanonicalError, KernelError, MigrationError, StoreError
from .keys import external_key, fingerprint, internal_key
from .migrations import Migration, migrate, migration_fingerprint, migrations, missing_migrations
from .receipt import Receipt
from .tool import EffectClass, Execute, Json, Tool

__all__ = [
    "INTEGER_MAX",
    "LEASE",
    "WINDOW",
    "CallError",
    "CanonicalError",
    "Claim",
    "ClaimAnswer",
    "ClaimOutcome",
    "Clock",
    "EffectClass",
    "EffectStore",
    "Execute",
    "Json",
    "JsonValue",
    "KernelError",
    "Migration",
    "MigrationError",
    "Receipt",
    "Reply",
    "StoreError",
    "SystemClock",
    "Tool",
    "canonical",
    "external_key",
    "fingerprint",
    "governed_call",
    "internal_key",
    "may_take_over",
    "migrate",
    "migration_fingerprint",
    "migrations",
    "missing_migrations",
    "standing",
    "window_closed",
]
