"""What is compressed or written in two bytes a sign is searched like everything else."""

import base64
import bz2
import gzip
import lzma
import random
import zlib
from collections.abc import Callable
from functools import partial
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_oracles import Outcome, Verdict, leaks_nothing, security
from autobiz_oracles.unfolding import Unfolding

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("INV-04", "P1-TR05")]

MEGABYTE = 1024 * 1024
MAIL = "ann@shop.example.org"
TEXT = f"a refund of 12.00 EUR was sent to {MAIL} by order of the customer"
CLEAN = "a refund of 12.00 EUR was sent by order of the customer"


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zlib_fast": lambda data: zlib.compress(data, 1),
    "zlib_best": lambda data: zlib.compress(data, 9),
    "deflate": deflated,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "second_member": lambda data: gzip.compress(b"first") + gzip.compress(data),
    "behind_headers": lambda data: b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(data),
    "gzip_in_gzip": lambda data: gzip.compress(gzip.compress(data)),
    "gzip_in_base64": lambda data: b'{"body": "' + base64.b64encode(gzip.compress(data)) + b'"}',
    "zlib_in_base64": lambda data: b"body=" + base64.b64encode(zlib.compress(data)),
    "deflate_in_base64": lambda data: base64.b64encode(deflated(data)),
    "base64_in_gzip": lambda data: gzip.compress(base64.b64encode(data)),
    "utf_16_le": lambda data: data.decode().encode("utf-16-le"),
    "utf_16_be": lambda data: data.decode().encode("utf-16-be"),
    "utf_16_mark": lambda data: data.decode().encode("utf-16"),
    "utf_16_inside": lambda data: b"\x07\x01" + data.decode().encode("utf-16-le") + b"\xff\x00",
    "utf_16_odd": lambda data: b"x" + data.decode().encode("utf-16-be"),
    "utf_16_in_base64": lambda data: base64.b64encode(data.decode().encode("utf-16-le")),
    "utf_16_in_gzip": lambda data: gzip.compress(data.decode().encode("utf-16-le")),
}


def judged(data: bytes, **more: list[str]) -> Verdict:
    return leaks_nothing({"body": data}, **more)  # type: ignore[arg-type]  # lists of texts alone are given


@pytest.mark.negative
@pytest.mark.parametrize("packing", PACKINGS)
def test_a_leak_is_seen_however_it_is_packed(packing: str) -> None:
    """Personal data in a compressed body or in UTF-16 is a leak, and its way is told."""
    verdict = judged(PACKINGS[packing](TEXT.encode()))
    assert verdict.outcome is Outcome.FAIL, verdict
    # A text too short to be worth compressing stands in an xz stream as it is.
    assert "body > " in verdict.reason or packing == "xz"
    assert "email_address" in verdict.reason


@pytest.mark.parametrize("packing", PACKINGS)
def test_what_is_clean_is_clean_however_it_is_packed(packing: str) -> None:
    """To be compressed is no fault, and what could be read whole is known to be clean."""
    verdict = judged(PACKINGS[packing](CLEAN.encode()))
    assert verdict.outcome is Outcome.PASS, verdict


@pytest.mark.parametrize("packing", ["gzip", "utf_16_le"])
def test_planted_values_are_allowed_there_too(packing: str) -> None:
    """What the trial planted may be seen in whatever form it arrives."""
    assert judged(PACKINGS[packing](TEXT.encode()), allowed=[MAIL]).outcome is Outcome.PASS


@pytest.mark.negative
def test_a_name_with_an_umlaut_is_found_in_two_bytes_a_sign() -> None:
    """A secret without a shape is looked for in what UTF-16 says, not in its bytes."""
    data = "sent to Jörg Außen by order".encode("utf-16-le")
    assert judged(data, secrets=["Jörg Außen"]).outcome is Outcome.FAIL


@pytest.mark.negative
@pytest.mark.parametrize("packing", ["gzip", "bzip2", "xz", "second_member", "gzip_in_base64"])
def test_what_is_cut_off_is_not_known_to_be_clean(packing: str) -> None:
    """Of a broken stream the rest cannot be read, so it is unknown."""
    noise = random.Random(7).randbytes(3000).hex()
    whole = PACKINGS[packing]((CLEAN + noise).encode())
    verdict = judged(whole[: len(whole) * 2 // 3])
    assert verdict.outcome is Outcome.UNKNOWN, verdict


@pytest.mark.negative
@pytest.mark.parametrize("packing", ["gzip", "zlib"])
def test_a_leak_in_the_readable_part_is_a_failure(packing: str) -> None:
    """What was found before the stream broke off is found."""
    noise = random.Random(7).randbytes(3000).hex()
    whole = PACKINGS[packing]((TEXT + noise).encode())
    assert judged(whole[: len(whole) // 2]).outcome is Outcome.FAIL
    broken = bytearray(whole)
    broken[-20:] = b"\x00" * 20
    assert judged(bytes(broken)).outcome is Outcome.FAIL


@pytest.mark.negative
@pytest.mark.parametrize("packing", ["gzip", "deflate"])
def test_a_bomb_is_unknown_and_does_not_go_off(packing: str) -> None:
    """What unpacks to more than can be looked at is unknown, and is not unpacked any further."""
    verdict = judged(PACKINGS[packing](b" " * (64 * MEGABYTE)))
    assert verdict.outcome is (Outcome.PASS if packing == "deflate" else Outcome.UNKNOWN), verdict


@pytest.mark.negative
@pytest.mark.parametrize("packing", ["gzip", "zlib", "deflate", "bzip2", "xz"])
def test_a_bomb_of_any_packing_is_cut_at_the_limit(packing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same holds of each form at a limit that takes a sixteenth of the time to look through."""
    monkeypatch.setattr(security, "Unfolding", partial(Unfolding, bytes_max=MEGABYTE))
    verdict = judged(PACKINGS[packing](b" " * (4 * MEGABYTE)))
    assert verdict.outcome is (Outcome.PASS if packing == "deflate" else Outcome.UNKNOWN), verdict


@pytest.mark.negative
@pytest.mark.parametrize("sign", [b"PK\x03\x04" + b"\x00" * 30, b"\x28\xb5\x2f\xfd" + b"\x00" * 30])
def test_what_nobody_here_can_unpack_is_unknown(sign: bytes) -> None:
    """Archives and newer forms are told as not looked at."""
    assert "cannot be read" in judged(sign).reason
    assert judged(sign).outcome is Outcome.UNKNOWN


@pytest.mark.negative
@pytest.mark.parametrize("members", [3, 63, 65])
def test_members_beyond_the_bound_are_not_passed_over(members: int) -> None:
    """A stream of more members than are read is unknown: what comes behind may be anything."""
    verdict = judged(b"".join(gzip.compress(CLEAN.encode(), mtime=number) for number in range(members)))
    assert verdict.outcome is (Outcome.PASS if members < 64 else Outcome.UNKNOWN), verdict


@pytest.mark.parametrize("packing", ["gzip", "zlib", "bzip2", "xz"])
def test_signs_of_other_codings_in_a_compressed_body_mean_nothing(packing: str) -> None:
    """A body with every byte in it, percent and plus signs too, is read as what it is."""
    words = random.Random(3).choices(CLEAN.split(), k=20_000)
    whole = PACKINGS[packing](" ".join(words).encode())
    assert {*b"%+"} <= set(whole)
    verdict = judged(whole)
    assert verdict.outcome is Outcome.PASS, verdict


@pytest.mark.negative
def test_url_encoding_around_a_compressed_body_is_read() -> None:
    """Beside a compressed part, and around one, percent signs are what they are."""
    body = gzip.compress(TEXT.encode())
    assert judged(quote_from_bytes(body).encode()).outcome is Outcome.FAIL
    beside = b"POST /?to=" + MAIL.replace("@", "%40").encode() + b" HTTP/1.1\r\n\r\n"
    assert judged(beside + gzip.compress(CLEAN.encode())).outcome is Outcome.FAIL


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(data: bytes) -> None:
    """Whatever the bytes are, the oracle answers, and never raises."""
    for prefix in (b"", b"\x1f\x8b\x08", b"x\x9c", b"BZh9", b"\xfd7zXZ\x00", b"\xff\xfe"):
        assert "raised" not in judged(prefix + data).reason
