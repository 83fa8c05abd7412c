"""What the interpreter wants done, and what it is told has happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

from autobiz_kernel.canonical import JsonValue
from autobiz_kernel.contract import Json

# The code of a call that was not made, because its dependency is known to be down.
DEPENDENCY_OPEN: Final = "DEPENDENCY_OPEN"


class FailureKind(StrEnum):
    """Of which kind a failure is: what may be tried again, and what an error path is named after."""

    TRANSIENT = "transient"  # nothing happened, and the next moment is another one
    QUOTA = "quota"  # no more is to be had, and waiting does not help
    INTERNAL = "internal"  # we asked wrongly, were answered nonsense, or broke
    VALIDATION = "validation"  # what was asked, or answered, is not what the contract says
    AUTH = "auth"  # it may not be done
    REFUSED = "refused"  # the provider's definitive no
    DENIED = "denied"  # a person's no, or nobody's yes in time
    DOUBT = "doubt"  # the effect may have happened
    CHILD = "child"  # a workflow that was run has failed
    CANCELLED = "cancelled"  # somebody has called the run off

    @property
    def may_be_retried(self) -> bool:
        """Whether the same call may be made again without anybody's word."""
        return self in (FailureKind.TRANSIENT, FailureKind.DOUBT)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWanted:
    """A call to be made now; `approval` is the yes that was given to it, `word` what somebody knows of it."""

    path: str
    tool: str
    operation: str
    version: str
    arguments: Json
    approval: tuple[UUID, bytes] | None = None
    word: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWanted:
    """Nothing to do before this moment."""

    path: str
    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWanted:
    """An event that is waited for, until this moment."""

    path: str
    event: str
    key: str
    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionWanted:
    """A person's decision about a call."""

    path: str
    approval_id: UUID
    fingerprint: bytes
    due_ms: int
    call: CallWanted


@dataclass(frozen=True, slots=True, kw_only=True)
class WordWanted:
    """The word of somebody who knows what became of an effect."""

    path: str


Wanted: TypeAlias = CallWanted | TimeWanted | EventWanted | DecisionWanted | WordWanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A call has its result."""

    path: str
    result: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A call has none; `retry_ms` says when asking again can bring news."""

    path: str
    kind: FailureKind
    code: str
    reason: str = ""
    retry_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A call waits for a person; the approval is for these arguments alone."""

    path: str
    approval_id: UUID
    fingerprint: bytes
    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A person has decided, or nobody has in time."""

    path: str
    is_approved: bool
    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The moment that was waited for is there."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """An event has come."""

    path: str
    signal_id: str
    payload: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """Somebody has called the run off; at `doubts` an effect may have happened that nobody knows of."""

    path: str
    who: str
    reason: str
    doubts: tuple[str, ...] = ()


Event: TypeAlias = Answered | Failed | Held | Decided | Passed | Came | Cancelled
