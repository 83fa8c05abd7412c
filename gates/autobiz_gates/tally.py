"""What the trials of a case came to: the unit every gate counts in."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class TallyError(ValueError):
    """Tallies contradict themselves: an unknown outcome, a case twice, more outcomes than runs."""


class Outcome(StrEnum):
    """What one planned trial came to; `missing` means it was planned and left nothing behind."""

    PASS = "pass"  # noqa: S105  an outcome, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIP = "skip"
    MISSING = "missing"


_WORDS = frozenset(Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTally:
    """What one case did over the runs: the unit every gate counts in."""

    case: str
    suite: str | None = None
    priority: str | None = None
    requirements: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    workflow: str | None = None
    marks: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        strange = [word for word in self.outcomes if word not in _WORDS]
        if strange:
            raise TallyError(
                f"case {self.case!r}: unknown outcome {strange[0]!r}; use one of {', '.join(Outcome)}"
            )

    @property
    def passed(self) -> int:
        return self.outcomes.count(Outcome.PASS)

    @property
    def failed(self) -> int:
        return self.outcomes.count(Outcome.FAIL)

    @property
    def unknown(self) -> int:
        return self.outcomes.count(Outcome.UNKNOWN)

    @property
    def skipped(self) -> int:
        return self.outcomes.count(Outcome.SKIP)

    @property
    def missing(self) -> int:
        return self.outcomes.count(Outcome.MISSING)

    @property
    def against(self) -> int:
        """Trials that count against a gate: what could not be judged counts like a failure."""
        return self.outcomes.count(Outcome.FAIL) + self.outcomes.count(Outcome.UNKNOWN)

    @property
    def valid(self) -> int:
        return self.outcomes.count(Outcome.PASS) + self.against


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallies:
    """All cases of the folded runs, with what was torn or contradictory in the evidence."""

    cases: tuple[CaseTally, ...]
    runs: tuple[int, ...]
    problems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        twice = [case for case, times in Counter(tally.case for tally in self.cases).items() if times > 1]
        if twice:
            raise TallyError(f"case {twice[0]!r} is tallied twice; one tally holds all its runs")
        if len(set(self.runs)) != len(self.runs):
            raise TallyError(f"a run is listed twice among {self.runs}")
        for tally in self.cases:
            if len(tally.outcomes) > len(self.runs):
                raise TallyError(
                    f"case {tally.case!r} has {len(tally.outcomes)} outcomes of {len(self.runs)} runs"
                )
