"""The first whole number for which something holds, which then holds for every greater one."""

from collections.abc import Callable


def first_where(holds: Callable[[int], bool], low: int, high: int | None = None) -> int:
    """Search from `low` on. `high` is the answer where it holds for nothing below; without one, it must."""
    if high is None:
        high = max(1, low)
        while not holds(high):
            low, high = high + 1, 2 * high
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
