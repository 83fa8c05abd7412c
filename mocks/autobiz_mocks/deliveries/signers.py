"""Sign deliveries as each provider does; written from its documents, not from the code that checks."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from autobiz_kernel.webhooks import Delivery


class Signer(Protocol):
    """Whoever sends in a provider's name."""

    def sign(self, body: bytes, at: datetime, *, about: Mapping[str, str]) -> Delivery:
        """Return a delivery of these bytes at this moment; `about` is what a header tells of the event."""
        ...


def written(told: Any) -> bytes:
    """Write a body as providers do: compact, and never sorted."""
    return json.dumps(told, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class StripeSigner:
    """Signs for one endpoint; with several secrets, as while they rotate, once with each."""

    secrets: tuple[str, ...]

    def sign(self, body: bytes, at: datetime, *, about: Mapping[str, str]) -> Delivery:  # noqa: ARG002  # one shape
        moment = str(int(at.timestamp()))
        digests = [
            hmac.new(each.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
            for each in self.secrets
        ]
        header = ",".join([f"t={moment}", *(f"v1={each}" for each in digests), "v0=" + "0" * 64])
        return Delivery(body=body, headers={"stripe-signature": header})


@dataclass(frozen=True, slots=True)
class ShopifySigner:
    """Signs for one shop."""

    secret: str
    shop: str

    def sign(self, body: bytes, at: datetime, *, about: Mapping[str, str]) -> Delivery:
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).digest()
        return Delivery(
            body=body,
            headers={
                "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
                "x-shopify-shop-domain": self.shop,
                "x-shopify-triggered-at": at.isoformat(),
                "x-shopify-api-version": "2026-10",
                **{f"x-shopify-{name}": value for name, value in about.items()},
            },
        )


@dataclass(frozen=True, slots=True)
class SendgridSigner:
    """Signs with a key of its own, the same bytes for the same message."""

    key: ec.EllipticCurvePrivateKey

    @property
    def public_key(self) -> str:
        """The public half as SendGrid shows it: base64, without armour."""
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def sign(self, body: bytes, at: datetime, *, about: Mapping[str, str]) -> Delivery:  # noqa: ARG002  # one shape
        moment = str(int(at.timestamp()))
        signature = self.key.sign(moment.encode() + body, ec.ECDSA(SHA256(), deterministic_signing=True))
        prefix = "x-twilio-email-event-webhook"
        return Delivery(
            body=body,
            headers={
                f"{prefix}-signature": base64.b64encode(signature).decode(),
                f"{prefix}-timestamp": moment,
            },
        )


@dataclass(frozen=True, slots=True)
class SlackSigner:
    """Signs what people click, as a form."""

    secret: str

    def sign(self, body: bytes, at: datetime, *, about: Mapping[str, str]) -> Delivery:  # noqa: ARG002  # one shape
        form = urlencode({"payload": body.decode()}).encode()
        moment = str(int(at.timestamp()))
        digest = hmac.new(self.secret.encode(), f"v0:{moment}:".encode() + form, hashlib.sha256)
        return Delivery(
            body=form,
            headers={
                "x-slack-signature": f"v0={digest.hexdigest()}",
                "x-slack-request-timestamp": moment,
            },
        )


@dataclass(frozen=True, slots=True)
class PrintfulSigner:
    """Signs for one store with its hexadecimal secret."""

    secret: str

    def sign(self, body: bytes, at: datetime, *, about: Mapping[str, str]) -> Delivery:  # noqa: ARG002  # one shape
        digest = hmac.new(bytes.fromhex(self.secret), body, hashlib.sha256).hexdigest()
        return Delivery(
            body=body, headers={"x-pf-webhook-signature": digest, "x-pf-webhook-public-key": "a2V5"}
        )
