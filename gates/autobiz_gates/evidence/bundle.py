"""The bundle: one signed statement in one file, and the entry of the decision log that speaks of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from .chain import ChainEntry, entry_after
from .dsse import Envelope, read_envelope, signed, verify_envelope, write_envelope
from .errors import EvidenceError
from .keys import PublicKey, SigningKey, by_id
from .statement import PAYLOAD_TYPE, Statement, read_statement, write_statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Evidence that was verified: who signed what, and the hash of the file it came in."""

    statement: Statement
    sha256: str
    keyid: str

    def entry(self) -> ChainEntry:
        """Return the one entry that this bundle has in its chain.

        The bundle names the hash before it, the entry names the bundle: so the bundle vouches for the whole
        chain up to and including its own entry, and nothing has to be signed twice.
        """
        body = {
            "bundle_sha256": self.sha256,
            "commit": self.statement.commit,
            "decision": self.statement.decision,
            "run_id": self.statement.run_id,
        }
        place = self.statement.place
        return entry_after(place, at=self.statement.signed_at, kind="evidence", body=body)


def sign_bundle(statement: Statement, key: SigningKey) -> tuple[bytes, Bundle]:
    """Return the bytes of a bundle, and the bundle as every verifier will read them."""
    envelope = Envelope(payload_type=PAYLOAD_TYPE, payload=write_statement(statement))
    data = write_envelope(signed(envelope, key))
    return data, open_bundle(data, by_id([key.public]))


def open_bundle(data: bytes, allowed: Mapping[str, PublicKey]) -> Bundle:
    """Return what the bundle says, if an allowed key says it; else raise EvidenceError with the place."""
    envelope = read_envelope(data)
    verify_envelope(envelope, PAYLOAD_TYPE, allowed)
    if len(envelope.signatures) != 1:
        raise EvidenceError("signatures", "a bundle has one, of whoever ran the suites")
    return Bundle(
        statement=read_statement(envelope.payload),
        sha256=sha256(data).hexdigest(),
        keyid=envelope.signatures[0].keyid,
    )
