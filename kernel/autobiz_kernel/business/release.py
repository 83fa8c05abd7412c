"""Sign a compiled business, and run nothing that is not signed by a key one trusts."""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from autobiz_kernel.canonical import canonical
from autobiz_kernel.chains import key_id
from autobiz_kernel.contract import ToolContract
from autobiz_kernel.errors import KernelError

from .compiling import Compiled, compile_business

SCHEMA: Final = "autobiz.release/1"


class ReleaseError(KernelError):
    """A release is not what somebody trusted has signed."""


def release_of(compiled: Compiled, key: Ed25519PrivateKey) -> bytes:
    """Write a release: the configuration's canonical text, its digest, and a signature over both."""
    return canonical(
        {
            "schema": SCHEMA,
            "body": compiled.body.decode(),
            "sha256": compiled.sha256.hex(),
            "key_id": key_id(key.public_key()),
            "signature": base64.b64encode(key.sign(_signed(compiled.sha256))).decode(),
        },
        name="release",
    )


def open_release(
    written: bytes, contracts: Iterable[ToolContract], *, keys: Iterable[Ed25519PublicKey]
) -> Compiled:
    """Return the business of a release that one of the keys has signed, compiled anew."""
    told = _read(written)
    trusted = {key_id(key): key for key in keys}
    key = trusted.get(told["key_id"])
    if key is None:
        raise ReleaseError(f"signed by {told['key_id']!r}, which is none of the keys that are trusted here")
    digest = hashlib.sha256(told["body"].encode()).digest()
    try:
        if told["sha256"] != digest.hex():
            raise ReleaseError("the configuration was changed after it had been signed")
        key.verify(base64.b64decode(told["signature"], validate=True), _signed(digest))
    except (binascii.Error, ValueError, InvalidSignature) as error:
        raise ReleaseError("the signature is not of this configuration") from error
    compiled = compile_business(told["body"], contracts, file="release")
    if compiled.sha256 != digest:
        raise ReleaseError(
            "compiling it gives another configuration: the kernel or its tools are not the same"
        )
    return compiled


def _read(written: bytes) -> dict[str, str]:
    try:
        told: Any = orjson.loads(written)
    except orjson.JSONDecodeError as error:
        raise ReleaseError("not a release: it is no JSON") from error
    names = ("schema", "body", "sha256", "key_id", "signature")
    if not isinstance(told, dict) or any(not isinstance(told.get(name), str) for name in names):
        raise ReleaseError(f"not a release: it lacks one of {', '.join(names)}")
    if told["schema"] != SCHEMA:
        raise ReleaseError(f"a release of another form: {told['schema'][:40]!r}, not {SCHEMA!r}")
    return told


def _signed(digest: bytes) -> bytes:
    return SCHEMA.encode() + b"\0" + digest
