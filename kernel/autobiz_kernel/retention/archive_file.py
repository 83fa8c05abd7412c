"""Write a week into a file that is there as a whole or not at all, and read it back."""

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from .errors import RetentionError
from .form import Sum, Summing


def archive_path(folder: Path, partition: str) -> Path:
    """Return where a week lies."""
    return folder / f"{partition}.jsonl.gz"


def write_archive(path: Path, lines: Iterable[bytes], *, promised: Sum) -> None:
    """Write under another name, make it durable, and give it its name if it is what was sealed."""
    unfinished = path.with_name(f".{path.name}.part")
    summing = Summing()
    # What tenants own: readable to whom this process runs as, and to nobody else.
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        # Neither name nor time inside, so that the same week is the same file.
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
            for line in summing.over(lines):
                packed.write(line)
        raw.flush()
        os.fsync(raw.fileno())
    if summing.told != promised:
        unfinished.unlink()
        raise RetentionError(
            f"its {_differs(summing.told, promised)}; find out who changed it since it was sealed"
        )
    unfinished.replace(path)
    _sync_folder(path.parent)
    # Before the rows go: what the disk gives back, and not what was handed to it.
    again = Summing()
    for _ in again.over(read_lines(path)):
        pass
    if again.told != promised:
        raise RetentionError(
            f"{path}: reads back with other {_differs(again.told, promised)}; look after the disk"
        )


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield a file's lines; one that is cut or was altered in its packing raises."""
    try:
        with gzip.open(path, "rb") as packed:
            yield from packed
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RetentionError(f"it is cut or damaged: {error}") from error


def _differs(found: Sum, promised: Sum) -> str:
    if found.rows != promised.rows:
        return f"{found.rows} rows are not the {promised.rows} that were sealed"
    return f"digest {found.digest.hex()[:16]} is not the sealed {promised.digest.hex()[:16]}"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
