"""What a provider that honours keys makes of a request's key: the first time, again, or something else."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from autobiz_mocks.journal import Served

KEY_HEADER = "Idempotency-Key"
REMEMBERED = timedelta(hours=24)


class Standing(StrEnum):
    NEW = "new"
    REPLAY = "replay"
    OTHER = "other"  # the key stands for another request
    FORGOTTEN = "forgotten"  # the same request, so long after that it is a new one


@dataclass(slots=True)
class KeyBook:
    """The keys that a provider remembers."""

    known: dict[str, tuple[str, str, datetime | None]] = field(default_factory=dict)

    def standing(self, request: Served, key: str) -> Standing:
        if key not in self.known:
            return Standing.NEW
        path, body, at = self.known[key]
        if at is not None and request.at is not None and request.at - at >= REMEMBERED:
            return Standing.FORGOTTEN
        return Standing.REPLAY if (path, body) == (request.path, request.body) else Standing.OTHER

    def remember(self, request: Served, key: str) -> None:
        self.known[key] = (request.path, request.body, request.at)
