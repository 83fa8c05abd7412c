"""The append-only file of a run: one JSON line an entry, one writer a file, torn tails survived."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from .entry import LEDGER_SCHEMA, Header, Line
from .errors import LedgerError

LINE_BYTES_MAX = 64 * 1024 * 1024
SHARDS_MAX = 10_000
# What somebody names by mistake (a home, a whole disk) is told, and not read for hours.
_ENTRIES_MAX = 100_000
# What decoding raises of bytes that are not what they should be.
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class LedgerWriter:
    """Appends whole lines to one file of its own; a line is either there or torn, never half believed."""

    def __init__(self, path: Path, header: Header) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644)
        except FileExistsError:
            raise LedgerError(
                f"{path}: exists already, and a ledger is never written by two. Name a new file."
            ) from None
        self.path = path
        self.append(header)

    def append(self, line: Line) -> None:
        """Write one line with one system call; a full disk raises OSError and leaves at most a torn tail."""
        data = _encoder.encode(line) + b"\n"
        written = os.write(self._fd, data)
        while written < len(data):
            written += os.write(self._fd, data[written:])

    def close(self) -> None:
        """Flush to the disk and end."""
        if self._fd >= 0:
            os.fsync(self._fd)
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Torn:
    """Stands where a writer died in the middle of its last line."""

    path: Path
    line: int


def ledger_files(sources: Iterable[Path]) -> list[Path]:
    """The ledger files under the named files and folders, each once, in name order."""
    found: dict[Path, None] = {}
    for source in sources:
        try:
            found.update(dict.fromkeys(_ledgers_under(source)))
        except OSError as error:
            raise unreadable(source, error) from None
    return list(found)


def _ledgers_under(source: Path) -> list[Path]:
    if not source.is_dir():
        if not source.exists():
            raise LedgerError(f"{source}: no such ledger. Name the folder or file that --gate-ledger wrote.")
        return [source.resolve()]
    inside = []
    looked_at = 0
    for folder, folders, files in os.walk(source, onerror=_raised):
        looked_at += len(folders) + len(files)
        if looked_at > _ENTRIES_MAX:
            words = f"has more than {_ENTRIES_MAX} files and folders; name those that hold the ledgers"
            raise LedgerError(f"{source}: {words}")
        inside += [Path(folder, name) for name in files if name.endswith(".jsonl")]
    if not inside:
        raise LedgerError(f"{source}: no ledger (*.jsonl) in this folder. Did the run write elsewhere?")
    return [path.resolve() for path in sorted(inside)]


def _raised(error: OSError) -> None:
    raise error


def read_lines(path: Path) -> Iterator[Line | Torn]:
    """The lines of one file, header first. Only a torn last line is forgiven; all else foreign raises."""
    headed = False
    for number, raw, whole in _raw_lines(path):
        line = read_line(path, number, raw, torn=not whole)
        if isinstance(line, Torn):
            yield line
            return
        check_order(path, number, line, headed=headed)
        headed = True
        yield line


def read_line(path: Path, number: int, raw: bytes, *, torn: bool = False) -> Line | Torn:
    """One line; what cannot be read is forgiven only where a writer may have died in it."""
    try:
        return _decoder.decode(raw)
    except NOT_JSON as error:
        if not torn:
            raise LedgerError(_explain(path, number, raw, error)) from None
        return Torn(path=path, line=number)


def check_order(path: Path, number: int, line: object, *, headed: bool) -> None:
    """A header of our schema comes first, and never again."""
    if isinstance(line, Header):
        _check_header(path, number, line, headed=headed)
    elif not headed:
        raise LedgerError(f"{path}:1: a ledger begins with its header, not with a {_kind(line)} line.")


def unreadable(path: Path, error: OSError) -> LedgerError:
    """What the system said about a file that cannot be read."""
    return LedgerError(f"{path}: cannot be read: {error.strerror or error}.")


def _raw_lines(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    try:
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(LINE_BYTES_MAX):
                number += 1
                whole = raw.endswith(b"\n")
                if not whole and len(raw) >= LINE_BYTES_MAX:
                    raise LedgerError(
                        f"{path}:{number}: a line of over {LINE_BYTES_MAX} bytes is not a ledger's."
                    )
                yield number, raw, whole
    except OSError as error:
        raise unreadable(path, error) from None


def _check_header(path: Path, number: int, line: Header, *, headed: bool) -> None:
    if headed:
        raise LedgerError(
            f"{path}:{number}: a second header; two ledgers were joined by hand. Name them apart."
        )
    if line.schema != LEDGER_SCHEMA:
        raise LedgerError(_foreign(path, line.schema))
    shard = line.shard
    if shard is not None and not 1 <= shard.index <= shard.count <= SHARDS_MAX:
        raise LedgerError(
            f"{path}:1: shard {shard.index} of {shard.count}: shards count from 1 to {SHARDS_MAX} at most. "
            "The file was changed after it was written."
        )


def _foreign(path: Path, schema: str) -> str:
    return (
        f"{path}:1: written in schema {schema!r}, but this program reads {LEDGER_SCHEMA!r}. "
        "Evaluate it with the version of autobiz that wrote it."
    )


def _explain(path: Path, number: int, raw: bytes, error: Exception) -> str:
    if number == 1:
        try:
            peek = msgspec.json.decode(raw)
        except NOT_JSON:
            return f"{path}:1: not a ledger: the first line is not JSON."
        schema = peek.get("schema") if isinstance(peek, dict) else None
        if isinstance(schema, str) and schema != LEDGER_SCHEMA:
            return _foreign(path, schema)
    return f"{path}:{number}: not a ledger line: {error}. The file was changed after it was written."


def _kind(line: object) -> str:
    return str(type(line).__struct_config__.tag) if isinstance(line, msgspec.Struct) else "foreign"
