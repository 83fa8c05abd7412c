"""Where secrets come from: the port, and what it may answer.

KernelError
└── CredentialError      a secret is not to be had
    ├── ForeignError     it is another tenant's: the caller is wrong, and somebody must look
    ├── AbsentError      there is none of this name: put it there
    └── SourceError      the source did not answer, or not sensibly: it may later
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from autobiz_kernel.errors import KernelError
from autobiz_kernel.secret import Secret

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


class CredentialError(KernelError):
    """A secret is not to be had; no message of this holds one, or what a source said."""


class ForeignError(CredentialError):
    """Another tenant's secret was asked for."""


class AbsentError(CredentialError):
    """The source knows no such secret."""


class SourceError(CredentialError):
    """The source did not answer, or answered what is no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A secret as its source holds it: which version, and since when, where the source tells."""

    secret: Secret
    version: str = ""
    since: datetime | None = None


class Source(Protocol):
    """Whoever keeps secrets, by tenant and name."""

    async def read(self, tenant: UUID, name: str) -> Held:
        """Return the secret; raise AbsentError or SourceError, with no value in it."""
        ...


def checked_name(name: str) -> str:
    """Refuse a name that could lead elsewhere in a path."""
    if not _NAME.fullmatch(name):
        raise AbsentError(f"credential {name[:64]!r}: a name must be {_NAME.pattern}")
    return name


def held(value: object, *, where: str, version: str = "", since: datetime | None = None) -> Held:
    """Return what a source gave as a secret, if it is one."""
    if not isinstance(value, str) or not value:
        raise SourceError(f"{where}: what is kept there is no text, or an empty one")
    if since is not None and since.utcoffset() is None:
        raise SourceError(f"{where}: it is kept since a moment without a time zone")
    return Held(secret=Secret(value), version=version, since=since)
