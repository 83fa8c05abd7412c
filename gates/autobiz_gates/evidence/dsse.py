"""The envelope: a payload, its type, and signatures over both together (DSSE 1.0)."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .canonical import canonical, exactly, read_object, text_of
from .errors import EvidenceError
from .keys import SIGNATURE_BYTES, PublicKey, SigningKey

ENVELOPE_BYTES_MAX: Final = 64 * 1024 * 1024
SIGNATURES_MAX: Final = 16
_KEYID: Final = re.compile(r"[0-9a-f]{64}")
_FIELDS: Final = frozenset({"payload", "payloadType", "signatures"})
_SIGNATURE_FIELDS: Final = frozenset({"keyid", "sig"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signer's name and what it signed with."""

    keyid: str
    sig: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A payload under signatures, which are sorted by key and never twice of one key."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...] = ()


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return what is signed: both parts with their lengths, so that no byte can move between them."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def signed(envelope: Envelope, key: SigningKey) -> Envelope:
    """Return the envelope with one signature more; a key that signed already cannot sign again."""
    if any(one.keyid == key.public.id for one in envelope.signatures):
        raise EvidenceError("signatures", f"key {key.public.id[:16]} has signed already; another one must")
    mine = Signature(keyid=key.public.id, sig=key.sign(pae(envelope.payload_type, envelope.payload)))
    return replace(
        envelope, signatures=tuple(sorted((*envelope.signatures, mine), key=lambda one: one.keyid))
    )


def write_envelope(envelope: Envelope) -> bytes:
    """Return the file's bytes: canonical JSON and one newline."""
    value = {
        "payload": _base64(envelope.payload),
        "payloadType": envelope.payload_type,
        "signatures": [{"keyid": one.keyid, "sig": _base64(one.sig)} for one in envelope.signatures],
    }
    return canonical(value, "envelope") + b"\n"


def read_envelope(data: bytes) -> Envelope:
    """Read a file that `write_envelope` wrote, byte by byte that one. Nothing is believed yet."""
    if len(data) > ENVELOPE_BYTES_MAX:
        raise EvidenceError("envelope", f"larger than {ENVELOPE_BYTES_MAX} bytes")
    if not data.endswith(b"\n"):
        raise EvidenceError("envelope", "does not end with its newline; the file was cut short or added to")
    value = read_object(data[:-1], _FIELDS, "envelope")
    given = value["signatures"]
    if not isinstance(given, list) or not 1 <= len(given) <= SIGNATURES_MAX:
        raise EvidenceError("signatures", f"must be a list of 1 to {SIGNATURES_MAX}")
    signatures = tuple(_signature(one, f"signatures[{index}]") for index, one in enumerate(given))
    names = [one.keyid for one in signatures]
    if names != sorted(set(names)):
        raise EvidenceError("signatures", "must be sorted by keyid, and one for each key")
    return Envelope(
        payload_type=text_of(value["payloadType"], "payloadType"),
        payload=_bytes(value["payload"], "payload"),
        signatures=signatures,
    )


def verify_envelope(envelope: Envelope, payload_type: str, allowed: Mapping[str, PublicKey]) -> None:
    """Raise unless every signature is of an allowed key and over this very content."""
    if envelope.payload_type != payload_type:
        raise EvidenceError("payloadType", f"is {envelope.payload_type!r}, not {payload_type!r}")
    if not envelope.signatures:
        raise EvidenceError("signatures", "there is none")
    message = pae(envelope.payload_type, envelope.payload)
    for index, one in enumerate(envelope.signatures):
        key = allowed.get(one.keyid)
        if key is None:
            raise EvidenceError(
                f"signatures[{index}]", f"signed by key {one.keyid[:16]}, which is not among the allowed keys"
            )
        key.verify(one.sig, message, f"signatures[{index}]")


def _signature(value: Any, where: str) -> Signature:
    one = exactly(value, _SIGNATURE_FIELDS, where)
    sig = _bytes(one["sig"], f"{where}.sig")
    if len(sig) != SIGNATURE_BYTES:
        raise EvidenceError(f"{where}.sig", f"has {len(sig)} bytes, not {SIGNATURE_BYTES}")
    keyid = text_of(one["keyid"], f"{where}.keyid")
    # Messages show it before anything is verified, and a terminal must not obey it.
    if not _KEYID.fullmatch(keyid):
        raise EvidenceError(f"{where}.keyid", "is not a SHA-256 in hexadecimal digits")
    return Signature(keyid=keyid, sig=sig)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(value: Any, where: str) -> bytes:
    text = text_of(value, where)
    try:
        data = base64.b64decode(text.encode("utf-8"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EvidenceError(where, f"is not base64: {error}") from None
    # The last letter of base64 has bits that mean nothing: several texts would stand for the same bytes.
    if _base64(data) != text:
        raise EvidenceError(where, "is not the one base64 form of its bytes")
    return data
