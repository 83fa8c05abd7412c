"""What an oracle answers."""

from dataclasses import dataclass
from enum import StrEnum

from .outcome import Outcome, worst


class OracleType(StrEnum):
    """All kinds of question an oracle may answer."""

    SCHEMA = "Schema"
    PERMISSION = "Permission"
    BOUNDS = "Bounds"
    CONSISTENCY = "Consistency"
    TRACE = "Trace"
    COST = "Cost"
    SECURITY = "Security"
    IDEMPOTENCY = "Idempotency"
    SIDE_EFFECT = "SideEffect"
    DURABILITY = "Durability"
    TIMING = "Timing"
    STATE_CHANGE = "StateChange"
    OBSERVABILITY = "Observability"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One oracle's answer, with what it saw beside what it wanted."""

    type: OracleType
    name: str
    outcome: Outcome
    reason: str
    observed: str = ""
    expected: str = ""
    diff: str = ""

    def __str__(self) -> str:
        parts = [f"{self.type} {self.name}: {self.outcome}: {self.reason}"]
        if self.outcome is not Outcome.PASS:
            parts += [f"  expected: {self.expected}", f"  observed: {self.observed}"]
            parts += [f"  {line}" for line in self.diff.splitlines()]
        return "\n".join(parts)


class VerdictError(AssertionError):
    """Not every verdict was a pass; `outcome` tells a failure from evidence that was missing."""

    def __init__(self, verdicts: tuple[Verdict, ...]) -> None:
        self.verdicts = verdicts
        self.outcome = worst(verdict.outcome for verdict in verdicts)
        blamed = [str(verdict) for verdict in verdicts if verdict.outcome is not Outcome.PASS]
        super().__init__("\n".join(blamed) or "no verdict was given, so nothing is known")
