"""Why did a case's trials disagree under one subject? The cause first: only some may be quarantined."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from autobiz_gates.statistics import history_predictive_p

# Ten repetitions find what flips in at least 26 % of them with 95 %.
REPEATS: Final = 10
SURPRISE: Final = 0.01


class Cause(StrEnum):
    """Whose fault a disagreement is. What was not shown is unknown, and unknown is never excused."""

    INFRA = "infra"
    ORACLE = "oracle"
    ENV = "env"
    AGENT = "agent"
    UNKNOWN = "unknown"


QUARANTINABLE: Final = (Cause.INFRA, Cause.ORACLE, Cause.ENV)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A case that passed and failed under one subject, and what it did before under others.

    `infra` of the failures were typed errors of the harness: a time-out, a refused connection, a sandbox.
    """

    case: str
    subject: str
    passes: int
    failures: int
    infra: int = 0
    history_failures: int = 0
    history_trials: int = 0

    def __post_init__(self) -> None:
        if min(self.passes, self.failures) < 1:
            raise ValueError(
                f"{self.case}: {self.passes} passes and {self.failures} failures do not disagree"
            )
        if not 0 <= self.infra <= self.failures:
            raise ValueError(f"{self.case}: {self.infra} of {self.failures} failures cannot be infra's")


class Regrade(Protocol):
    """Judges the frozen trace of a failed trial again, so many times; outcomes as the oracles give them."""

    def __call__(self, disagreement: Disagreement, times: int) -> Sequence[str]: ...


class Replay(Protocol):
    """Plays the recorded actions of a failed trial against fresh tools, so many times; outcomes the same."""

    def __call__(self, disagreement: Disagreement, times: int) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The cause, why it is taken to be that one, and whether history makes the failures a surprise."""

    cause: Cause
    reason: str
    p: float
    regression_suspect: bool


def classify(
    disagreement: Disagreement, *, regrade: Regrade | None = None, replay: Replay | None = None
) -> Finding:
    """Rule causes out one after the other; what cannot be ruled out for want of a hook stays unknown."""
    failures = disagreement.failures - disagreement.infra
    if not failures:
        words = f"all {disagreement.infra} failures are errors of the harness"
        return Finding(cause=Cause.INFRA, reason=words, p=1.0, regression_suspect=False)
    # Trials that broke on the machinery are no trials of the case: the others are judged without them.
    p = history_predictive_p(
        disagreement.history_failures, disagreement.history_trials, failures, failures + disagreement.passes
    )
    cause, reason = _beyond_infra(disagreement, regrade, replay)
    suspect = cause in (Cause.AGENT, Cause.UNKNOWN) and p < SURPRISE
    return Finding(cause=cause, reason=reason, p=p, regression_suspect=suspect)


def _beyond_infra(
    disagreement: Disagreement, regrade: Regrade | None, replay: Replay | None
) -> tuple[Cause, str]:
    for cause, hook, noun in (
        (Cause.ORACLE, regrade, "re-grades of the frozen trace"),
        (Cause.ENV, replay, "replays of the recorded actions"),
    ):
        if hook is None:
            return Cause.UNKNOWN, f"there were no {noun}"
        try:
            outcomes = hook(disagreement, REPEATS)
        except Exception as error:  # noqa: BLE001  # whatever keeps a hook from answering, nothing was shown
            return Cause.UNKNOWN, f"{noun} broke: {type(error).__name__}: {error}"
        if flaw := _unusable(outcomes, noun):
            return Cause.UNKNOWN, flaw
        if changed := sum(outcome != "fail" for outcome in outcomes):
            return cause, f"{changed} of {len(outcomes)} {noun} came out otherwise"
    return Cause.AGENT, f"oracle and environment stayed steady over {REPEATS} repetitions each"


def _unusable(outcomes: Sequence[str], noun: str) -> str:
    """Say why repetitions show nothing: too few of them, or some that could not be judged."""
    if len(outcomes) < REPEATS:
        return f"only {len(outcomes)} of {REPEATS} {noun} were made"
    unjudged = sum(outcome not in ("pass", "fail") for outcome in outcomes)
    return f"{unjudged} of {len(outcomes)} {noun} could not be judged" if unjudged else ""
