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
    EffectClass,
    may_take_over,
    standing,
    window_closed,
)

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
MINE, OTHER = b"\1" * 32, b"\2" * 32


def claim(*, settled: bool, lease: timedelta = LEASE) -> Claim:
    return Claim(
        tenant=UUID(int=1),
        key=b"\0" * 32,
        fingerprint=MINE,
        epoch=1,
        first_seen_at=BEGIN,
        expires_at=BEGIN + WINDOW,
        lease_until=BEGIN + lease,
        settled=settled,
    )


MOMENTS = [
    BEGIN + offset + tick
    for offset, tick in itertools.product(
        (timedelta(0), LEASE, WINDOW, 2 * WINDOW), (-TICK, timedelta(0), TICK)
    )
]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: str(moment - BEGIN))
@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("fingerprint", [MINE, OTHER], ids=["same", "other"])
def test_standing_is_decided_by_print_then_receipt_then_lease(
    fingerprint: bytes, settled: bool, moment: datetime
) -> None:
    """Other arguments are a mismatch before anything else, a receipt is replayed, a lease ends at its end."""
    if fingerprint == OTHER:
        expected = ClaimOutcome.MISMATCH
    elif settled:
        expected = ClaimOutcome.REPLAY
    else:
        expected = ClaimOutcome.IN_FLIGHT if moment - BEGIN < LEASE else ClaimOutcome.UNCERTAIN
    assert standing(claim(settled=settled), fingerprint=fingerprint, now=moment) is expected


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: str(moment - BEGIN))
def test_window_is_half_open(moment: datetime) -> None:
    """A settled claim holds up to and excluding its twenty-fourth hour."""
    assert window_closed(claim(settled=True), now=moment) is (moment - BEGIN >= timedelta(hours=24))


@pytest.mark.negative
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: str(moment - BEGIN))
def test_an_unsettled_claim_never_lapses(moment: datetime) -> None:
    """Time alone does not tell whether an effect happened."""
    assert not window_closed(claim(settled=False), now=moment)


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: str(moment - BEGIN))
@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("effect_class", EffectClass)
def test_take_over_needs_all_four(effect_class: EffectClass, settled: bool, moment: datetime) -> None:
    """A claim passes on if it is open, its lease over, its window not, and its provider idempotent."""
    allowed = may_take_over(claim(settled=settled), effect_class=effect_class, now=moment)
    in_time = LEASE <= moment - BEGIN < WINDOW
    assert allowed is (effect_class is EffectClass.PROVIDER_IDEMPOTENT and not settled and in_time)
