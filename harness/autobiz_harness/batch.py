"""A part of the cases in the order that the seed fixes: so many of them at a time."""

from collections.abc import Iterable
from dataclasses import dataclass

from autobiz_gates import registered_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The `number`-th `size` cases, counted from 1."""

    number: int
    size: int

    def __str__(self) -> str:
        return f"{self.number}/{self.size}"

    def take(self, cases: Iterable[str], seed: int) -> set[str]:
        """The cases of this batch."""
        return self._cut(cases, seed, (self.number - 1) * self.size)

    def take_all_so_far(self, cases: Iterable[str], seed: int) -> set[str]:
        """The cases of this batch and of those before it."""
        return self._cut(cases, seed, 0)

    def _cut(self, cases: Iterable[str], seed: int, first: int) -> set[str]:
        ordered = sorted(set(cases), key=lambda case: (registered_place(seed, case), case))
        return set(ordered[first : self.number * self.size])
