"""The envelope: what is signed, and that it has one form only."""

import base64
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from autobiz_gates.evidence import (
    Envelope,
    EvidenceError,
    by_id,
    generate_key,
    pae,
    read_envelope,
    signed,
    verify_envelope,
    write_envelope,
)

pytestmark = pytest.mark.priority("P0")

KEY, OTHER = generate_key(), generate_key()
PLAIN = Envelope(payload_type="text/x-test", payload=b"\x00hello \xff")
WRITTEN = write_envelope(signed(PLAIN, KEY))


@pytest.mark.parametrize(
    ("kind", "payload", "encoded"),
    [
        (
            "http://example.com/HelloWorld",
            b"hello world",
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world",
        ),
        ("", b"", b"DSSEv1 0  0 "),
        ("ä", b"\n", b"DSSEv1 2 \xc3\xa4 1 \n"),
        ("a 1", b"b", b"DSSEv1 3 a 1 1 b"),
        ("a", b"1 b", b"DSSEv1 1 a 3 1 b"),
    ],
)
def test_what_is_signed_has_both_lengths_in_bytes(kind: str, payload: bytes, encoded: bytes) -> None:
    """The protocol's own example, and the cases in which a length keeps two messages apart."""
    assert pae(kind, payload) == encoded


def test_another_reader_of_the_standard_can_verify() -> None:
    """JSON, base64 and Ed25519 by hand come to the same answer as our reader."""
    value = json.loads(WRITTEN)
    payload = base64.b64decode(value["payload"])
    (one,) = value["signatures"]

    public = load_pem_public_key(KEY.public.pem)

    message = b"DSSEv1 11 text/x-test %d " % len(payload) + payload
    public.verify(base64.b64decode(one["sig"]), message)  # type: ignore[union-attr,call-arg]  # it is Ed25519
    assert payload == PLAIN.payload


def test_what_is_written_is_read_back_to_the_same_bytes() -> None:
    """Reading and writing an envelope again gives the file it came from."""
    assert write_envelope(read_envelope(WRITTEN)) == WRITTEN


def test_signatures_have_one_order_whoever_signs_first() -> None:
    """Two signers give the same bytes in either order."""
    first, second = signed(signed(PLAIN, KEY), OTHER), signed(signed(PLAIN, OTHER), KEY)

    assert write_envelope(first) == write_envelope(second)
    verify_envelope(first, PLAIN.payload_type, by_id([KEY.public, OTHER.public]))


@pytest.mark.negative
def test_nobody_signs_twice() -> None:
    """A key that has signed is refused a second signature."""
    with pytest.raises(EvidenceError, match="has signed already"):
        signed(signed(PLAIN, KEY), KEY)


@pytest.mark.negative
@pytest.mark.parametrize("order", [(0, 0), (1, 0), (0, 1, 1)])
def test_a_signature_given_twice_or_out_of_order_is_refused(order: tuple[int, ...]) -> None:
    """One approver's signature written down twice does not pass for two approvers."""
    both = signed(signed(PLAIN, KEY), OTHER)
    changed = replace(both, signatures=tuple(both.signatures[index] for index in order))

    with pytest.raises(EvidenceError, match="sorted by keyid, and one for each key"):
        read_envelope(write_envelope(changed))


@pytest.mark.negative
def test_every_signer_must_be_allowed() -> None:
    """One good signature does not excuse another of a key that nobody allowed, and none is not enough."""
    both = signed(signed(PLAIN, KEY), OTHER)

    with pytest.raises(EvidenceError, match="not among the allowed keys"):
        verify_envelope(both, PLAIN.payload_type, by_id([KEY.public]))
    with pytest.raises(EvidenceError, match="there is none"):
        verify_envelope(PLAIN, PLAIN.payload_type, by_id([KEY.public]))


@pytest.mark.negative
def test_a_signature_does_not_move_to_another_type() -> None:
    """What was signed as an override cannot be presented as evidence."""
    with pytest.raises(EvidenceError, match="payloadType"):
        verify_envelope(read_envelope(WRITTEN), "text/other", by_id([KEY.public]))


@pytest.mark.negative
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'{"payload":', b'{ "payload":', "canonical"),
        (b'"signatures":', b'"\\u0073ignatures":', "canonical"),
        (b'{"payload":', b'{"payload":"","payload":', "canonical"),
        (b'{"payload":', b'{"a":1,"payload":', "unknown field 'a'"),
        (b'"keyid":', b'"a":1,"keyid":', "unknown field 'a'"),
        (b'"payloadType":"text/x-test",', b"", "no field 'payloadType'"),
        (b'"text/x-test"', b"7", "must be text"),
        (b'"keyid":"', b'"keyid":"\\u001b', "is not a SHA-256"),
        (b"}]}\n", b"}]}", "newline"),
        (b"}]}\n", b"}]}\n\n", "canonical"),
        (b"}]}\n", b"}]}\r\n", "canonical"),
        (b"}]}\n", b"}]}{}\n", "not JSON"),
        (b'"signatures":[{', b'"signatures":[],"z":[{', "unknown field 'z'"),
    ],
)
def test_the_file_has_one_form(old: bytes, new: bytes, words: str) -> None:
    """Spaces, escapes, doubled, foreign and absent fields, and anything after the end are refused."""
    assert WRITTEN.count(old) == 1

    with pytest.raises(EvidenceError, match=words):
        read_envelope(WRITTEN.replace(old, new))


@pytest.mark.negative
@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("AA==", ""),
        ("AB==", "one base64 form"),
        ("AA", "not base64"),
        ("AA=", "not base64"),
        ("A A==", "not base64"),
        ("AA==\\n", "not base64"),
        ("_w==", "not base64"),
        ("ä", "not base64"),
    ],
)
def test_base64_has_one_form(payload: str, words: str) -> None:
    """Of all texts that a forgiving reader takes for the same bytes only one is accepted."""
    value = json.loads(WRITTEN)
    value["payload"] = payload.replace("\\n", "\n")
    data = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"

    if not words:
        assert read_envelope(data).payload == b"\0"
        return
    with pytest.raises(EvidenceError, match=words):
        read_envelope(data)


@pytest.mark.negative
@pytest.mark.parametrize("data", [b"", b"\n", b"null\n", b"[]\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n"])
def test_what_is_no_envelope_is_refused(data: bytes) -> None:
    """Empty, foreign and hostile files are refused, never an error of our own."""
    with pytest.raises(EvidenceError):
        read_envelope(data)
