"""No byte of a bundle can change: all of them tried on a small one, many of them on a large one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autobiz_gates.evidence import (
    Envelope,
    EvidenceError,
    by_id,
    generate_key,
    open_bundle,
    read_envelope,
    signed,
    verify_envelope,
    write_envelope,
)

from ...evidence_cases import COMMIT, bundled, tallied

pytestmark = [pytest.mark.priority("P0"), pytest.mark.negative]

KEY, OTHER = generate_key(), generate_key()
ALLOWED = by_id([KEY.public])
SMALL, _ = bundled(KEY)
LARGE, _ = bundled(KEY, tallies=tallied(*((f"test_{n}.py::test_it[{n}]", "pass") for n in range(2000))))


def believed(data: bytes) -> bool:
    try:
        open_bundle(data, ALLOWED)
    except EvidenceError:
        return False
    return True


def test_every_change_of_one_byte_of_an_envelope_is_found() -> None:
    """At every place of the smallest envelope, each of the 255 other bytes makes it refused."""
    data = write_envelope(signed(Envelope(payload_type="t", payload=b"{}"), KEY))

    def verified(changed: bytes) -> bool:
        try:
            verify_envelope(read_envelope(changed), "t", ALLOWED)
        except EvidenceError:
            return False
        return True

    assert verified(data)
    taken = [
        (place, byte)
        for place in range(len(data))
        for byte in range(256)
        if byte != data[place] and verified(b"%b%c%b" % (data[:place], byte, data[place + 1 :]))
    ]

    assert taken == []


def test_every_changed_bit_of_a_bundle_is_found() -> None:
    """At every place of a whole bundle, each of its eight bits turned over makes it refused."""
    assert believed(SMALL)
    taken = [
        (place, bit)
        for place in range(len(SMALL))
        for bit in range(8)
        if believed(b"%b%c%b" % (SMALL[:place], SMALL[place] ^ (1 << bit), SMALL[place + 1 :]))
    ]

    assert taken == []


def test_every_cut_and_every_lost_byte_is_found() -> None:
    """No beginning of a bundle, none without one of its bytes and none with a byte doubled is believed."""
    for place in range(len(SMALL)):
        assert not believed(SMALL[:place])
        assert not believed(SMALL[:place] + SMALL[place + 1 :])
        assert not believed(SMALL[: place + 1] + SMALL[place:])


@given(place=st.integers(0, len(LARGE) - 1), change=st.integers(1, 255))
@settings(max_examples=200)
def test_changes_of_a_large_bundle_are_found(place: int, change: int) -> None:
    """Wherever a bundle with two thousand cases is changed, it is refused."""
    assert not believed(LARGE[:place] + bytes([LARGE[place] ^ change]) + LARGE[place + 1 :])


def test_another_signer_is_refused() -> None:
    """The same statement under a key that is not allowed is not evidence."""
    with pytest.raises(EvidenceError, match="not among the allowed keys"):
        open_bundle(bundled(OTHER)[0], ALLOWED)


def test_a_second_signature_is_refused() -> None:
    """A bundle has one signer even if both are allowed, so that its bytes cannot be added to."""
    data = write_envelope(signed(read_envelope(SMALL), OTHER))

    with pytest.raises(EvidenceError, match="a bundle has one"):
        open_bundle(data, by_id([KEY.public, OTHER.public]))


def test_the_bundle_says_what_was_signed() -> None:
    """What comes out is what went in."""
    bundle = open_bundle(SMALL, ALLOWED)

    assert (bundle.statement.commit, bundle.statement.decision) == (COMMIT, "open")
    assert bundle.keyid == KEY.public.id
