"""The search that turns bounds around."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates.statistics import first_where

pytestmark = pytest.mark.priority("P1")


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_without_an_end_the_first_is_found_however_far(first: int, low: int) -> None:
    """From `low` on, the answer is the first number that holds, or `low` itself behind it."""
    assert first_where(lambda number: number >= first, low) == max(first, low)


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_with_an_end_it_is_the_answer_where_nothing_holds(first: int, low: int, more: int) -> None:
    """The end is answered without being tried."""
    high = low + more
    tried: list[int] = []

    def holds(number: int) -> bool:
        tried.append(number)
        return number >= first

    assert first_where(holds, low, high) == min(max(first, low), high)
    assert high not in tried


@pytest.mark.parametrize("low", range(10))
def test_no_number_is_asked_twice_and_few_are(low: int) -> None:
    """Steps double until it holds and then halve; none is below `low`, and none was answered before."""
    for first in range(140):
        tried: list[int] = []

        def holds(number: int, first: int = first, tried: list[int] = tried) -> bool:
            tried.append(number)
            return number >= first

        found = first_where(holds, low)

        assert found == max(first, low)
        assert isinstance(found, int)
        assert len(set(tried)) == len(tried)
        assert all(number >= low for number in tried)
        assert len(tried) <= 2 * max(first, low, 1).bit_length()
