"""What an oracle answers."""

from dataclasses import dataclass
from enum import StrEnum

from .outcome import Outcome, worst

LINES_MAX = 12
SIGNS_MAX = 240


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
    """One oracle's answer, with what it saw beside what it wanted.

    A pass is hollow if the evidence was empty: it holds, and would hold if nothing had been tried at all.
    """

    type: OracleType
    name: str
    outcome: Outcome
    reason: str
    observed: str = ""
    expected: str = ""
    diff: str = ""
    is_hollow: bool = False

    def __str__(self) -> str:
        hollow = " in empty evidence" if self.is_hollow and self.outcome is Outcome.PASS else ""
        parts = [f"{self.type} {self.name}: {self.outcome}{hollow}: {short(self.reason)}"]
        if self.outcome is not Outcome.PASS:
            parts += [f"  {name}: {short(text)}" for name, text in self._sides if text]
            # What the reason has said already in full is not said again.
            is_told = len(self.reason) <= SIGNS_MAX and self.reason == "; ".join(self.diff.splitlines())
            lines = [] if is_told else self.diff.splitlines()
            parts += [f"  {short(line)}" for line in lines[:LINES_MAX]]
            parts += [f"  ... and {len(lines) - LINES_MAX} more lines"] if len(lines) > LINES_MAX else []
        return "\n".join(parts)

    @property
    def _sides(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return ("expected", self.expected), ("observed", self.observed)


class VerdictError(AssertionError):
    """Not every verdict was a pass; `outcome` tells a failure from evidence that was missing.

    `where` says for each verdict in which file or at which address its evidence is, if that is known.
    """

    def __init__(self, verdicts: tuple[Verdict, ...], where: tuple[str, ...] = ()) -> None:
        self.verdicts = verdicts
        self.outcome = worst(verdict.outcome for verdict in verdicts)
        places = (*where, *("" for _ in verdicts[len(where) :]))
        blamed = [
            f"{verdict}\n  evidence: {place}" if place else str(verdict)
            for verdict, place in zip(verdicts, places, strict=True)
            if verdict.outcome is not Outcome.PASS
        ]
        super().__init__("\n".join(blamed) or "no verdict was given, so nothing is known")


def short(text: str) -> str:
    """Cut a text to what is read on a screen."""
    return text if len(text) <= SIGNS_MAX else f"{text[: SIGNS_MAX - 3]}..."
