"""Claims on a real PostgreSQL: who may act, who is told what, and where the edges are."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection

from autobiz_kernel import LEASE, WINDOW, Claim, ClaimOutcome, EffectStore, Receipt, StoreError

from ..database import Connect
from .claiming import BEGIN, EXTERNAL, KEY, MINE, OTHER, TICK, claim, settle

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "INV-05"),
]


@pytest.mark.test_id("P1-T11")
async def test_of_64_claims_one_is_granted(connect: Connect, tenant: UUID) -> None:
    """Of 64 claims at once over 16 connections exactly one is CLAIMED and 63 are IN_FLIGHT."""
    stores = [await connect() for _ in range(16)]
    answers = await asyncio.gather(*(claim(stores[number % 16], tenant) for number in range(64)))
    assert Counter(answer.outcome for answer in answers) == {
        ClaimOutcome.CLAIMED: 1,
        ClaimOutcome.IN_FLIGHT: 63,
    }


@pytest.mark.test_id("P1-T12")
async def test_of_64_claims_after_the_window_one_is_granted(connect: Connect, tenant: UUID) -> None:
    """When the window has closed, 64 claims at once open it anew exactly once."""
    stores = [await connect() for _ in range(16)]
    first = await claim(stores[0], tenant)
    assert await settle(stores[0], first.claim)
    again = (claim(stores[number % 16], tenant, now=BEGIN + WINDOW) for number in range(64))
    answers = await asyncio.gather(*again)
    assert Counter(answer.outcome for answer in answers) == {
        ClaimOutcome.CLAIMED: 1,
        ClaimOutcome.IN_FLIGHT: 63,
    }
    assert {answer.claim.epoch for answer in answers} == {2}


class HesitantStore(EffectStore):
    """A store that lets others act between its first look at a claim and what it does about it."""

    def hesitate(self, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._meanwhile: list[Callable[[], Awaitable[None]]] = [meanwhile]

    async def look_up(self, *, tenant: UUID, key: bytes) -> tuple[Claim, Receipt | None] | None:
        found = await super().look_up(tenant=tenant, key=key)
        if self._meanwhile:
            await self._meanwhile.pop()()
        return found


@pytest.mark.test_id("P1-T12")
@pytest.mark.negative
async def test_a_stale_look_opens_no_window(
    store: EffectStore, connection: AsyncConnection[Any], tenant: UUID
) -> None:
    """Whoever saw yesterday's claim, while another ran the act anew, is given the other's result."""
    yesterday = await claim(store, tenant)
    assert await settle(store, yesterday.claim)

    async def another_runs_it() -> None:
        today = await claim(store, tenant, now=BEGIN + WINDOW)
        assert await settle(store, today.claim, now=BEGIN + WINDOW, result=b'{"id":"re_2"}')

    hesitant = HesitantStore(connection)
    hesitant.hesitate(another_runs_it)
    answer = await claim(hesitant, tenant, now=BEGIN + WINDOW)
    assert answer.outcome is ClaimOutcome.REPLAY
    assert answer.receipt is not None
    assert answer.receipt.result == {"id": "re_2"}


@pytest.mark.test_id("P1-T11")
async def test_a_settled_claim_is_replayed(store: EffectStore, connect: Connect, tenant: UUID) -> None:
    """After settling, every connection is given the receipt with the very result that was written."""
    first = await claim(store, tenant)
    assert first.receipt is None
    assert await settle(store, first.claim, result=b'{"b":[1,2.5],"a":"\\u0000"}')
    answer = await claim(await connect(), tenant, now=BEGIN + timedelta(hours=1))
    assert answer.outcome is ClaimOutcome.REPLAY
    assert answer.receipt is not None
    assert answer.receipt.result == {"a": "\0", "b": [1, 2.5]}
    assert (answer.receipt.external_key, answer.receipt.key) == (EXTERNAL, KEY)
    assert (answer.receipt.settled_at, answer.receipt.first_seen_at) == (BEGIN, BEGIN)


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
@pytest.mark.parametrize("settled", [True, False])
async def test_other_arguments_are_a_mismatch(store: EffectStore, tenant: UUID, settled: bool) -> None:
    """The same key with another fingerprint is refused without a receipt, settled or not."""
    first = await claim(store, tenant)
    if settled:
        assert await settle(store, first.claim)
    answer = await claim(store, tenant, fingerprint=OTHER, now=BEGIN + timedelta(hours=2))
    assert (answer.outcome, answer.receipt) == (ClaimOutcome.MISMATCH, None)


@pytest.mark.test_id("P1-T12")
@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (timedelta(0), ClaimOutcome.REPLAY),
        (timedelta(hours=23, minutes=59, seconds=59, milliseconds=999), ClaimOutcome.REPLAY),
        (WINDOW - TICK, ClaimOutcome.REPLAY),
        (WINDOW, ClaimOutcome.CLAIMED),
        (WINDOW + TICK, ClaimOutcome.CLAIMED),
    ],
    ids=str,
)
async def test_window_edges(
    store: EffectStore, tenant: UUID, after: timedelta, outcome: ClaimOutcome
) -> None:
    """A result is replayed up to the last microsecond of its 24 hours; at 24:00:00 the act runs again."""
    first = await claim(store, tenant)
    assert await settle(store, first.claim)
    assert (await claim(store, tenant, now=BEGIN + after)).outcome is outcome


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (timedelta(0), ClaimOutcome.IN_FLIGHT),
        (LEASE - TICK, ClaimOutcome.IN_FLIGHT),
        (LEASE, ClaimOutcome.UNCERTAIN),
        (WINDOW, ClaimOutcome.UNCERTAIN),
        (30 * WINDOW, ClaimOutcome.UNCERTAIN),
    ],
    ids=str,
)
async def test_lease_edges(store: EffectStore, tenant: UUID, after: timedelta, outcome: ClaimOutcome) -> None:
    """An open claim is in flight until its lease ends, and then uncertain for good, never granted anew."""
    await claim(store, tenant)
    assert (await claim(store, tenant, now=BEGIN + after)).outcome is outcome


@pytest.mark.test_id("P1-T11")
async def test_of_16_heirs_one_takes_over(connect: Connect, tenant: UUID) -> None:
    """An uncertain claim passes to exactly one of sixteen who reach for it."""
    stores = [await connect() for _ in range(16)]
    first = await claim(stores[0], tenant)
    later = BEGIN + LEASE
    heirs = await asyncio.gather(*(each.take_over(first.claim, now=later, lease=LEASE) for each in stores))
    taken = [heir for heir in heirs if heir is not None]
    assert [heir.epoch for heir in taken] == [2]
    assert (await claim(stores[0], tenant, now=later)).outcome is ClaimOutcome.IN_FLIGHT


@pytest.mark.test_id("P1-T11", "P1-T31")
@pytest.mark.negative
async def test_tenants_do_not_meet(store: EffectStore, tenant: UUID) -> None:
    """The same key bytes in another tenant are another claim: neither blocks nor answers the other."""
    first = await claim(store, tenant)
    assert await settle(store, first.claim)
    other = await claim(store, uuid4())
    assert (other.outcome, other.receipt) == (ClaimOutcome.CLAIMED, None)


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_a_store_without_autocommit_is_refused(database: str) -> None:
    """A connection that would keep claims in an open transaction is refused at once."""
    async with await AsyncConnection.connect(database) as lazy:
        with pytest.raises(StoreError, match="autocommit"):
            EffectStore(lazy)


@pytest.mark.test_id("P1-T12")
@pytest.mark.negative
@pytest.mark.parametrize(
    ("now", "lease", "complaint"),
    [
        (BEGIN.replace(tzinfo=None), LEASE, "no time zone"),
        (BEGIN, timedelta(0), "lease"),
        (BEGIN, -TICK, "lease"),
        (BEGIN, WINDOW, "lease"),
    ],
)
async def test_unusable_times_are_refused(
    store: EffectStore, tenant: UUID, now: datetime, lease: timedelta, complaint: str
) -> None:
    """A moment without a zone and a lease that protects nothing are refused before the database is asked."""
    with pytest.raises(StoreError, match=complaint):
        await store.claim(tenant=tenant, key=KEY, fingerprint=MINE, now=now, lease=lease)
