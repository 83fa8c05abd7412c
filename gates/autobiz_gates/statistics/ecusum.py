"""The kill switch of a soak: a running bet that the rate has dropped."""

from collections.abc import Iterable
from typing import TypedDict

from .arguments import StatisticsError, inner_rate, real

ALARM_AT = 100.0


class ECusum(TypedDict):
    """Where the bet stands after the last outcome, and at which outcome it first raised the alarm."""

    value: float
    alarm_after: int | None


def ecusum_step(value: float, *, passed: bool, good: float = 0.95, bad: float = 0.85) -> float:
    """Return the bet after one more outcome: never carried below one, so old successes buy no credit."""
    before = real("value", value)
    expected, feared = inner_rate("good", good), inner_rate("bad", bad)
    if feared >= expected:
        raise StatisticsError(f"bad must be below good, but {bad} >= {good}")
    odds = feared / expected if passed else (1.0 - feared) / (1.0 - expected)
    return max(before, 1.0) * odds


def ecusum(
    outcomes: Iterable[bool], good: float = 0.95, bad: float = 0.85, alarm_at: float = ALARM_AT
) -> ECusum:
    """Return the bet over all outcomes in order, and after how many of them it first reached the alarm."""
    value, alarm_after = 1.0, None
    for place, passed in enumerate(outcomes, start=1):
        value = ecusum_step(value, passed=passed, good=good, bad=bad)
        if alarm_after is None and value >= alarm_at:
            alarm_after = place
    return ECusum(value=value, alarm_after=alarm_after)
