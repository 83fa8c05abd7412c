"""Keep anchors in a file that only grows, outside the database that they watch over."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from .anchor import Anchor, after, anchor_of_line
from .errors import ChainError, OvertakenError


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorFile:
    """A file of anchors that no other signer writes to meanwhile."""

    path: Path
    file: FileIO
    last: Anchor | None

    def append(self, anchor: Anchor) -> None:
        """Add one anchor and make it durable, or leave the file as it was."""
        if (anchor.number, anchor.previous) != after(self.last):
            there = "is empty" if self.last is None else f"ends with anchor {self.last.number}"
            raise OvertakenError(
                f"{self.path}: anchor {anchor.number} does not continue the file, which {there}; "
                "read the last anchor anew and sign again"
            )
        end = self.file.seek(0, os.SEEK_END)
        try:
            left = memoryview(anchor.line())
            while left:
                left = left[self.file.write(left) :]
            os.fsync(self.file.fileno())
        except OSError:
            self.file.truncate(end)
            raise


@contextmanager
def anchor_file(path: Path) -> Iterator[AnchorFile]:
    """Hold the file against other signers, having waited for the one that was writing."""
    with path.open("a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        lines = _lines(file.read(), path)
        yield AnchorFile(path=path, file=file, last=anchor_of_line(lines[-1]) if lines else None)


def read_anchor_lines(path: Path) -> tuple[bytes, ...]:
    """Return all lines, a torn last one included: a check will name it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ChainError(f"{path}: cannot be read: {error.strerror}") from error
    return tuple(data.splitlines(keepends=True)) if data else ()


def last_anchor(path: Path) -> Anchor | None:
    """Return the anchor that the next one continues; None where there is no file yet, or nothing in it."""
    lines = _lines(path.read_bytes(), path) if path.exists() else []
    return anchor_of_line(lines[-1]) if lines else None


def _lines(data: bytes, path: Path) -> list[bytes]:
    if data and not data.endswith(b"\n"):
        raise ChainError(
            f"{path}: the last line is torn, an anchor was being written when the machine stopped; "
            "remove the unfinished line, nothing was sworn by it"
        )
    return data.splitlines(keepends=True)
