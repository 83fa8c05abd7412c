"""The books in PostgreSQL against those in plain Python: they agree step by step, whatever happens."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from autobiz_kernel import (
    LEASE,
    WINDOW,
    ClaimAsk,
    ClaimOutcome,
    Heir,
    Ledger,
    MemoryLedger,
    PostgresLedger,
    RunRecord,
    SettleKind,
    Settlement,
    StateChange,
    TerminationReason,
)
from autobiz_oracles import expect

from ..ledgers_alike import BEGIN, MINE, OTHER, TICK, a_run, asked, settlement

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "P1-R08", "INV-05"),
    pytest.mark.test_id("P1-T11", "P1-T12", "P1-T13", "P1-T14"),
]

PAUSES = [timedelta(0), TICK, LEASE - TICK, LEASE, timedelta(hours=23), WINDOW - LEASE, WINDOW]
KEYS = [b"\1" * 32, b"\2" * 32]

claims = st.tuples(
    st.just("claim"), st.sampled_from(KEYS), st.sampled_from([MINE, MINE, OTHER]), st.sampled_from(Heir)
)
settlings = st.tuples(
    st.just("settle"), st.sampled_from(KEYS), st.sampled_from(SettleKind), st.sampled_from([0, 0, 1, 2])
)
rides = st.tuples(
    st.just("ride"), st.sampled_from(KEYS), st.lists(st.sampled_from(SettleKind), max_size=3), st.booleans()
)
takings = st.tuples(st.just("take"), st.booleans(), st.none(), st.none())
steps = st.lists(
    st.tuples(st.one_of(claims, claims, settlings, settlings, rides, takings), st.sampled_from(PAUSES)),
    max_size=16,
)


class Pair:
    """Does everything twice and insists on one answer."""

    def __init__(self, one: Ledger, other: Ledger, run: RunRecord) -> None:
        self.one, self.other, self.run = one, other, run
        self.now = BEGIN
        self.epochs: dict[bytes, int] = {}
        self.patches = 0
        self.begun = 0

    async def claim(self, key: bytes, fingerprint: bytes, heir: Heir) -> None:
        known = self.epochs.get(key, 1)
        ask = structs.replace(
            asked(self.run, now=self.now, fingerprint=fingerprint, key=key),
            heir=heir,
            epoch=known,
            # Not one price for all, so that it shows whose was charged.
            cost_micros=1 + self.begun,
        )
        await self._both("look_up", ask)
        told = await self._both("claim", ask)
        self.epochs[key] = told.epoch
        self.begun += told.outcome is ClaimOutcome.CLAIMED

    async def settle(self, key: bytes, kind: SettleKind, staleness: int) -> None:
        await self._both("settle", self._made(key, kind, staleness))

    async def ride(self, key: bytes, kinds: list[SettleKind], *, claims: bool) -> None:
        """Settle what fits and what does not, and claim the other key behind it."""
        made = [self._made(key, kind, 0) for kind in kinds]
        other = next(each for each in KEYS if each != key)
        ask = asked(self.run, now=self.now, fingerprint=MINE, key=other) if claims or not made else None
        told = await self._both("ride", made, ask)
        if told.claim is not None and told.claim.epoch:
            self.epochs[other] = told.claim.epoch

    def _made(self, key: bytes, kind: SettleKind, staleness: int) -> Settlement:
        epoch = max(1, self.epochs.get(key, 1) - staleness)
        self.patches += 1
        text = b'{"n":%d}' % self.patches
        change = StateChange(expected=self.patches // 2, state=text, patch=text, state_hash=b"\4" * 32)
        return settlement(
            self.run,
            kind,
            epoch=epoch,
            now=self.now,
            key=key,
            result={"n": self.patches},
            state=change if self.patches % 2 else None,
            ending=TerminationReason.FAILED if self.patches == 9 else None,
        )

    async def take(self, *, keeps: bool) -> None:
        told = await self._both("take_run", self.run.tenant, self.run.run_id, now=self.now)
        self.run = told if keeps else self.run

    async def same_books(self) -> None:
        where = (self.run.tenant, self.run.run_id)
        for read in ("load_run", "receipts_of", "traces_of", "versions_of"):
            await self._both(read, *where)

    async def _both(self, name: str, *asked_for: ClaimAsk | Settlement | Any, **more: Any) -> Any:
        told = [await getattr(ledger, name)(*asked_for, **more) for ledger in (self.one, self.other)]
        expect.worlds({name: told[0]}, {name: told[1]}).alike()
        return told[0]


@settings(
    max_examples=40,
    deadline=None,  # the steps wait for a real database
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # every example uses a tenant of its own
)
@given(steps=steps)
async def test_both_books_say_the_same(ledger: PostgresLedger, steps: list[tuple[Any, timedelta]]) -> None:
    """Over random claims, settlements, take-overs, stale holders and pauses both answer and keep the same."""
    run = a_run(uuid4())
    pair = Pair(MemoryLedger(), ledger, run)
    for each in (pair.one, pair.other):
        await each.begin(run)
    for (step, first, second, third), pause in steps:
        pair.now += pause
        if step == "claim":
            await pair.claim(first, second, third)
        elif step == "settle":
            await pair.settle(first, second, third)
        elif step == "ride":
            await pair.ride(first, second, claims=third)
        else:
            await pair.take(keeps=first)
    await pair.take(keeps=True)
    await pair.same_books()
    # Whatever has happened, nothing that was granted is in no account.
    expect.value(pair.run.spent.steps).at_least(pair.begun)
