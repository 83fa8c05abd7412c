"""Unpack compressed bytes, up to a limit: what is packed may be a thousand times as large."""

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol


class _Unpacker(Protocol):
    """What all of the library's decompressors have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What was in a compressed part, and what of it could not be read, if anything."""

    how: str
    data: bytes
    problem: str = ""


# A stream may lie anywhere in what carries it, such as a message with headers.
_GZIP = re.compile(rb"\x1f\x8b\x08")
_FORMS: tuple[tuple[bytes, str, Callable[[], _Unpacker]], ...] = (
    (b"BZh", "bzip2", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\x00", "xz", lzma.LZMADecompressor),
)
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_UNKNOWN = (b"PK\x03\x04", b"\x28\xb5\x2f\xfd")
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e]{8,}")
_MEMBERS_MAX = 64
_TRIED_BYTES_MAX = 1024 * 1024


def looks_packed(data: bytes) -> bool:
    """Whether it is worth being handed over whole."""
    return (
        data.startswith((*_UNKNOWN, *(sign for sign, _, _ in _FORMS)))
        or _ZLIB.match(data) is not None
        or _GZIP.search(data) is not None
    )


def unpacked(data: bytes, bytes_max: int) -> Iterator[Unpacked]:
    """Every compressed part; one that is cut off or broken is told with what could be read of it."""
    if data.startswith(_UNKNOWN):
        yield Unpacked(how="packed", data=b"", problem="a compressed part cannot be read")
    for sign, how, begin in _FORMS:
        if data.startswith(sign):
            yield from _stream(data, how, begin, bytes_max, is_sure=True)
    for match in _GZIP.finditer(data):
        part = data[match.start() :]
        yield from _stream(part, "gzip", _headed, bytes_max, is_sure=match.start() == 0)
    if _ZLIB.match(data):
        yield from _stream(data, "deflate", _headed, bytes_max)
    elif not _TEXT.match(data):
        # Nothing marks a bare stream, so only one that is whole is believed to be one.
        bare = _stream(data, "deflate", _raw, bytes_max)
        yield from (one for one in bare if not one.problem)


def inflates(data: bytes) -> bool:
    """Whether this is a whole deflated stream without any mark of one."""
    if _TEXT.match(data):
        return False
    return any(not one.problem for one in _stream(data, "", _raw, _TRIED_BYTES_MAX))


def holds_packed(data: bytes) -> bool:
    """Whether a part of it, at the least, can be unpacked."""
    return any(one.data for one in unpacked(data, _TRIED_BYTES_MAX))


def _headed() -> _Unpacker:
    """Of what begins with gzip's header or with zlib's, whichever it is."""
    return zlib.decompressobj(wbits=47)


def _raw() -> _Unpacker:
    return zlib.decompressobj(wbits=-15)


def _stream(
    data: bytes, how: str, begin: Callable[[], _Unpacker], bytes_max: int, *, is_sure: bool = False
) -> Iterator[Unpacked]:
    """One stream, and those that follow it. Where a sign may stand by chance, no output is no stream."""
    found, problem = b"", ""
    for _ in range(_MEMBERS_MAX):
        unpacker = begin()
        try:
            found += unpacker.decompress(data, bytes_max - len(found) + 1)
        except (zlib.error, OSError, lzma.LZMAError, ValueError, EOFError):
            problem = "a compressed part is broken"
            break
        if len(found) > bytes_max:
            problem = f"a compressed part holds more than {bytes_max} bytes"
            break
        if not unpacker.eof:
            problem = "a compressed part is cut off"
            break
        data = unpacker.unused_data
        if not data.startswith((b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ")):
            break
    else:
        problem = f"a compressed part has more than {_MEMBERS_MAX} members"
    if found or (problem and is_sure):
        yield Unpacked(how=how, data=found[:bytes_max], problem=problem)
