"""What is unpacked of compressed bytes: how far, from where, and when a sign is believed to be one."""

import bz2
import gzip
import lzma
import random
import zlib
from collections.abc import Callable

import pytest

from autobiz_oracles import unpacking
from autobiz_oracles.unpacking import Unpacked, holds_packed, inflates, looks_packed, unpacked

from .test_packed import deflated

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("INV-04", "P1-TR05")]

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "deflate": zlib.compress,
}
LIMIT = 1000
MEGABYTE = 1024 * 1024


def parts(data: bytes, bytes_max: int = LIMIT) -> list[Unpacked]:
    return list(unpacked(data, bytes_max))


@pytest.mark.parametrize("limit", [LIMIT, LIMIT + 1])
@pytest.mark.parametrize("how", PACK)
def test_the_limit_itself_is_unpacked_and_no_byte_more(how: str, limit: int) -> None:
    """As many bytes as are allowed are handed out without complaint; one more is cut off and told."""
    whole, more = (PACK[how](b"a" * size) for size in (limit, limit + 1))
    assert parts(whole, limit) == [Unpacked(how=how, data=b"a" * limit)]
    told = f"a compressed part holds more than {limit} bytes"
    assert parts(more, limit) == [Unpacked(how=how, data=b"a" * limit, problem=told)]


class Counting:
    """An unpacker that adds up what it hands out."""

    out = 0

    def __init__(self) -> None:
        self._inner = bz2.BZ2Decompressor()

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        found = self._inner.decompress(data, max_length)
        Counting.out += len(found)
        return found


@pytest.mark.negative
@pytest.mark.parametrize("sizes", [[5000], [600, 5000], [600, 399, 5000], [999, 1, 5000]])
def test_a_bomb_is_unpacked_one_byte_beyond_the_limit(
    sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That there is too much is known from the first byte too many, whichever member it is in."""
    monkeypatch.setattr(unpacking, "_FORMS", ((b"BZh", "bzip2", Counting),))
    monkeypatch.setattr(Counting, "out", 0)
    found = parts(b"".join(bz2.compress(b"a" * size) for size in sizes))
    assert [(one.how, len(one.data)) for one in found] == [("bzip2", LIMIT)]
    assert Counting.out == LIMIT + 1


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, deflated])
def test_what_repeats_from_far_is_read(pack: Callable[[bytes], bytes]) -> None:
    """A stream may point back over all of the 32 KiB that its form allows."""
    noise = random.Random(5).randbytes(32_000) * 3
    assert parts(pack(noise), MEGABYTE)[-1].data == noise
    assert holds_packed(pack(noise))


@pytest.mark.parametrize("how", ["gzip", "bzip2", "xz"])
def test_members_share_one_limit(how: str) -> None:
    """What follows in the same stream is read on, up to what is left of the limit."""
    half = PACK[how](b"a" * 600)
    assert parts(half + PACK[how](b"b" * 400))[0] == Unpacked(how=how, data=b"a" * 600 + b"b" * 400)
    over = parts(half + PACK[how](b"b" * 401))[0]
    assert (len(over.data), over.problem) == (LIMIT, "a compressed part holds more than 1000 bytes")


@pytest.mark.negative
def test_members_are_counted() -> None:
    """Sixty-four members are read; what comes behind them might be anything, and that is told."""
    for members, problem in ((64, ""), (65, "a compressed part has more than 64 members")):
        first, *_ = parts(b"".join([gzip.compress(b"a")] * members))
        assert (first.data, first.problem) == (b"a" * 64, problem)


@pytest.mark.negative
@pytest.mark.parametrize("how", PACK)
def test_what_is_cut_off_is_told_with_what_was_readable(how: str) -> None:
    """Half a stream is no whole one, and what stands in that half was seen."""
    noise = bytes(number * number % 251 for number in range(900))
    (part,) = parts(PACK[how](noise)[:-4])
    assert part.problem == "a compressed part is cut off"
    assert part.data == noise


@pytest.mark.negative
@pytest.mark.parametrize("how", ["gzip", "bzip2", "xz"])
def test_a_sign_at_the_beginning_is_sure_and_one_inside_may_be_chance(how: str) -> None:
    """A body that begins as a stream and is none is told; a sign somewhere inside means nothing by itself."""
    sign = PACK[how](b"")[:3] if how != "xz" else b"\xfd7zXZ\x00"
    broken = [one.problem for one in parts(sign + b"\xff" * 20)]
    assert broken == ["a compressed part is broken"]
    assert parts(b"some words and " + sign + b"\xff" * 20) == []


def test_what_follows_a_sign_inside_is_found_and_cut_at_its_end() -> None:
    """A gzipped part behind headers is read wherever it begins, and the words behind it are none of it."""
    assert parts(b"some headers: x\r\n" + gzip.compress(b"inside") + b"words") == [
        Unpacked(how="gzip", data=b"inside")
    ]


@pytest.mark.negative
def test_a_bare_stream_is_believed_when_it_is_whole() -> None:
    """Nothing marks bare deflate: whole it is read, cut off or over the limit it is taken for noise."""
    bare = deflated(b"words " * 100)
    assert parts(bare) == [Unpacked(how="deflate", data=b"words " * 100)]
    assert parts(bare[:-3]) == []
    assert parts(bare, 599) == []


@pytest.mark.negative
@pytest.mark.parametrize("data", [zlib.compress(b"")[:2] + b"\xff" * 9, b"plain words, nothing else"])
def test_noise_and_words_hold_nothing(data: bytes) -> None:
    """A chance sign of deflate, and readable text, are no stream."""
    assert parts(data) == []
    assert not inflates(data)
    assert not holds_packed(data)


@pytest.mark.negative
def test_trying_has_a_limit_of_its_own() -> None:
    """Whether a bare stream is one is tried up to a megabyte and no further."""
    assert inflates(deflated(b"a" * MEGABYTE))
    assert not inflates(deflated(b"a" * (MEGABYTE + 1)))


def test_what_holds_something_packed_is_known_by_it() -> None:
    """Any part with something in it counts, and an empty stream does not."""
    assert holds_packed(b"x " + gzip.compress(b"a"))
    assert not holds_packed(gzip.compress(b""))


@pytest.mark.parametrize(
    ("data", "is_worth_it"),
    [
        *((pack(b"a"), True) for pack in PACK.values()),
        (b"PK\x03\x04", True),
        (b"\x28\xb5\x2f\xfd", True),
        (b"head\r\n" + gzip.compress(b"a"), True),
        (b"head\r\n" + zlib.compress(b"a"), False),
        (b"head BZh", False),
        (b"words", False),
    ],
    ids=["gzip", "bzip2", "xz", "zlib", "zip", "zstd", "gzip inside", "zlib inside", "bzip2 inside", "words"],
)
def test_what_is_worth_being_handed_over_whole(data: bytes, is_worth_it: bool) -> None:
    """A sign at the beginning makes it so, and gzip's anywhere."""
    assert looks_packed(data) is is_worth_it


@pytest.mark.negative
@pytest.mark.parametrize("sign", [b"PK\x03\x04", b"\x28\xb5\x2f\xfd"])
def test_what_nobody_here_unpacks_is_told(sign: bytes) -> None:
    """Archives and newer forms are named as not read."""
    assert parts(sign + b"x")[0] == Unpacked(
        how="packed", data=b"", problem="a compressed part cannot be read"
    )
