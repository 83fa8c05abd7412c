"""Unfold bytes into what is in them: JSON, percent signs, base64, hexadecimal, UTF-16, compressed parts."""

import base64
import binascii
import hashlib
import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import unquote_to_bytes

from .unpacking import holds_packed, inflates, looks_packed, unpacked

DEPTH_MAX = 6
BYTES_MAX = 16 * 1024 * 1024

_BASE64 = re.compile(rb"[0-9A-Za-z+/_-]{12,}")
_FOLDED_BASE64 = re.compile(rb"[0-9A-Za-z+/]{60,76}(?:(?:\\[rn]|\r|\n)+[0-9A-Za-z+/]{1,76})+")
_HEXADECIMAL = re.compile(rb"(?:[0-9A-Fa-f]{2}){8,}[0-9A-Fa-f]?")
_PRINTABLE = re.compile(rb"[\t\n\r\x20-\x7e]{8,}")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_WIDE = (
    ("utf-16-le", re.compile(rb"(?:[\t\n\r\x20-\xff]\x00){8,}")),
    ("utf-16-be", re.compile(rb"(?:\x00[\t\n\r\x20-\xff]){8,}")),
)
_WIDE_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Some bytes, and how they were got out of those that were given."""

    data: bytes
    way: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Unfolding:
    """All layers of some bytes, each once; `unread` says why some of them were not looked at."""

    depth_max: int = DEPTH_MAX
    bytes_max: int = BYTES_MAX
    unread: list[str] = field(default_factory=list)
    _seen: set[bytes] = field(default_factory=set)
    _bytes_left: int = 0

    def layers(self, data: bytes) -> Iterator[Layer]:
        """Yield the bytes themselves and everything inside of them, outermost first."""
        self._bytes_left = self.bytes_max
        self._seen.clear()
        waiting = deque([Layer(data=data)])
        while waiting:
            layer = waiting.popleft()
            digest = hashlib.sha256(layer.data).digest()
            if digest in self._seen:
                continue
            self._seen.add(digest)
            self._bytes_left -= len(layer.data)
            if self._bytes_left < 0:
                self.unread.append(f"there is more than {self.bytes_max} bytes to look at")
                return
            yield layer
            inner = chain(_inner(layer), self._unpacked(layer))
            if len(layer.way) < self.depth_max:
                waiting.extend(inner)
            elif any(True for _ in inner):
                self.unread.append(f"something is wrapped more than {self.depth_max} times")

    def _unpacked(self, layer: Layer) -> Iterator[Layer]:
        for part in unpacked(layer.data, max(0, self._bytes_left)):
            if part.problem:
                self.unread.append(part.problem)
            if part.data:
                yield Layer(data=part.data, way=(*layer.way, part.how))


def packed_spans(data: bytes) -> Iterator[slice]:
    """Where base64 wraps something compressed: it looks random, and what it says is in a layer of its own."""
    for match in _BASE64.finditer(data):
        plain = _decoded(match[0].translate(_STANDARD))
        if holds_packed(plain):
            yield slice(*match.span())


def _inner(layer: Layer) -> Iterator[Layer]:
    # What was encoded twice as a form has its spaces as plus signs, once it is decoded.
    if layer.way[-1:] == ("url",) and b"+" in layer.data and not looks_packed(layer.data):
        yield Layer(data=layer.data.replace(b"+", b" "), way=layer.way)
    for how, data in _unfolded(layer.data):
        if data != layer.data:
            yield Layer(data=data, way=(*layer.way, how))


def _unfolded(data: bytes) -> Iterator[tuple[str, bytes]]:
    for text in _json_strings(data):
        yield "json", text
    # In what is compressed a percent sign is none, and to replace it would break what is read elsewhere.
    for text in _PRINTABLE.findall(data) if looks_packed(data) else [data]:
        if b"%" in text:
            yield "url", unquote_to_bytes(text.replace(b"+", b" "))
            yield "url", unquote_to_bytes(text)
    yield from (("utf-16", text) for text in _wide(data))
    for match in _FOLDED_BASE64.finditer(data):
        yield from (("base64", text) for text in _from_base64(re.sub(rb"\\[rn]|\s", b"", match[0])))
    for match in _BASE64.finditer(data):
        yield from (("base64", text) for text in _from_base64(match[0]))
    for match in _HEXADECIMAL.finditer(data):
        for start in range(2):
            pairs = match[0][start:]
            pairs = pairs[: len(pairs) // 2 * 2]
            yield from (("hex", text) for text in _readable(binascii.unhexlify(pairs)))


def _wide(data: bytes) -> Iterator[bytes]:
    """Text of two bytes a sign, wherever it begins."""
    if b"\x00" not in data:
        return
    coding = _WIDE_MARKS.get(data[:2])
    if coding is not None:
        yield data[2:].decode(coding, "replace").encode()
    for name, shape in _WIDE:
        for match in shape.finditer(data):
            yield match[0].decode(name, "replace").encode()


def _json_strings(data: bytes) -> Iterator[bytes]:
    """The strings of a JSON text or of JSON lines, unescaped; what is none has no strings."""
    if b'"' not in data:
        return
    for text in dict.fromkeys((data, *data.splitlines())):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        yield from _strings(value)


def _strings(value: object) -> Iterator[bytes]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                yield text.encode("utf-8", "surrogatepass")
            case dict(members):
                waiting.extend((*members.keys(), *members.values()))
            case list(items):
                waiting.extend(items)


def _from_base64(text: bytes) -> Iterator[bytes]:
    """What the text says from each of the four places at which a group may begin."""
    standard = text.translate(_STANDARD)
    for start in range(4):
        plain = _decoded(standard[start:])
        yield from _readable(plain)
        if start == 0 and inflates(plain):
            yield plain


def _decoded(text: bytes) -> bytes:
    whole = text[: len(text) - 1] if len(text) % 4 == 1 else text
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _readable(data: bytes) -> Iterator[bytes]:
    if looks_packed(data) or any(shape.search(data) for _, shape in _WIDE):
        yield data
    for match in _PRINTABLE.finditer(data):
        yield match[0]
