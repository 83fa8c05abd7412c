"""Many items in one statement: each is answered as if it had come alone, whoever its neighbours are."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from psycopg import errors

from autobiz_kernel import (
    LEASE,
    WINDOW,
    ClaimAnswer,
    ClaimAsk,
    ClaimOutcome,
    Heir,
    Ledger,
    MemoryLedger,
    PostgresLedger,
    RunRecord,
    SettleKind,
    Settlement,
)
from autobiz_oracles import expect

from ..ledgers_alike import BEGIN, MINE, OTHER, TICK, a_run, asked, settlement

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R06", "P1-R07", "INV-05"),
    pytest.mark.test_id("P1-T11", "P1-T12", "P1-T13"),
]

PAUSES = [timedelta(0), TICK, LEASE, WINDOW]
KEYS = [bytes([number]) * 32 for number in range(1, 5)]
HEIRS = [Heir.NOBODY, Heir.IN_TIME, Heir.LOOKED]
RUNS = 3  # the third is another tenant's

claims = st.lists(
    st.tuples(
        st.integers(0, RUNS - 1),
        st.sampled_from(KEYS),
        st.sampled_from([MINE, MINE, OTHER]),
        st.sampled_from(HEIRS),
    ),
    min_size=1,
    max_size=8,
)
settlings = st.lists(
    st.tuples(st.integers(0, RUNS - 1), st.sampled_from(KEYS), st.sampled_from(SettleKind), st.booleans()),
    min_size=1,
    max_size=8,
)
takings = st.lists(st.tuples(st.integers(0, RUNS - 1), st.booleans()), min_size=1, max_size=2)
rounds = st.lists(
    st.tuples(
        st.one_of(
            st.tuples(st.just("claim"), claims),
            st.tuples(st.just("settle"), settlings),
            st.tuples(st.just("take"), takings),
        ),
        st.sampled_from(PAUSES),
    ),
    max_size=8,
)


class Place:
    """Three runs of two tenants, known to a ledger."""

    def __init__(self, tenants: tuple[UUID, UUID]) -> None:
        self.now = BEGIN
        self.runs = [a_run(tenants[number == RUNS - 1], number) for number in range(RUNS)]
        self.epochs: dict[tuple[UUID, bytes], int] = {}
        self.made = 0

    def claim(self, number: int, key: bytes, fingerprint: bytes, heir: Heir) -> ClaimAsk:
        run = self.runs[number]
        ask = asked(run, now=self.now, fingerprint=fingerprint, key=key)
        return structs.replace(ask, heir=heir, epoch=self.epochs.get((run.tenant, key), 1))

    async def take(self, ledger: Ledger, number: int, *, knows: bool) -> RunRecord | None:
        """Take a run over; who does not know of it goes on under the epoch it had."""
        run = self.runs[number]
        taken = await ledger.take_run(run.tenant, run.run_id, now=self.now)
        if knows and taken is not None:
            self.runs[number] = taken
        return taken

    def settlement(self, number: int, key: bytes, kind: SettleKind, *, is_stale: bool) -> Settlement:
        run = self.runs[number]
        epoch = max(1, self.epochs.get((run.tenant, key), 1) - is_stale)
        self.made += 1
        return settlement(run, kind, epoch=epoch, now=self.now, key=key, result={"n": self.made})


async def one_by_one(
    ask: Callable[[Any], Awaitable[Any]], items: Sequence[Any], place: Callable[[Any], Any]
) -> list[Any]:
    """Ask for each alone, in the order in which a statement has them; answer in the order of asking."""
    told: dict[int, Any] = {}
    for at in sorted(range(len(items)), key=lambda at: place(items[at])):
        told[at] = await ask(items[at])
    return [told[at] for at in range(len(items))]


@settings(
    max_examples=60,
    deadline=None,  # the rounds wait for a real database
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # every example uses tenants of its own
)
@given(rounds=rounds)
async def test_a_batch_says_what_its_items_would_say_alone(
    ledger: PostgresLedger, rounds: list[tuple[tuple[str, list[Any]], timedelta]]
) -> None:
    """Batches of two tenants' claims and settlements answer and keep what the plain books do one by one."""
    place, plain = Place((uuid4(), uuid4())), MemoryLedger()
    for run in place.runs:
        await plain.begin(run)
        await ledger.begin(run)
    alone: list[Any]
    together: list[Any]
    for (kind, drawn), pause in rounds:
        place.now += pause
        if kind == "claim":
            asks = [place.claim(*each) for each in drawn]
            alone = await one_by_one(plain.claim, asks, lambda ask: (ask.tenant.bytes, ask.key))
            together = list(await asyncio.gather(*map(ledger.claim, asks)))
            for ask, answer in zip(asks, together, strict=True):
                place.epochs[ask.tenant, ask.key] = max(1, answer.epoch)
        elif kind == "take":
            alone = [await place.take(plain, number, knows=False) for number, _ in drawn]
            together = [await place.take(ledger, number, knows=knows) for number, knows in drawn]
        else:
            made = [place.settlement(number, key, kind, is_stale=late) for number, key, kind, late in drawn]
            alone = await one_by_one(plain.settle, made, lambda each: (each.tenant.bytes, each.run_id.bytes))
            together = list(await asyncio.gather(*map(ledger.settle, made)))
        expect.worlds(dict(enumerate(alone)), dict(enumerate(together))).alike()
    for run in place.runs:
        expect.worlds(await books(plain, run), await books(ledger, run)).alike()


async def books(ledger: Ledger, run: RunRecord) -> dict[str, Any]:
    """All that is kept of a run."""
    where = (run.tenant, run.run_id)
    return {
        "run": await ledger.load_run(*where),
        "receipts": await ledger.receipts_of(*where),
        "traces": await ledger.traces_of(*where),
    }


@pytest.mark.adversarial(69)
@pytest.mark.negative
async def test_of_two_tenants_in_one_statement_each_has_its_own_act(ledger: PostgresLedger) -> None:
    """The same key of two tenants is two acts, also where one statement carries a claim of each twice."""
    runs = [a_run(uuid4()), a_run(uuid4())]
    for run in runs:
        await ledger.begin(run)
    asks = [asked(run) for _ in range(2) for run in runs]
    told: list[ClaimAnswer] = await asyncio.gather(*map(ledger.claim, asks))
    expect.value([each.outcome for each in told]).equals(
        [ClaimOutcome.CLAIMED, ClaimOutcome.CLAIMED, ClaimOutcome.IN_FLIGHT, ClaimOutcome.IN_FLIGHT]
    )


@pytest.mark.negative
async def test_claims_of_a_tenant_stand_together(ledger: PostgresLedger, tenant: UUID) -> None:
    """A statement in which a tenant comes back behind another one is refused whole, and grants nothing."""
    run, other = a_run(tenant), a_run(uuid4())
    for each in (run, other):
        await ledger.begin(each)
    shared = {"fingerprint": "0" * 64, "tool": "t", "run_epoch": 1, "now": BEGIN.isoformat(), "epoch": 0}
    items = [
        {
            **shared, "tenant": str(each.tenant), "key": key * 64, "run": str(each.run_id),
            "lease": "30 s", "ttl": "1 day", "heir": "nobody",
        }
        for key, each in zip("123", (run, other, run), strict=True)
    ]  # fmt: skip
    connection = ledger.connections[-1]
    with expect.refusal(errors.InvalidParameterValue, "stand together"):
        await connection.execute("SELECT claim_many(%s)", [json.dumps(items)])
    first = await ledger.claim(asked(run, key=bytes.fromhex("1" * 64)))
    expect.value(first.outcome).equals(ClaimOutcome.CLAIMED)
