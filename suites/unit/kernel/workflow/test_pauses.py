"""The pause before another attempt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel.graphs import Retry
from autobiz_kernel.workflow.pausing import pause_ms

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-R04")]


@given(st.integers(0, 10**6), st.integers(0, 10**7), st.integers(1, 100), st.text(max_size=8))
def test_a_pause_is_between_half_and_whole_of_what_doubling_has_come_to(
    base_ms: int, cap_ms: int, attempt: int, seed: str
) -> None:
    """It doubles with each attempt up to the cap, and chance takes at most a half of it away."""
    whole = min(cap_ms, base_ms * 2 ** min(attempt - 1, 30))
    told = pause_ms(Retry(attempts=9, base_ms=base_ms, cap_ms=cap_ms), attempt=attempt, seed=seed)
    assert whole - whole // 2 <= told <= whole


def test_chance_follows_from_the_seed() -> None:
    """One seed gives one pause, and a hundred seeds do not all come at the same moment."""
    retry = Retry(attempts=9, base_ms=10_000, cap_ms=10_000)
    pauses = [pause_ms(retry, attempt=1, seed=f"run-{number}") for number in range(100)]
    assert pauses == [pause_ms(retry, attempt=1, seed=f"run-{number}") for number in range(100)]
    assert len(set(pauses)) > 90
