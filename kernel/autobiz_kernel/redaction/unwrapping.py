"""Show what a text holds once its wrappings are taken off, layer by layer and with a limit on all of it."""

import base64
import binascii
import html
import re
import unicodedata
import zlib
from collections.abc import Callable
from urllib.parse import unquote

_INFLATED_MAX = 64 * 1024
_SHORTEST = 8
_ODD_SHARE_MAX = 0.05
_DEFLATED = (b"\x1f\x8b", b"x\x9c", b"x\x01", b"x\xda")
# What no text holds, by the byte.
_UNPRINTED = bytes([*range(9), *range(14, 28), 127])

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
_QUOTED = re.compile(r"=([0-9A-F]{2})")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
# Letters that stand for a byte with which no letter begins.
_NO_BEGINNING = frozenset("ghijklmnopqrstuv")
_BASE64_LINES = re.compile(r"(?:[A-Za-z0-9+/_-]{20,}\s*\n\s*)+[A-Za-z0-9+/_-]+={0,2}")
_BASE32_MIN = 16
_BASE32 = re.compile(r"[A-Z2-7]{16,}={0,6}")
# Begins with a digit and not with what may stand before it, so that most places of a text are passed quickly.
_HEX = re.compile(r"[0-9a-fA-F]{2}(?:[ :,;]{0,2}(?:0x|\\x)?[0-9a-fA-F]{2}){7,}")
_HEX_ALONE = re.compile(r"[0-9a-f-]+|[0-9A-F-]+")
_SEPARATORS = re.compile(r"[/_-]+")
_HEX_NOISE = re.compile(r"0x|[^0-9a-fA-F]")


def unwrapped(text: str) -> list[str]:
    """Return what one layer of wrapping hides."""
    found = _spelled_out(text)
    runs = _BASE64.findall(text)
    for run in runs:
        if _HEX_ALONE.fullmatch(run):
            continue  # read as base64, sixteen letters spell no text
        found += _base64_or_parts(run)
        if len(run) >= _BASE32_MIN:
            for encoded in _BASE32.findall(run):
                found += _read(_base32, encoded)
    if runs and "\n" in text:
        for encoded in _BASE64_LINES.findall(text):
            found += _read(_base64, "".join(encoded.split()))
    for encoded in _HEX.findall(text):
        found += _read(_hex, encoded)
    return found


def _spelled_out(text: str) -> list[str]:
    found: list[str] = []
    if not text.isascii():
        found.append(_plain(text))
    if "%" in text and _PERCENT.search(text):
        found.append(unquote(text, errors="replace"))
    if "&" in text and ";" in text:
        found.append(html.unescape(text))
    if "\\" in text:
        spelled = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
        found.append(spelled.encode("utf-8", "replace").decode())
    if "=" in text and _QUOTED.search(text):
        found.append(_QUOTED.sub(lambda found: chr(int(found[1], 16)), text.replace("=\n", "")))
    return found


def _plain(text: str) -> str:
    """Letters and digits as everybody writes them, without what no eye sees."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.digit(letter, letter))
        for letter in folded
        if unicodedata.category(letter) not in ("Cf", "Mn", "Me", "Co", "Cn")
        and letter not in "\u115f\u1160\u3164\uffa0\u2800"
    )


def _base64_or_parts(run: str) -> list[str]:
    whole = _read_base64(run)
    if whole or not _SEPARATORS.search(run):
        return whole
    return [found for part in _SEPARATORS.split(run) if len(part) >= 12 for found in _read_base64(part)]


def _read_base64(run: str) -> list[str]:
    return [] if run[0] in _NO_BEGINNING else _read(_base64, run)


def _read(decode: Callable[[str], bytes], run: str) -> list[str]:
    """Return the text that a run spells, if it spells one."""
    try:
        data = decode(run)
        if data[:2] in _DEFLATED:
            data = zlib.decompressobj(47).decompress(data, _INFLATED_MAX)
        data = data.replace(b"\x00", b"")
        # Most of what is no text is seen before it is decoded.
        unprinted = len(data) - len(data.translate(None, _UNPRINTED))
        if len(data) < _SHORTEST or unprinted > _ODD_SHARE_MAX * len(data):
            return []
        text = data.decode("utf-8")
    except (ValueError, zlib.error):
        return []
    odd = 0 if text.isprintable() else sum(not (each.isprintable() or each.isspace()) for each in text)
    return [text] if len(text) >= _SHORTEST and odd <= _ODD_SHARE_MAX * len(text) else []


def _base64(run: str) -> bytes:
    run = run.rstrip("=").replace("-", "+").replace("_", "/")
    # One letter left over encodes nothing; it belongs to what was written around the run.
    run = run[:-1] if len(run) % 4 == 1 else run
    return binascii.a2b_base64(run + "=" * (-len(run) % 4))


def _base32(run: str) -> bytes:
    run = run.rstrip("=")
    return base64.b32decode(run + "=" * (-len(run) % 8))


def _hex(run: str) -> bytes:
    return bytes.fromhex(run if run.isalnum() and "x" not in run else _HEX_NOISE.sub("", run))
