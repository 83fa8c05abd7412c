"""Decide what a second request for the same effect is told; pure, so that every edge can be enumerated."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from uuid import UUID

WINDOW = timedelta(hours=24)
LEASE = timedelta(seconds=30)
_MARGIN = timedelta(seconds=5)


class ClaimOutcome(StrEnum):
    """All answers to "may I cause this effect now?"."""

    CLAIMED = "claimed"  # yes: it is yours until the lease ends
    REPLAY = "replay"  # it has been answered: here is the answer
    MISMATCH = "mismatch"  # the same act was asked for with other arguments
    IN_FLIGHT = "in_flight"  # someone is causing it
    UNCERTAIN = "uncertain"  # someone began, and nobody knows
    FENCED = "fenced"  # the run is over, or another worker's


class ClaimStatus(IntEnum):
    """How far an act has come; the numbers are those of the table."""

    CLAIMED = 0
    DONE = 1
    REFUSED = 2
    DOUBT = 3
    RELEASED = 4

    @property
    def is_settled(self) -> bool:
        """Whether there is an answer that holds until the window closes."""
        return self in (ClaimStatus.DONE, ClaimStatus.REFUSED)


class Heir(StrEnum):
    """Why a caller may take an uncertain act over."""

    NOBODY = "nobody"
    IN_TIME = "in_time"  # the provider honours the key, and the key is fresh
    LOOKED = "looked"  # the caller knows what became of the effect, as of this epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to cause one effect.

    `epoch` fences: it grows with each new holder, so an earlier holder who wakes up late cannot settle.
    `generation` counts the windows in which the act has run.
    """

    key: bytes
    fingerprint: bytes
    status: ClaimStatus
    epoch: int
    generation: int
    run_id: UUID
    first_seen_at: datetime
    expires_at: datetime
    lease_until: datetime


def lease_for(least: timedelta, *, seconds: float) -> timedelta:
    """Return a lease that outlives the deadline: no second worker begins while the first is in time."""
    return max(least, timedelta(seconds=seconds) + _MARGIN)


def may_run_anew(claim: Claim, *, now: datetime) -> bool:
    """Say whether the act is as if it had never been asked for.

    The window is half open: its last moment is one tick before `expires_at`. An unsettled claim never lapses,
    because time alone does not tell whether its effect happened.
    """
    return claim.status is ClaimStatus.RELEASED or (claim.status.is_settled and now >= claim.expires_at)


def standing(claim: Claim, *, fingerprint: bytes, now: datetime) -> ClaimOutcome:
    """Say how a request stands towards a claim that already exists; never CLAIMED."""
    if claim.fingerprint != fingerprint:
        return ClaimOutcome.MISMATCH
    if claim.status.is_settled:
        return ClaimOutcome.REPLAY
    if claim.status is ClaimStatus.CLAIMED and now < claim.lease_until:
        return ClaimOutcome.IN_FLIGHT
    return ClaimOutcome.UNCERTAIN


def may_take_over(claim: Claim, *, heir: Heir, epoch: int, now: datetime) -> bool:
    """Say whether an uncertain effect passes to this caller.

    Past the window a provider may have forgotten the key, and the same request would be a second effect.
    """
    if heir is Heir.IN_TIME:
        return now < claim.expires_at
    return heir is Heir.LOOKED and claim.epoch == epoch
