"""Know who decides: a person signs the decision itself, so that a stolen request decides nothing else."""

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from autobiz_kernel.canonical import JsonValue, canonical
from autobiz_kernel.errors import KernelError

from .request import Verdict


class IdentityError(KernelError):
    """It is not shown who decides."""


class Via(StrEnum):
    """How a decision came."""

    SIGNED = "signed"
    SLACK = "slack"
    BEARER = "bearer"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person of the configuration, and how we know."""

    name: str
    groups: tuple[str, ...]
    via: Via


def signed_decision(
    key: Ed25519PrivateKey,
    *,
    tenant: UUID,
    approval_id: UUID,
    fingerprint: bytes,
    verdict: Verdict,
    reason: str,
    is_override: bool = False,
) -> str:
    """Sign a decision; the signature is over what is decided, the call's arguments included."""
    words = _words(tenant, approval_id, fingerprint, verdict, reason, is_override=is_override)
    return base64.b64encode(key.sign(words)).decode()


def verify_signed(
    signature: str,
    public_key: str,
    *,
    tenant: UUID,
    approval_id: UUID,
    fingerprint: bytes,
    verdict: Verdict,
    reason: str,
    is_override: bool = False,
) -> None:
    """Raise unless the holder of the key has signed this very decision."""
    try:
        public_key_of(public_key).verify(
            base64.b64decode(signature, validate=True),
            _words(tenant, approval_id, fingerprint, verdict, reason, is_override=is_override),
        )
    except (binascii.Error, ValueError, InvalidSignature) as error:
        raise IdentityError("the signature is not of this person over this decision") from error


def public_key_of(text: str) -> Ed25519PublicKey:
    """Read a key as the configuration has it: its 32 bytes in base64. Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def _words(
    tenant: UUID, approval_id: UUID, fingerprint: bytes, verdict: Verdict, reason: str, *, is_override: bool
) -> bytes:
    said: dict[str, JsonValue] = {
        "tenant": str(tenant),
        "approval_id": str(approval_id),
        "fingerprint": fingerprint.hex(),
        "verdict": verdict.value,
        "reason": reason,
    }
    if is_override:
        # Whoever signs as one of many has not signed to decide alone.
        said["override"] = True
    return b"autobiz.decision/1\0" + canonical(said, name="decision")
