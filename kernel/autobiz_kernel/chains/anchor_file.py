"""Keep anchors in a file that only grows, outside the database that they watch over."""

import fcntl
import os
from pathlib import Path

from .anchor import Anchor, after, anchor_of_line
from .errors import ChainError


def append_anchor(path: Path, anchor: Anchor) -> None:
    """Add one anchor and make it durable; one that does not continue the file's last line is refused."""
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        lines = _lines(file.read(), path)
        last = anchor_of_line(lines[-1]) if lines else None
        if (anchor.number, anchor.previous) != after(last):
            there = "is empty" if last is None else f"ends with anchor {last.number}"
            raise ChainError(
                f"{path}: anchor {anchor.number} does not continue the file, which {there}; "
                "read the last anchor anew and sign again"
            )
        file.write(anchor.line())
        file.flush()
        os.fsync(file.fileno())


def read_anchor_lines(path: Path) -> tuple[bytes, ...]:
    """Return all lines, a torn last one included: a check will name it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ChainError(f"{path}: cannot be read: {error.strerror}") from error
    return tuple(data.splitlines(keepends=True)) if data else ()


def _lines(data: bytes, path: Path) -> list[bytes]:
    if data and not data.endswith(b"\n"):
        raise ChainError(
            f"{path}: the last line is torn, an anchor was being written when the machine stopped; "
            "remove the unfinished line, nothing was sworn by it"
        )
    return data.splitlines(keepends=True)
