"""Decide in which tier a week belongs, from today's date alone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from .errors import RetentionError

WEEK = timedelta(days=7)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Tier(StrEnum):
    """Where a week is kept."""

    HOT = "hot"  # written and read
    WARM = "warm"  # read; its rows are counted and summed, and none is added
    COLD = "cold"  # a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """From which age on a week is warm and then cold; the present week has age 0."""

    hot_weeks: int = 8
    warm_weeks: int = 52

    def __post_init__(self) -> None:
        if not 1 <= self.hot_weeks <= self.warm_weeks:
            raise RetentionError(
                f"weeks cannot be hot for {self.hot_weeks} and warm until {self.warm_weeks}; "
                "the present week is always hot (at least 1), and a week is sealed before it is archived"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """One week of one table: the run ids from `first` on and before `beyond`."""

    name: str
    parent: str
    first: UUID
    beyond: UUID


def tier_due(beyond: UUID, *, today: datetime, ages: Ages) -> Tier:
    """Return where a week belongs that ends before this id."""
    day = today.astimezone(UTC)
    monday = day.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=day.weekday())
    age = (monday + WEEK - moment_of(beyond)) // WEEK
    if age < ages.hot_weeks:
        return Tier.HOT
    return Tier.WARM if age < ages.warm_weeks else Tier.COLD


def moment_of(run: UUID) -> datetime:
    """Return the moment with which an id begins."""
    return _EPOCH + timedelta(milliseconds=run.int >> 80)
