"""The closed sets of words in which the kernel says no, and in which a run ends."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Why a call did not end with its result; what a guard or the pipeline answers instead."""

    FENCED = "FENCED"  # another worker has taken this run over
    RUN_ENDED = "RUN_ENDED"  # the run is over
    BOUND_STEPS = "BOUND_STEPS"  # the run has used its steps
    BOUND_WALL = "BOUND_WALL"  # the run's time is over
    BOUND_TOKENS = "BOUND_TOKENS"  # the run has used its tokens
    BOUND_TOOL_CALLS = "BOUND_TOOL_CALLS"  # the run has used its calls
    BOUND_COST = "BOUND_COST"  # the run has cost what it may
    UNKNOWN_TOOL = "UNKNOWN_TOOL"  # no tool of this name, operation and version
    PERMISSION_DENIED = "PERMISSION_DENIED"  # no scope allows it, or one forbids it
    SCHEMA_INVALID = "SCHEMA_INVALID"  # the arguments break the tool's schema
    CROSS_TENANT = "CROSS_TENANT"  # another tenant's entity is named
    LOOP_DETECTED = "LOOP_DETECTED"  # the same calls came round too often
    APPROVAL_RULE_MISSING = "APPROVAL_RULE_MISSING"  # money would move without a rule
    APPROVAL_REQUIRED = "APPROVAL_REQUIRED"  # a person has to agree first
    REFUSED = "REFUSED"  # the provider's definitive no
    TOOL_TIMEOUT = "TOOL_TIMEOUT"  # the tool did not answer by its deadline
    OUTPUT_INVALID = "OUTPUT_INVALID"  # the effect is receipted, its answer breaks the contract
    STATE_CONFLICT = "STATE_CONFLICT"  # the effect is receipted, somebody else has patched the state
    NONDETERMINISM = "NONDETERMINISM"  # the record and the code disagree


class TerminationReason(StrEnum):
    """Why a run is over; every run has exactly one."""

    COMPLETED = "COMPLETED"  # all was done
    FAILED = "FAILED"  # it was not, and what was done is undone
    CANCELLED = "CANCELLED"  # somebody has called it off
    MAX_STEPS = "MAX_STEPS"  # its steps were used up
    MAX_TIME = "MAX_TIME"  # its time was over
    MAX_TOKENS = "MAX_TOKENS"  # its tokens were used up
    MAX_TOOL_CALLS = "MAX_TOOL_CALLS"  # its calls were used up
    MAX_COST = "MAX_COST"  # it had cost what it may
    LOOP_DETECTED = "LOOP_DETECTED"  # the same calls came round too often
    NONDETERMINISM = "NONDETERMINISM"  # the record and the code disagree


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
