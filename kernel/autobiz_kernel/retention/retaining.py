"""Bring every week to the tier in which it belongs, and say of each what was done or why it was not."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg.errors import LockNotAvailable

from .books import answering_in, archive, open_in, partitions_in, seal, sums_in, the_one_job
from .errors import RetentionError
from .form import Sum
from .weeks import Ages, Partition, Tier, tier_due

if TYPE_CHECKING:
    from uuid import UUID

    import psycopg


class Step(StrEnum):
    """What has become of a week."""

    SEALED = "sealed"
    ARCHIVED = "archived"
    KEPT = "kept"  # it is still needed where it is
    BUSY = "busy"  # somebody was reading or writing; run again
    REFUSED = "refused"  # it is not what was sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One partition, and what was done with it."""

    partition: str
    step: Step
    says: str

    @property
    def is_good(self) -> bool:
        """Whether nobody has to look after it."""
        return self.step not in {Step.BUSY, Step.REFUSED}


def retain(url: str, folder: Path, *, ages: Ages, now: datetime, rehearse: bool = False) -> Iterator[Move]:
    """Seal and archive what is old enough; each step stands alone, and running again goes on."""
    if not folder.is_dir():
        raise RetentionError(f"{folder} is no folder; make it, on a disk that outlives the database's")
    with the_one_job(url) as connection:
        sums = sums_in(connection)
        for week, tier in _weeks(partitions_in(connection), today=now, ages=ages):
            fresh = [partition for partition in week if partition.name not in sums]
            if fresh:
                moves = _sealed(connection, url, fresh, sums, now=now, rehearse=rehearse)
                yield from moves
                if any(move.step is not Step.SEALED for move in moves):
                    continue
            if tier is not Tier.COLD:
                continue
            for partition in week:
                yield _archived(connection, url, partition, sums, folder=folder, now=now, rehearse=rehearse)


def _weeks(
    partitions: Sequence[Partition], *, today: datetime, ages: Ages
) -> Iterator[tuple[list[Partition], Tier]]:
    """Return the weeks that are no longer hot, the oldest first, with all their partitions."""
    weeks: dict[tuple[UUID, UUID], list[Partition]] = defaultdict(list)
    for partition in partitions:
        weeks[partition.first, partition.beyond].append(partition)
    for (_, beyond), week in sorted(weeks.items()):
        tier = tier_due(beyond, today=today, ages=ages)
        if tier is not Tier.HOT:
            yield week, tier


def _sealed(
    connection: "psycopg.Connection[Any]",
    url: str,
    week: Sequence[Partition],
    sums: dict[str, Sum],
    *,
    now: datetime,
    rehearse: bool,
) -> tuple[Move, ...]:
    def all_of_it(step: Step, says: str) -> tuple[Move, ...]:
        return tuple(Move(partition=partition.name, step=step, says=says) for partition in week)

    if count := open_in(connection, week[0], now=now):
        return all_of_it(Step.KEPT, f"hot: {count} of its runs are not over, or ended within a day")
    if rehearse:
        return all_of_it(Step.SEALED, "would be")
    try:
        told = seal(url, week, now=now)
    except LockNotAvailable:
        return all_of_it(Step.BUSY, "somebody was writing; run again")
    if told is None:
        return all_of_it(Step.KEPT, "hot: a run of it was begun just now")
    sums |= told
    return tuple(
        Move(partition=name, step=Step.SEALED, says=f"{one.rows} rows, sha256 {one.digest.hex()}")
        for name, one in told.items()
    )


def _archived(
    connection: "psycopg.Connection[Any]",
    url: str,
    partition: Partition,
    sums: dict[str, Sum],
    *,
    folder: Path,
    now: datetime,
    rehearse: bool,
) -> Move:
    def one(step: Step, says: str) -> Move:
        return Move(partition=partition.name, step=step, says=says)

    if count := answering_in(connection, partition, now=now):
        return one(Step.KEPT, f"warm: {count} acts, if they are asked for again, are answered from it")
    if rehearse:
        return one(Step.ARCHIVED, "would be")
    try:
        path = archive(url, partition, folder, promised=sums[partition.name], now=now)
    except LockNotAvailable:
        return one(Step.BUSY, "somebody was reading; run again")
    except RetentionError as error:
        return one(Step.REFUSED, str(error))
    return one(Step.ARCHIVED, str(path))
