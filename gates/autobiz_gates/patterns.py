"""What many cases came to, by pattern: of a hundred thousand cases nearly all came to one of a handful."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from operator import attrgetter

from .tally import CaseTally, Counts, counts_of

_outcomes_of = attrgetter("outcomes")


class Cases(tuple[CaseTally, ...]):
    """Some cases, whose patterns are counted once however many questions are asked of them."""

    @cached_property
    def patterns(self) -> Counter[tuple[str, ...]]:
        return Counter(map(_outcomes_of, self))


def groups(cases: Iterable[CaseTally]) -> list[tuple[Counts, int]]:
    """The counts that cases came to, each with how many cases did."""
    return [(counts_of(outcomes), cases_alike) for outcomes, cases_alike in _patterns(cases).items()]


def total(cases: Iterable[CaseTally]) -> Counts:
    """All counts of these cases together."""
    sums = [0] * len(Counts._fields)
    for counts, cases_alike in groups(cases):
        for place, value in enumerate(counts):
            sums[place] += value * cases_alike
    return Counts._make(sums)


def those(cases: Iterable[CaseTally], asked: Callable[[Counts], bool]) -> list[CaseTally]:
    """The cases whose counts are as asked, in their order."""
    found = {outcomes for outcomes in _patterns(cases) if asked(counts_of(outcomes))}
    return [case for case in cases if case.outcomes in found] if found else []


def _patterns(cases: Iterable[CaseTally]) -> Counter[tuple[str, ...]]:
    return cases.patterns if isinstance(cases, Cases) else Counter(map(_outcomes_of, cases))
