"""Many cases that fall under suspicion together, in one way: one incident, not so many flakes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

CASES_MIN: Final = 3
WINDOW: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A case came under suspicion, at this moment, by a failure with this fingerprint."""

    case: str
    signature: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Cases that came under suspicion by one failure within a day of each other."""

    signature: str
    cases: tuple[str, ...]
    first: datetime
    last: datetime


def clustered(suspicions: Iterable[Suspicion]) -> tuple[Cluster, ...]:
    """Return each chain of suspicions in which some 24 hours saw three cases fail alike."""
    by_signature: dict[str, list[Suspicion]] = {}
    for one in sorted(suspicions, key=lambda one: (one.at, one.case)):
        by_signature.setdefault(one.signature, []).append(one)
    found = [cluster for alike in by_signature.values() for cluster in _of_one_signature(alike)]
    return tuple(sorted(found, key=lambda cluster: (cluster.first, cluster.signature)))


def _of_one_signature(alike: list[Suspicion]) -> list[Cluster]:
    """Join every window that is full enough with those it overlaps."""
    joined: list[tuple[int, int]] = []
    start = 0
    for end, one in enumerate(alike):
        while one.at - alike[start].at > WINDOW:
            start += 1
        if len({each.case for each in alike[start : end + 1]}) < CASES_MIN:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return [_cluster(alike[first : last + 1]) for first, last in joined]


def _cluster(members: list[Suspicion]) -> Cluster:
    return Cluster(
        signature=members[0].signature,
        cases=tuple(sorted({one.case for one in members})),
        first=members[0].at,
        last=members[-1].at,
    )
