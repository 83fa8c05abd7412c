"""The closed sets of words in which the kernel says no, and in which a run ends."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Why a call did not end with its result; what a guard or the pipeline answers instead."""

    FENCED = "FENCED"  # another worker has taken this run over
    RUN_ENDED = "RUN_ENDED"
    BOUND_STEPS = "BOUND_STEPS"
    BOUND_WALL = "BOUND_WALL"
    BOUND_TOKENS = "BOUND_TOKENS"
    BOUND_TOOL_CALLS = "BOUND_TOOL_CALLS"
    BOUND_COST = "BOUND_COST"
    UNKNOWN_TOOL = "UNKNOWN_TOOL"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    SCHEMA_INVALID = "SCHEMA_INVALID"
    CROSS_TENANT = "CROSS_TENANT"
    LOOP_DETECTED = "LOOP_DETECTED"
    APPROVAL_RULE_MISSING = "APPROVAL_RULE_MISSING"
    APPROVAL_REQUIRED = "APPROVAL_REQUIRED"
    REFUSED = "REFUSED"  # the provider's definitive no
    TOOL_TIMEOUT = "TOOL_TIMEOUT"
    OUTPUT_INVALID = "OUTPUT_INVALID"  # the effect is receipted, its answer breaks the contract
    STATE_CONFLICT = "STATE_CONFLICT"  # the effect is receipted, somebody else has patched the state
    NONDETERMINISM = "NONDETERMINISM"


class TerminationReason(StrEnum):
    """Why a run is over; every run has exactly one."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    MAX_STEPS = "MAX_STEPS"
    MAX_TIME = "MAX_TIME"
    MAX_TOKENS = "MAX_TOKENS"
    MAX_TOOL_CALLS = "MAX_TOOL_CALLS"
    MAX_COST = "MAX_COST"
    LOOP_DETECTED = "LOOP_DETECTED"
    NONDETERMINISM = "NONDETERMINISM"


# The denials after which a run cannot go on, and the reason that is written down for them.
ENDING: dict[ErrorCode, TerminationReason] = {
    ErrorCode.BOUND_STEPS: TerminationReason.MAX_STEPS,
    ErrorCode.BOUND_WALL: TerminationReason.MAX_TIME,
    ErrorCode.BOUND_TOKENS: TerminationReason.MAX_TOKENS,
    ErrorCode.BOUND_TOOL_CALLS: TerminationReason.MAX_TOOL_CALLS,
    ErrorCode.BOUND_COST: TerminationReason.MAX_COST,
    ErrorCode.LOOP_DETECTED: TerminationReason.LOOP_DETECTED,
    ErrorCode.NONDETERMINISM: TerminationReason.NONDETERMINISM,
}
