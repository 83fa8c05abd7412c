"""File locks that the operating system releases however their holder ends.

`flock` belongs to an open file, so a lock outlives nothing: not kill -9, not a crash. That is the whole
liveness protocol of the stack: nobody writes heartbeats, nobody polls. Descriptors are not inherited by
programs started later, unless they are handed over by name (the keeper receives two that way, which
leaves no moment in which nobody holds them).
"""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock that is held until it is closed or its holder ends."""

    fd: int

    def close(self) -> None:
        """Let go; where the descriptor was handed over, the receiver still holds the lock."""
        os.close(self.fd)

    def __enter__(self) -> "Lock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def shared(path: Path) -> Lock:
    """Wait until nobody holds the lock exclusively, then hold it with others."""
    return _lock(path, fcntl.LOCK_SH)


def exclusive(path: Path) -> Lock:
    """Wait until nobody holds the lock, then hold it alone."""
    return _lock(path, fcntl.LOCK_EX)


def try_exclusive(path: Path) -> Lock | None:
    """Hold the lock alone if nobody holds it now, else answer None."""
    try:
        return _lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None


def is_held(path: Path) -> bool:
    """Say whether anyone holds the lock now."""
    lock = try_exclusive(path)
    if lock is None:
        return True
    lock.close()
    return False


def _lock(path: Path, how: int) -> Lock:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, how)
    except BaseException:
        os.close(fd)
        raise
    return Lock(fd=fd)
