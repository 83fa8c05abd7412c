"""Stop a suite as soon as no outcome of the rest can change its verdict."""

from typing import TypedDict

from .allowance import allowed_failures
from .arguments import StatisticsError, count


class Curtailment(TypedDict):
    """The failures allowed in all planned trials, and what they already say."""

    allowed_failures: int
    decision: str


def curtail(
    planned: int, done: int, failures: int, threshold: float, confidence: float = 0.95, sided: int = 2
) -> Curtailment:
    """Return PASS or BLOCK once the rest of the trials cannot change it, and CONTINUE before."""
    count("planned", planned)
    count("done", done)
    count("failures", failures)
    if not failures <= done <= planned:
        raise StatisticsError(
            f"failures, done and planned must not decrease, but are {failures}, {done}, {planned}"
        )
    allowed = allowed_failures(planned, threshold, confidence, sided)
    if failures > allowed:
        decision = "BLOCK"
    elif failures + (planned - done) <= allowed:
        decision = "PASS"
    else:
        decision = "CONTINUE"
    return Curtailment(allowed_failures=allowed, decision=decision)
