"""Hand secrets out: to their own tenant alone, from a short memory, and with every access on record."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from autobiz_kernel.clock import Clock
from autobiz_kernel.principal import Principal
from autobiz_kernel.secret import Secret

from .access import Access, OnAccess, Told
from .source import AbsentError, CredentialError, ForeignError, Held, Source, SourceError

TTL = timedelta(minutes=5)
STALE_MAX = timedelta(hours=1)
NAME_CHARS_MAX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    held: Held
    at: datetime


@dataclass(slots=True, kw_only=True)
class _Place:
    """What is remembered of one secret of one tenant, and who is just fetching it."""

    kept: _Kept | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Credentials:
    """Every tenant's secrets; one for a process.

    A secret is fetched anew when it is older than `ttl`, and by one caller for all who wait. If its source
    does not answer then, what is remembered serves until it is as old as `stale_max`.
    """

    def __init__(
        self,
        source: Source,
        clock: Clock,
        on_access: OnAccess,
        *,
        ttl: timedelta = TTL,
        stale_max: timedelta = STALE_MAX,
    ) -> None:
        if not timedelta(0) < ttl <= stale_max:
            raise CredentialError(f"ttl={ttl} must be longer than zero and at most stale_max={stale_max}")
        self._source, self._clock, self._on_access = source, clock, on_access
        self._ttl, self._stale_max = ttl, stale_max
        self._places: dict[tuple[UUID, str], _Place] = {}

    async def get(
        self, principal: Principal, tenant: UUID, name: str, *, rejected: Secret | None = None
    ) -> Secret:
        """Return a secret; one that a provider has `rejected` is not served again before a new look."""
        if not _acts_for(principal, tenant):
            self._tell(principal, tenant, name, Told.FOREIGN)
            raise ForeignError(f"credential {name[:NAME_CHARS_MAX]!r}: it is another tenant's")
        place = self._places.setdefault((tenant, name), _Place())
        async with place.turn:
            try:
                return await self._looked_up(place, principal, tenant, name, rejected)
            finally:
                if place.kept is None:
                    # What is not there is not remembered, or any name would take memory.
                    self._places.pop((tenant, name), None)

    async def _looked_up(
        self, place: _Place, principal: Principal, tenant: UUID, name: str, rejected: Secret | None
    ) -> Secret:
        kept = place.kept
        is_rejected = kept is not None and rejected is not None and kept.held.secret == rejected
        if kept is not None and not is_rejected and self._age(kept) < self._ttl:
            return self._handed(principal, tenant, name, Told.CACHED, kept.held)
        try:
            held = await self._source.read(tenant, name)
        except AbsentError:
            # What was taken away is not served from memory.
            place.kept = None
            self._tell(principal, tenant, name, Told.ABSENT)
            raise
        except SourceError:
            if kept is not None and not is_rejected and self._age(kept) < self._stale_max:
                return self._handed(principal, tenant, name, Told.STALE, kept.held)
            self._tell(principal, tenant, name, Told.UNAVAILABLE)
            raise
        place.kept = _Kept(held=held, at=self._clock.now())
        self._places[tenant, name] = place
        return self._handed(principal, tenant, name, Told.FETCHED, held)

    def _age(self, kept: _Kept) -> timedelta:
        return self._clock.now() - kept.at

    def _handed(self, principal: Principal, tenant: UUID, name: str, told: Told, held: Held) -> Secret:
        self._tell(principal, tenant, name, told, held)
        return held.secret

    def _tell(
        self, principal: Principal, tenant: UUID, name: str, told: Told, held: Held | None = None
    ) -> None:
        self._on_access(
            Access(
                at=self._clock.now(),
                principal=principal.name,
                of_tenant=principal.tenant,
                tenant=tenant,
                name=name[:NAME_CHARS_MAX],
                told=told,
                version=held.version if held else "",
                since=held.since if held else None,
            )
        )


def _acts_for(principal: Principal, tenant: UUID) -> bool:
    """Whether everybody in whose name this is asked belongs to the tenant."""
    each: Principal | None = principal
    while each is not None:
        if each.tenant != tenant:
            return False
        each = each.on_behalf_of
    return True
