"""How many cases may be quarantined at once: a gate that leaves out too much shows nothing."""

from collections.abc import Iterator, Sequence
from typing import Final

P1_SHARE_PERCENT: Final = 2
ALL_SHARE_PERCENT: Final = 5


def caps_exceeded(cases: Sequence[str | None], quarantined: Sequence[str | None]) -> Iterator[str]:
    """Say each cap that is exceeded, from the priorities of all cases and of those quarantined.

    P0: none. P1: 2 % of the P1 cases, but one in any case. All: 5 % of all cases.
    """
    if count := quarantined.count("P0"):
        yield f"{count} P0 cases are quarantined, and none may be"
    p1, p1_most = quarantined.count("P1"), max(1, cases.count("P1") * P1_SHARE_PERCENT // 100)
    if p1 > p1_most:
        yield f"{p1} of {cases.count('P1')} P1 cases are quarantined, and {p1_most} may be"
    most = len(cases) * ALL_SHARE_PERCENT // 100
    if len(quarantined) > most:
        yield f"{len(quarantined)} of {len(cases)} cases are quarantined, and {most} may be"
