"""Receipts on a real PostgreSQL: one for each effect, all or nothing, and never changed."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import AsyncConnection

from autobiz_kernel import LEASE, WINDOW, ClaimOutcome, EffectStore

from ..database import ReadReceipts
from .claiming import BEGIN, TICK, TOOL, claim, settle

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R07", "INV-05"),
]


@pytest.mark.test_id("P1-T12", "P1-T13")
async def test_each_window_has_its_own_receipt(
    store: EffectStore, tenant: UUID, receipts_of: ReadReceipts
) -> None:
    """An act that ran again after its window has two receipts, and the newer one is replayed."""
    for day, result in enumerate((b'{"id":"re_1"}', b'{"id":"re_2"}')):
        answer = await claim(store, tenant, now=BEGIN + day * WINDOW)
        assert await settle(store, answer.claim, now=BEGIN + day * WINDOW, result=result)
    assert len(await receipts_of(tenant)) == 2
    answer = await claim(store, tenant, now=BEGIN + WINDOW + TICK)
    assert answer.receipt is not None
    assert answer.receipt.result == {"id": "re_2"}


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_a_fenced_holder_cannot_settle(
    store: EffectStore, tenant: UUID, receipts_of: ReadReceipts
) -> None:
    """Whoever lost the claim writes nothing, whether the new holder has settled yet or not."""
    first = await claim(store, tenant)
    heir = await store.take_over(first.claim, now=BEGIN + LEASE, lease=LEASE)
    assert heir is not None
    assert not await settle(store, first.claim, result=b'{"late":1}')
    assert await receipts_of(tenant) == ()
    assert await settle(store, heir, now=BEGIN + LEASE)
    assert not await settle(store, first.claim, result=b'{"late":1}')
    assert [receipt.result for receipt in await receipts_of(tenant)] == [{"id": "re_1"}]


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_a_holder_of_an_earlier_window_cannot_settle(
    store: EffectStore, tenant: UUID, receipts_of: ReadReceipts
) -> None:
    """A claim of yesterday does not settle today's."""
    yesterday = await claim(store, tenant)
    assert await settle(store, yesterday.claim)
    await claim(store, tenant, now=BEGIN + WINDOW)
    assert not await settle(store, yesterday.claim, now=BEGIN + WINDOW)
    assert len(await receipts_of(tenant)) == 1


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_settling_twice_writes_once(
    store: EffectStore, tenant: UUID, receipts_of: ReadReceipts
) -> None:
    """The same holder settles once; the second time is told no."""
    first = await claim(store, tenant)
    assert [await settle(store, first.claim), await settle(store, first.claim)] == [True, False]
    assert len(await receipts_of(tenant)) == 1


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_settling_is_all_or_nothing(
    store: EffectStore, tenant: UUID, receipts_of: ReadReceipts
) -> None:
    """If the receipt cannot be written, the claim is not settled either."""
    first = await claim(store, tenant)
    with pytest.raises(psycopg.errors.CheckViolation):
        await store.settle(
            first.claim, external_key="short", tool=TOOL, arguments=b"{}", result=b"{}", now=BEGIN
        )
    assert (await claim(store, tenant, now=BEGIN + LEASE)).outcome is ClaimOutcome.UNCERTAIN
    assert await receipts_of(tenant) == ()


@pytest.mark.test_id("P1-T11")
@pytest.mark.negative
async def test_settling_needs_the_right_tenant(
    store: EffectStore, tenant: UUID, receipts_of: ReadReceipts
) -> None:
    """A claim that names another tenant settles nothing."""
    first = await claim(store, tenant)
    stranger = replace(first.claim, tenant=uuid4())
    assert not await settle(store, stranger)
    assert await receipts_of(stranger.tenant) == ()


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE receipts SET tool = 'x' WHERE tenant_id = %(tenant)s",
        "DELETE FROM receipts WHERE tenant_id = %(tenant)s",
        "TRUNCATE receipts",
        "TRUNCATE receipts, idempotency CASCADE",
        """INSERT INTO receipts SELECT * FROM receipts WHERE tenant_id = %(tenant)s
           ON CONFLICT (tenant_id, key, first_seen_at) DO UPDATE SET tool = 'x'""",
        """MERGE INTO receipts r USING (SELECT %(tenant)s::uuid AS t) s ON r.tenant_id = s.t
           WHEN MATCHED THEN DELETE""",
    ],
    ids=["update", "delete", "truncate", "truncate_cascade", "upsert", "merge"],
)
async def test_receipts_refuse_every_change(
    store: EffectStore,
    tenant: UUID,
    connection: AsyncConnection[Any],
    receipts_of: ReadReceipts,
    statement: str,
) -> None:
    """No kind of statement changes or removes a receipt, not even the owner's."""
    first = await claim(store, tenant)
    assert await settle(store, first.claim)
    with pytest.raises(psycopg.errors.RestrictViolation, match="receipts refused"):
        await connection.execute(statement.encode(), {"tenant": tenant})
    assert len(await receipts_of(tenant)) == 1


@pytest.mark.test_id("P1-T13")
@pytest.mark.negative
async def test_a_second_receipt_for_one_window_is_refused_by_the_database(
    store: EffectStore, tenant: UUID, connection: AsyncConnection[Any]
) -> None:
    """Even code that forgot the fence cannot write two receipts for one act in one window."""
    first = await claim(store, tenant)
    assert await settle(store, first.claim)
    forged = "INSERT INTO receipts SELECT * FROM receipts WHERE tenant_id = %s"
    with pytest.raises(psycopg.errors.UniqueViolation):
        await connection.execute(forged, [tenant])
