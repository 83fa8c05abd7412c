"""Ed25519 keys: made, read, named by the hash of their public part; never shown."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .errors import EvidenceError, KeyFileError

FILE_BYTES_MAX: Final = 16_384
SIGNATURE_BYTES: Final = 64
# A key of a wrong length for its algorithm comes out of OpenSSL as an internal error.
_UNREADABLE: Final = (ValueError, UnsupportedAlgorithm, InternalError)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """Who may have signed; `id` is the SHA-256 of the key's SubjectPublicKeyInfo."""

    id: str
    pem: bytes = field(repr=False)
    _key: Ed25519PublicKey = field(repr=False, compare=False)

    def verify(self, signature: bytes, message: bytes, where: str) -> None:
        """Raise unless this key signed exactly this message."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            raise EvidenceError(where, f"is no signature of key {self.id[:16]} over this content") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """Who signs. The private part stays inside."""

    public: PublicKey
    _key: Ed25519PrivateKey = field(repr=False, compare=False)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def pem(self, passphrase: bytes | None = None) -> bytes:
        """PKCS#8, encrypted where a passphrase is given."""
        how: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase is not None:
            how = serialization.BestAvailableEncryption(passphrase)
        return self._key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)


def generate_key() -> SigningKey:
    """Return a new key of the system's randomness."""
    return _signing(Ed25519PrivateKey.generate())


def read_signing_key(pem: bytes, name: str, passphrase: bytes | None = None) -> SigningKey:
    """Read a private key; `name` is what messages call its source."""
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except TypeError:
        words = "is not encrypted; leave the passphrase out" if passphrase else "needs its passphrase"
        raise KeyFileError(f"{name}: {words}") from None
    except _UNREADABLE:
        words = "a wrong passphrase, or not a private key" if passphrase else "not a private key"
        raise KeyFileError(f"{name}: {words} in PEM (PKCS#8); `gate keygen` makes one") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{name}: not an Ed25519 key; `gate keygen` makes one")
    return _signing(key)


def read_public_key(pem: bytes, name: str) -> PublicKey:
    """Read a public key; `name` is what messages call its source."""
    if b"PRIVATE KEY" in pem:
        raise KeyFileError(f"{name}: a private key; whoever verifies needs only the public one (.pub)")
    try:
        key = serialization.load_pem_public_key(pem)
    except _UNREADABLE:
        raise KeyFileError(
            f"{name}: not a public key in PEM; `gate keygen` writes one beside the private"
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{name}: not an Ed25519 key; `gate keygen` makes one")
    return _public(key)


def write_key_pair(key: SigningKey, path: Path, passphrase: bytes | None = None) -> Path:
    """Write the private key, readable by its owner alone from the first moment, and `.pub` beside it."""
    public = path.with_name(path.name + ".pub")
    for place in (path, public):
        if place.exists():
            raise KeyFileError(f"{place}: exists already, and keys are never overwritten; name another file")
    _write_new(path, key.pem(passphrase), 0o600)
    _write_new(public, key.public.pem, 0o644)
    return public


def key_bytes(path: Path) -> bytes:
    """Return a key file's content; what is too large to be a key is refused."""
    with path.open("rb") as file:
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise KeyFileError(f"{path}: larger than {FILE_BYTES_MAX} bytes, which no key is")
    return content


def by_id(keys: Iterable[PublicKey]) -> dict[str, PublicKey]:
    """Return the allowlist as verifiers look it up."""
    return {key.id: key for key in keys}


def _signing(key: Ed25519PrivateKey) -> SigningKey:
    return SigningKey(public=_public(key.public_key()), _key=key)


def _public(key: Ed25519PublicKey) -> PublicKey:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    der = key.public_bytes(serialization.Encoding.DER, form)
    return PublicKey(
        id=sha256(der).hexdigest(), pem=key.public_bytes(serialization.Encoding.PEM, form), _key=key
    )


def _write_new(path: Path, content: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
