"""Check signatures, in constant time and over the bytes as they came; an empty secret checks nothing."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from .verdicts import Why


def hmac_sha256(secret: bytes, message: bytes) -> bytes:
    return hmac.new(secret, message, hashlib.sha256).digest()


def signed_by_any(secrets: Sequence[bytes], message: bytes, given: Iterable[bytes]) -> Why | None:
    """Say whether one of the signatures is that of one of the secrets; while they rotate there are two."""
    if not secrets or not all(secrets):
        return Why.UNCONFIGURED
    signatures = list(given)
    if not signatures:
        return Why.MISSING
    ours = [hmac_sha256(secret, message) for secret in secrets]
    # Every pair is compared, so that the time tells nothing about which it was.
    agree = [hmac.compare_digest(one, other) for one in ours for other in signatures]
    return None if any(agree) else Why.WRONG


def signed_by_key(key_base64: str, message: bytes, signature_base64: str) -> Why | None:
    """Say whether an ECDSA signature is that of a public key, given without armour."""
    try:
        key = load_der_public_key(base64.b64decode(key_base64, validate=True))
    except (ValueError, binascii.Error):
        return Why.UNCONFIGURED
    if not isinstance(key, EllipticCurvePublicKey):
        return Why.UNCONFIGURED
    if not signature_base64:
        return Why.MISSING
    signature = of_base64(signature_base64)
    if signature is None:
        return Why.MALFORMED
    try:
        key.verify(signature, message, ECDSA(SHA256()))
    except InvalidSignature:
        return Why.WRONG
    return None


def of_hex(text: str) -> bytes | None:
    """Read a digest in hexadecimal digits; None if it is anything else."""
    if len(text) != 64 or not text.isascii():
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def of_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
