"""How one run of one stage ended."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class StageStatus(StrEnum):
    """What became of a stage's run; only the first five are final when a run is resumed."""

    PASSED = "passed"
    FAILED = "failed"
    INVALID = "invalid"
    CURTAILED = "curtailed"
    EMPTY = "empty"
    INCOMPLETE = "incomplete"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    MISCONFIGURED = "misconfigured"
    INTERRUPTED = "interrupted"
    NOT_RUN = "not run"


FINAL = frozenset(
    {
        StageStatus.PASSED,
        StageStatus.FAILED,
        StageStatus.INVALID,
        StageStatus.CURTAILED,
        StageStatus.EMPTY,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEnd:
    """Counts and the reason, as the terminal, the evidence and a resumed run read them."""

    name: str
    run: int
    runs: int
    status: StageStatus
    planned: int = 0
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    invalid: int = 0
    seconds: float = 0.0
    reason: str = ""
    log: str = ""

    @property
    def missing(self) -> int:
        return self.planned - self.passed - self.failed - self.unknown - self.skipped - self.invalid

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "status": str(self.status), "missing": self.missing}

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> "StageEnd":
        known = {name: value for name, value in given.items() if name != "missing"}
        return cls(**{**known, "status": StageStatus(known["status"])})
