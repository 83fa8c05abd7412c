"""A run's own records, read past the kernel, judged by the oracles that they are evidence for."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from autobiz_harness.adapters import EvidenceError, KeptRun, kept_run
from autobiz_kernel import Json, Kernel, Ledger, Principal, TerminationReason
from autobiz_mocks import VirtualClock
from autobiz_oracles import (
    Outcome,
    correlated,
    denied_and_logged,
    expect,
    unheard,
    within_scopes,
)
from autobiz_oracles.permission import Scope

from ..calling import AGENT, ask, law_for, where_of
from ..tools import contract, tool

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.priority("P0")]

REFUND: Json = {"refund_id": "r-1"}
TOOK = timedelta(milliseconds=250)


@dataclass(kw_only=True)
class Story:
    """Two calls of one run, of which the law allows the first, and what the world saw of them."""

    ledger: Ledger
    clock: VirtualClock
    tenant: UUID
    ran: list[str] = field(default_factory=list)

    async def tell(self) -> UUID:
        async def refund(arguments: Json, external_key: str) -> Json:
            self.ran.append("provider.refund@1")
            self.clock.advance(TOOK)
            return {"id": external_key}

        async def void(arguments: Json, external_key: str) -> Json:
            self.ran.append("other.void@1")
            return {}

        allowed = tool(refund, contract(cost_micros=1_500))
        denied = tool(void, contract(name="other", operation="void"))
        law = law_for(self.tenant, allowed, denied)
        kernel = Kernel(
            ledger=self.ledger,
            clock=self.clock,
            policy=replace(law, scopes=law.scopes[:1]),
            tools={where_of(one): one for one in (allowed, denied)},
        )
        principal = Principal(name=AGENT, tenant=self.tenant)
        run = await kernel.begin(tenant=self.tenant, principal=principal, workflow="refund")
        await kernel.call(run, ask(allowed, REFUND))
        await kernel.call(run, ask(denied, REFUND, path="2"))
        await kernel.end(run, TerminationReason.COMPLETED)
        return run.run_id

    @property
    def scope(self) -> Scope:
        return Scope(principal=AGENT, tenant=str(self.tenant), tool="provider", action="refund")


@pytest.fixture
def story(ledger: Ledger, clock: VirtualClock, tenant: UUID) -> Story:
    return Story(ledger=ledger, clock=clock, tenant=tenant)


@pytest_asyncio.fixture(loop_scope="session")
async def kept(story: Story, database: str) -> KeptRun:
    return kept_run(database, story.tenant, await story.tell())


@pytest.mark.requirement("P1-R02", "INV-02")
@pytest.mark.test_id("P1-T03", "P1-T04")
@pytest.mark.oracle("Permission")
async def test_only_what_a_scope_allows_ran_and_the_denial_is_logged(story: Story, kept: KeptRun) -> None:
    """The allowed tool ran, the other one did not, and the trace names who was denied what."""
    attempts = kept.attempts(ran=story.ran)
    expect.value([one.executed for one in attempts]).equals([True, False])
    expect.permission(attempts).within([story.scope])
    expect.permission(attempts[1:]).denied_and_logged(kept.denials())


@pytest.mark.negative
@pytest.mark.requirement("P1-R02", "INV-02")
@pytest.mark.test_id("P1-T04")
async def test_a_tool_that_ran_without_a_scope_or_without_a_word_would_be_found(
    story: Story, kept: KeptRun
) -> None:
    """Had the denied tool run, or had the denial not been logged, the same records would fail."""
    astray = kept.attempts(ran=[*story.ran, "other.void@1"])
    with unheard():
        ran = within_scopes(astray, [story.scope])
        silent = denied_and_logged(kept.attempts(ran=story.ran)[1:], [])
    expect.value([ran.outcome, silent.outcome]).equals([Outcome.FAIL, Outcome.FAIL])


@pytest.mark.requirement("P1-R05", "INV-04")
@pytest.mark.test_id("P1-T09")
@pytest.mark.oracle("Trace")
async def test_the_trace_is_whole_and_under_one_id(kept: KeptRun) -> None:
    """From start to end no row is missing, and all carry the id of the run; nothing secret is in them."""
    told = expect.trace(kept.trace()).complete("call").correlated(str(kept.run["correlation_id"]))
    told.without_secrets(allowed=kept.drawn())


@pytest.mark.negative
@pytest.mark.requirement("P1-R05", "INV-04")
@pytest.mark.test_id("P1-T09")
async def test_a_row_of_another_run_would_be_found(kept: KeptRun) -> None:
    """A row that names another run does not pass under this one's id."""
    mixed = replace(kept, rows=({**kept.rows[0], "run_id": str(uuid4())}, *kept.rows[1:]))
    with unheard():
        verdict = correlated(mixed.trace(), correlation_id=str(kept.run["correlation_id"]))
    expect.value(verdict.outcome).equals(Outcome.FAIL)


@pytest.mark.requirement("P1-R05", "INV-04")
@pytest.mark.test_id("P1-T10")
@pytest.mark.oracle("Cost")
async def test_the_cost_is_the_sum_of_its_calls_and_is_borne_by_the_tenant(
    story: Story, kept: KeptRun
) -> None:
    """What the contract says a call costs is charged once, to this tenant and workflow, and adds up."""
    total = kept.run["cost_micros"]
    assert isinstance(total, int)
    expect.cost(kept.charges()).between(0.0015, 0.0015).attributed_to(
        str(story.tenant), "refund"
    ).adding_up_to(total / 1_000_000)


@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T06")
@pytest.mark.oracle("Timing")
async def test_each_call_took_what_the_clock_says(kept: KeptRun) -> None:
    """On the virtual clock the tool took 250 ms, the denied call no time, one after the other."""
    ran, denied = kept.times(virtual=True)
    expect.timing(ran).at_least_ms(250).within_ms(250)
    expect.timing(denied).within_ms(0)
    expect.timing(ran, denied).in_order()


@pytest.mark.negative
@pytest.mark.requirement("INV-04")
async def test_a_run_that_nobody_kept_is_no_evidence(database: str, tenant: UUID) -> None:
    """Reading a run that is not there is told, and not read as an empty one."""
    with expect.refusal(EvidenceError, "hold no run"):
        kept_run(database, tenant, uuid4())
