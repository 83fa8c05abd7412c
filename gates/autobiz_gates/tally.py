"""What the trials of a case came to: the unit every gate counts in."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import msgspec


class TallyError(ValueError):
    """Tallies contradict themselves: an unknown outcome, a case twice, more outcomes than runs."""


class Outcome(StrEnum):
    """What one planned trial came to.

    `missing` was planned and left nothing behind; `invalid` met an infrastructure that failed; `replay` had
    the inputs and the recorded answers of an earlier run's trial, and so is no evidence beyond it.
    """

    PASS = "pass"  # noqa: S105  an outcome, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIP = "skip"
    MISSING = "missing"
    INVALID = "invalid"
    REPLAY = "replay"


_WORDS = frozenset(str(word) for word in Outcome)


class Counts(NamedTuple):
    """How often a case came to each outcome, and what that makes in sum."""

    passed: int
    failed: int
    unknown: int
    skipped: int
    missing: int
    invalid: int
    replayed: int
    against: int
    valid: int
    slots: int


# A gate asks each case a dozen times, and among a million trials a handful of patterns is nearly all.
@lru_cache(maxsize=4096)
def counts_of(outcomes: tuple[str, ...]) -> Counts:
    """Count the outcomes of one case."""
    passed, failed, unknown, skipped, missing, invalid, replayed = (
        outcomes.count(str(word)) for word in Outcome
    )
    against = failed + unknown
    valid, slots = passed + against, len(outcomes) - replayed
    return Counts(passed, failed, unknown, skipped, missing, invalid, replayed, against, valid, slots)


# A struct, not a dataclass: there may be a third of a million, and it is made in a third of the time.
class CaseTally(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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
        if not _WORDS.issuperset(self.outcomes):
            strange = [word for word in self.outcomes if word not in _WORDS]
            raise TallyError(
                f"case {self.case!r}: unknown outcome {strange[0]!r}; use one of {', '.join(Outcome)}"
            )

    @property
    def passed(self) -> int:
        return counts_of(self.outcomes).passed

    @property
    def failed(self) -> int:
        return counts_of(self.outcomes).failed

    @property
    def unknown(self) -> int:
        return counts_of(self.outcomes).unknown

    @property
    def skipped(self) -> int:
        return counts_of(self.outcomes).skipped

    @property
    def missing(self) -> int:
        return counts_of(self.outcomes).missing

    @property
    def invalid(self) -> int:
        return counts_of(self.outcomes).invalid

    @property
    def replayed(self) -> int:
        return counts_of(self.outcomes).replayed

    @property
    def slots(self) -> int:
        """Trials that are evidence or could still become it: all but the replays."""
        return counts_of(self.outcomes).slots

    @property
    def against(self) -> int:
        """Trials that count against a gate: what could not be judged counts like a failure."""
        return counts_of(self.outcomes).against

    @property
    def valid(self) -> int:
        return counts_of(self.outcomes).valid


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallies:
    """All cases of the folded runs, with what was torn or contradictory in the evidence."""

    cases: tuple[CaseTally, ...]
    runs: tuple[int, ...]
    problems: tuple[str, ...] = ()
    # What was fixed before the first trial: the seeds, and the hashes of the gate files (None: it had none).
    seeds: tuple[int, ...] = ()
    gate_files: tuple[str | None, ...] = ()

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
