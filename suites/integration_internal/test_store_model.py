"""The store against a model of it in plain Python: they agree step by step, whatever happens."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autobiz_kernel import LEASE, WINDOW, Claim, ClaimOutcome, EffectStore

from ..database import ReadReceipts
from .claiming import MINE, OTHER, claim, settle

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "INV-05"),
    pytest.mark.test_id("P1-T11", "P1-T12", "P1-T13"),
]

TICK = timedelta(microseconds=1)
PAUSES = [timedelta(0), TICK, LEASE - TICK, LEASE, timedelta(hours=23), WINDOW - LEASE, WINDOW]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a careful person would write on paper about one act."""

    fingerprint: bytes
    opened_at: datetime
    lease_until: datetime
    epoch: int
    result: int | None = None

    def answer(self, fingerprint: bytes, now: datetime) -> ClaimOutcome:
        if self.result is not None and now - self.opened_at >= timedelta(days=1):
            return ClaimOutcome.CLAIMED
        if fingerprint != self.fingerprint:
            return ClaimOutcome.MISMATCH
        if self.result is not None:
            return ClaimOutcome.REPLAY
        return ClaimOutcome.UNCERTAIN if now >= self.lease_until else ClaimOutcome.IN_FLIGHT


steps = st.lists(
    st.tuples(
        st.sampled_from(["claim", "claim", "settle", "settle_stale", "take_over"]),
        st.sampled_from(PAUSES),
        st.sampled_from([MINE, MINE, OTHER]),
    ),
    max_size=14,
)


@settings(
    max_examples=60,
    deadline=None,  # the steps wait for a real database
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # every example uses a tenant of its own
)
@given(steps=steps)
async def test_store_and_model_agree(
    store: EffectStore, receipts_of: ReadReceipts, steps: list[tuple[str, timedelta, bytes]]
) -> None:
    """Over random claims, settlements, take-overs and pauses the store answers as the model does."""
    tenant, now = uuid4(), datetime(2026, 10, 25, tzinfo=UTC)
    model: Model | None = None
    held: list[Claim] = []
    receipts = 0
    for number, (step, pause, fingerprint) in enumerate(steps):
        now += pause
        if step == "claim":
            answer = await claim(store, tenant, now=now, fingerprint=fingerprint)
            expected = ClaimOutcome.CLAIMED if model is None else model.answer(fingerprint, now)
            assert answer.outcome is expected
            if expected is ClaimOutcome.REPLAY:
                assert model is not None
                assert answer.receipt is not None
                assert answer.receipt.result == {"number": model.result}
            if expected is ClaimOutcome.CLAIMED:
                epoch = 1 if model is None else model.epoch + 1
                model = Model(fingerprint=fingerprint, opened_at=now, lease_until=now + LEASE, epoch=epoch)
                held.append(answer.claim)
        elif held and model is not None:
            chosen = held[0] if step == "settle_stale" else held[-1]
            is_mine = chosen.epoch == model.epoch and model.result is None
            if step == "take_over":
                heir = await store.take_over(chosen, now=now, lease=LEASE)
                assert (heir is not None) is is_mine
                if heir is not None:
                    model = replace(model, epoch=model.epoch + 1, lease_until=now + LEASE)
                    held.append(heir)
            else:
                settled = await settle(store, chosen, now=now, result=b'{"number":%d}' % number)
                assert settled is is_mine
                if settled:
                    model = replace(model, result=number)
                    receipts += 1
    assert len(await receipts_of(tenant)) == receipts
