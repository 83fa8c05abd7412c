"""What goes out and what comes back: plain values, the same over a network, a cassette or a fake."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from .errors import ErrorClass, TurnedAwayError

KEY_HEADER = "Idempotency-Key"
_NOTHING: Mapping[str, str] = MappingProxyType({})
_PATH = re.compile(r"/[!-\[\]-~]*", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*", re.ASCII)
_VALUE = re.compile(r"[ -~]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One request, without the address and the credential, which the account knows.

    An effect carries its `key`; a request without one promises that it changes nothing.
    """

    method: str
    path: str
    # Among them is the one that holds the credential.
    headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)
    body: bytes = b""
    key: str = ""

    def __post_init__(self) -> None:
        spoiled = [] if _PATH.fullmatch(self.path) and not self.path.startswith("//") else ["its path"]
        spoiled += [
            f"header {name[:40]!r}"
            for name, value in (*self.headers.items(), (KEY_HEADER, self.key))
            if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value))
        ]
        if spoiled:
            # Whoever could write a line break here would write headers, or another request.
            raise TurnedAwayError(
                f"{self.method} request not sent: {', '.join(spoiled)} may hold printable ASCII only",
                error_class=ErrorClass.INTERNAL,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a provider answered, whole; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


class Send(Protocol):
    """Whoever can carry a request to its provider and bring the answer back."""

    async def __call__(self, outgoing: Outgoing) -> Answer:
        """Return the answer; raise TurnedAwayError or UnheardError if there is none."""
        ...
