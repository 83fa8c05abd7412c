"""Where a run is when nobody works on it."""

from enum import StrEnum


class Standing(StrEnum):
    """Where a run is when nobody works on it."""

    ENDED = "ended"
    SUSPENDED = "suspended"
    LOST = "lost"  # another worker has it
    NOT_DUE = "not_due"
