"""Show what a text holds once its wrappings are taken off, layer by layer and with a limit on all of it."""

import base64
import binascii
import html
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import unquote

_INFLATED_MAX = 64 * 1024
_SHORTEST = 8

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
_QUOTED = re.compile(r"=([0-9A-F]{2})")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_BASE64_LINES = re.compile(r"(?:[A-Za-z0-9+/_-]{20,}\s*\n\s*)+[A-Za-z0-9+/_-]+={0,2}")
_BASE32 = re.compile(r"[A-Z2-7]{16,}={0,6}")
_HEX_CUE = re.compile(r"(?:[0-9a-fA-F]{2}[ :,x\\]{0,2}){8}")
_HEX = re.compile(r"(?:(?:0x|\\x)?[0-9a-fA-F]{2}[ :,]?){8,}")
_HEX_ALONE = re.compile(r"[0-9a-f-]+|[0-9A-F-]+")
_SEPARATORS = re.compile(r"[/_-]+")
_HEX_NOISE = re.compile(r"0x|[^0-9a-fA-F]")


def unwrapped(text: str) -> Iterator[str]:
    """Yield what one layer of wrapping hides."""
    yield from _spelled_out(text)
    runs = _BASE64.findall(text)
    for run in runs:
        if _HEX_ALONE.fullmatch(run):
            continue  # read as base64, sixteen letters spell no text
        yield from _base64_or_parts(run)
        for found in _BASE32.finditer(run):
            yield from _readable(_base32, found[0])
    if runs and "\n" in text:
        for found in _BASE64_LINES.finditer(text):
            yield from _readable(_base64, "".join(found[0].split()))
    if _HEX_CUE.search(text):
        for found in _HEX.finditer(text):
            yield from _readable(_hex, found[0])


def _spelled_out(text: str) -> Iterator[str]:
    if not text.isascii():
        yield _plain(text)
    if "%" in text and _PERCENT.search(text):
        yield unquote(text, errors="replace")
    if "&" in text and ";" in text:
        yield html.unescape(text)
    if "\\" in text:
        yield (
            _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
            .encode("utf-8", "replace")
            .decode()
        )
    if "=" in text and _QUOTED.search(text):
        yield _QUOTED.sub(lambda found: chr(int(found[1], 16)), text.replace("=\n", ""))


def _plain(text: str) -> str:
    """Letters and digits as everybody writes them, without what no eye sees."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.digit(letter, letter))
        for letter in folded
        if unicodedata.category(letter) not in ("Cf", "Mn", "Me", "Co", "Cn")
        and letter not in "\u115f\u1160\u3164\uffa0\u2800"
    )


def _base64_or_parts(run: str) -> Iterator[str]:
    whole = list(_readable(_base64, run))
    yield from whole
    if not whole:
        for part in _SEPARATORS.split(run):
            if len(part) >= 12:
                yield from _readable(_base64, part)


def _readable(decode: Callable[[str], bytes], run: str) -> Iterator[str]:
    try:
        data = decode(run)
    except (binascii.Error, ValueError):
        return
    if data[:2] in (b"\x1f\x8b", b"x\x9c", b"x\x01", b"x\xda"):
        try:
            data = zlib.decompressobj(47).decompress(data, _INFLATED_MAX)
        except zlib.error:
            return
    try:
        text = data.replace(b"\x00", b"").decode("utf-8")
    except UnicodeDecodeError:
        return
    printable = sum(letter.isprintable() or letter.isspace() for letter in text)
    if len(text) >= _SHORTEST and printable >= 0.95 * len(text):
        yield text


def _base64(run: str) -> bytes:
    run = run.rstrip("=").replace("-", "+").replace("_", "/")
    # One letter left over encodes nothing; it belongs to what was written around the run.
    run = run[:-1] if len(run) % 4 == 1 else run
    return base64.b64decode(run + "=" * (-len(run) % 4), validate=True)


def _base32(run: str) -> bytes:
    run = run.rstrip("=")
    return base64.b32decode(run + "=" * (-len(run) % 8))


def _hex(run: str) -> bytes:
    digits = _HEX_NOISE.sub("", run)
    return bytes.fromhex(digits)
