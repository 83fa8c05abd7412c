"""The decision log as a file: one writer at a time, whole lines or none, kill -9 survived."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .chain import ENTRY_BYTES_MAX, ChainEntry, ChainError
from .decision_log import DecisionLog, read_log


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChain:
    """A chain under its lock, verified as `log`; `torn`: a half-written last line was dropped."""

    log: DecisionLog
    torn: bool
    _handle: int

    def append(self, entry: ChainEntry) -> None:
        """Write the entry that follows `head`, and do not return before it is on the disk."""
        if (entry.index, entry.prev_hash) != (self.log.head.count, self.log.head.hash):
            raise ChainError(entry.index, f"does not follow the chain's {self.log.head.count} entries")
        line = entry.line()
        if len(line) > ENTRY_BYTES_MAX:
            raise ChainError(entry.index, f"would be larger than {ENTRY_BYTES_MAX} bytes")
        end = os.lseek(self._handle, 0, os.SEEK_END)
        try:
            written = 0
            while written < len(line):
                written += os.write(self._handle, line[written:])
            os.fsync(self._handle)
        except OSError:
            # A full disk may have taken half of the line; without it the chain is as it was.
            os.ftruncate(self._handle, end)
            raise


@contextmanager
def open_chain(path: Path) -> Iterator[OpenChain]:
    """Lock the log, verify all of it, and drop a torn tail: a line that was never acknowledged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        whole = _whole_bytes(handle)
        log = read_log(read_chain_lines(path, bytes_max=whole))
        torn = os.fstat(handle).st_size > whole
        if torn:
            os.ftruncate(handle, whole)
        yield OpenChain(log=log, torn=torn, _handle=handle)
    finally:
        os.close(handle)


def read_chain_lines(path: Path, *, bytes_max: int | None = None) -> Iterator[bytes]:
    """Yield the lines of a log, each with its newline; one beyond the limit comes cut, to be refused."""
    left = bytes_max
    with path.open("rb") as file:
        while left is None or left > 0:
            line = file.readline(ENTRY_BYTES_MAX + 1)
            if not line:
                return
            yield line
            left = None if left is None else left - len(line)


def _whole_bytes(handle: int) -> int:
    """Return how many bytes there are up to the last newline."""
    end = os.fstat(handle).st_size
    while end:
        begin = max(0, end - 65_536)
        place = os.pread(handle, end - begin, begin).rfind(b"\n")
        if place >= 0:
            return begin + place + 1
        end = begin
    return 0
