"""Secrets for tests: made up, one for each tenant, version and name, in a source that can be down."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from autobiz_kernel import Principal
from autobiz_kernel.credentials import (
    AbsentError,
    Access,
    CredentialError,
    Credentials,
    Held,
    Secret,
    SourceError,
)
from autobiz_mocks import VirtualClock

MADE = datetime(2026, 1, 1, tzinfo=UTC)
OURS = UUID("0198c0de-0000-7000-8000-00000000000a")
THEIRS = UUID("0198c0de-0000-7000-8000-00000000000b")
US = Principal(name="agent", tenant=OURS)
THEM = Principal(name="agent", tenant=THEIRS)


def value_of(tenant: UUID, name: str, version: int) -> str:
    return f"hush-{tenant.hex[-4:]}-{name}-{version}"


@dataclass(slots=True, kw_only=True)
class Kept:
    """A source in memory: which version each secret has, and how often it was looked at."""

    versions: dict[tuple[UUID, str], int] = field(default_factory=dict)
    reads: list[tuple[UUID, str]] = field(default_factory=list)
    is_down: bool = False

    async def read(self, tenant: UUID, name: str) -> Held:
        self.reads.append((tenant, name))
        await asyncio.sleep(0)
        if self.is_down:
            raise SourceError("down")
        version = self.versions.get((tenant, name))
        if version is None:
            raise AbsentError("none")
        return Held(secret=Secret(value_of(tenant, name, version)), version=str(version), since=MADE)


@dataclass(slots=True, kw_only=True)
class Safe:
    """Credentials over that source, and the record of accesses."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    kept: Kept = field(default_factory=lambda: Kept(versions={(OURS, "stripe"): 1, (THEIRS, "stripe"): 1}))
    accesses: list[Access] = field(default_factory=list)
    credentials: Credentials = field(init=False)

    def __post_init__(self) -> None:
        self.credentials = Credentials(self.kept, self.clock, self.accesses.append)

    async def get(self, principal: Principal, tenant: UUID, name: str = "stripe") -> str:
        """The value, or the name of the error."""
        try:
            return (await self.credentials.get(principal, tenant, name)).reveal()
        except CredentialError as error:
            return type(error).__name__
