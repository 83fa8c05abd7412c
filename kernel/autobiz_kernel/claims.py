"""Decide what a second request for the same effect is told; pure, so that every edge can be enumerated."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from .tool import EffectClass

WINDOW = timedelta(hours=24)
LEASE = timedelta(seconds=30)


class ClaimOutcome(StrEnum):
    """All answers to "may I cause this effect now?"."""

    CLAIMED = "claimed"  # yes: it is yours until the lease ends
    REPLAY = "replay"  # it has happened: here is its result
    MISMATCH = "mismatch"  # the same act was asked for with other arguments
    IN_FLIGHT = "in_flight"  # someone is causing it
    UNCERTAIN = "uncertain"  # someone began, their lease ended, nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to cause one effect.

    `epoch` fences: it grows with each new holder, so an earlier holder who wakes up late cannot settle.
    """

    tenant: UUID
    key: bytes
    fingerprint: bytes
    epoch: int
    first_seen_at: datetime
    expires_at: datetime
    lease_until: datetime
    settled: bool


def window_closed(claim: Claim, *, now: datetime) -> bool:
    """Say whether the act may run anew.

    The window is half open: its last moment is one tick before `expires_at`. An unsettled claim never closes,
    because time alone does not tell whether its effect happened.
    """
    return claim.settled and now >= claim.expires_at


def standing(claim: Claim, *, fingerprint: bytes, now: datetime) -> ClaimOutcome:
    """Say how a request stands towards a claim that already exists; never CLAIMED."""
    if claim.fingerprint != fingerprint:
        return ClaimOutcome.MISMATCH
    if claim.settled:
        return ClaimOutcome.REPLAY
    if now < claim.lease_until:
        return ClaimOutcome.IN_FLIGHT
    return ClaimOutcome.UNCERTAIN


def may_take_over(claim: Claim, *, effect_class: EffectClass, now: datetime) -> bool:
    """Say whether an uncertain effect may be asked for again with the same external key.

    Past the window a provider may have forgotten the key, and the same request would be a second effect.
    """
    return (
        effect_class is EffectClass.PROVIDER_IDEMPOTENT
        and not claim.settled
        and claim.lease_until <= now < claim.expires_at
    )
