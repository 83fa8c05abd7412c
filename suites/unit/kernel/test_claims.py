"""What a second request is told, over all states of a claim."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from autobiz_kernel import (
    LEASE,
    WINDOW,
    Claim,
    ClaimOutcome,
    ClaimStatus,
    Heir,
    may_run_anew,
    may_take_over,
    standing,
)

pytestmark = [pytest.mark.requirement("P1-R06", "INV-05"), pytest.mark.test_id("P1-T11", "P1-T12")]

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
MINE, OTHER = b"\1" * 32, b"\2" * 32


def claim(status: ClaimStatus) -> Claim:
    return Claim(
        key=b"\0" * 32,
        fingerprint=MINE,
        status=status,
        epoch=3,
        generation=1,
        run_id=UUID(int=1),
        first_seen_at=BEGIN,
        expires_at=BEGIN + WINDOW,
        lease_until=BEGIN + LEASE,
    )


MOMENTS = [
    BEGIN + offset + tick
    for offset, tick in itertools.product(
        (timedelta(0), LEASE, WINDOW, 2 * WINDOW), (-TICK, timedelta(0), TICK)
    )
]
at_moments = pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: str(moment - BEGIN))
in_states = pytest.mark.parametrize("status", ClaimStatus)


@at_moments
@in_states
@pytest.mark.parametrize("fingerprint", [MINE, OTHER], ids=["same", "other"])
def test_standing_is_decided_by_print_then_answer_then_lease(
    fingerprint: bytes, status: ClaimStatus, moment: datetime
) -> None:
    """Other arguments are a mismatch before all else, an answer is replayed, a lease ends at its end."""
    if fingerprint == OTHER:
        expected = ClaimOutcome.MISMATCH
    elif status in (ClaimStatus.DONE, ClaimStatus.REFUSED):
        expected = ClaimOutcome.REPLAY
    elif status is ClaimStatus.CLAIMED and moment - BEGIN < LEASE:
        expected = ClaimOutcome.IN_FLIGHT
    else:
        expected = ClaimOutcome.UNCERTAIN
    assert standing(claim(status), fingerprint=fingerprint, now=moment) is expected


@at_moments
@in_states
def test_window_is_half_open_and_only_an_answer_lapses(status: ClaimStatus, moment: datetime) -> None:
    """An answer holds up to and excluding its twenty-fourth hour; what is in doubt never lapses."""
    lapsed = status in (ClaimStatus.DONE, ClaimStatus.REFUSED) and moment - BEGIN >= timedelta(hours=24)
    assert may_run_anew(claim(status), now=moment) is (lapsed or status is ClaimStatus.RELEASED)


@at_moments
@pytest.mark.parametrize("epoch", [2, 3, 4])
@pytest.mark.parametrize("heir", Heir)
def test_take_over_needs_a_fresh_key_or_fresh_knowledge(heir: Heir, epoch: int, moment: datetime) -> None:
    """An heir in time has until the window ends, one who has looked must have looked at this very holder."""
    allowed = may_take_over(claim(ClaimStatus.DOUBT), heir=heir, epoch=epoch, now=moment)
    in_time = heir is Heir.IN_TIME and moment - BEGIN < WINDOW
    assert allowed is (in_time or (heir is Heir.LOOKED and epoch == 3))
