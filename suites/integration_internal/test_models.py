"""Models under law, judged from the books: who answered, who did not, and what both have cost."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from autobiz_harness.adapters import kept_run
from autobiz_kernel import ErrorCode, Ledger, TerminationReason
from autobiz_kernel.models import Outcome
from autobiz_kernel.transport import UnheardError
from autobiz_oracles import expect
from autobiz_oracles.permission import Scope

from ..calling import AGENT
from ..model_wires import PROMPT, Scene, anthropic, no, openai

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.risk("RK01"),
]


def _result(row: Mapping[str, object]) -> Any:
    kept = row["result"]
    return json.loads(kept) if isinstance(kept, str) else kept


@pytest.mark.requirement("P1-TR09", "P1-R05")
@pytest.mark.test_id("P1-T-RK01a", "P1-T10")
@pytest.mark.oracle("Trace", "Timing", "Cost")
@pytest.mark.adversarial(117)
async def test_the_fallback_answers_for_a_primary_that_does_not(
    ledger: Ledger, tenant: UUID, database: str
) -> None:
    """A primary times out and its pinned fallback answers: both are in the trace in order, and both cost."""
    scene = Scene(ledger=ledger, tenant=tenant, steps=[UnheardError("late"), anthropic()])
    told = await scene.ask()
    assert scene.run is not None
    await scene.kernel.end(scene.run, TerminationReason.COMPLETED)

    expect.value((told.outcome, told.text)).equals((Outcome.ANSWERED, "yes"))
    kept = kept_run(database, tenant, scene.run_id)
    account = expect.trace(kept.trace()).complete("call").correlated(str(kept.run["correlation_id"]))
    account.without_secrets(allowed=kept.drawn())
    both = [scene.pins["sort"].reference, scene.pins["second"].reference]
    expect.value([row["tool"] for row in kept.rows if row["path"]]).equals(both)
    expect.timing(*kept.times(virtual=True)).in_order().within_ms(20_000)
    # The one that was lost costs the most that it can: a token for each byte, and 100 at 5 that it may write.
    sent = scene.pins["sort"].with_prompt(PROMPT).body([{"role": "user", "text": "Where is my parcel?"}])
    most, known = Decimal(len(sent) + 500) / 10**6, Decimal(11 + 10) / 10**6
    expect.value([charge.usd for charge in kept.charges()]).equals([most, known])
    expect.cost(kept.charges()).attributed_to(str(tenant), "letters").adding_up_to(most + known)


@pytest.mark.negative
@pytest.mark.requirement("P1-TR09")
@pytest.mark.test_id("P1-T-RK01b")
@pytest.mark.oracle("SideEffect")
async def test_a_run_whose_models_both_fail_ends_cleanly(ledger: Ledger, tenant: UUID, database: str) -> None:
    """Neither answers: that is told as a value, no third is asked, nothing is done, and the run goes on."""
    scene = Scene(ledger=ledger, tenant=tenant, steps=[no(503), no(429), openai()])
    told = await scene.ask()

    expect.value((told.outcome, told.text, len(told.asked))).equals((Outcome.UNANSWERED, "", 2))
    expect.effects(scene.script.seen).none()
    kept = kept_run(database, tenant, scene.run_id)
    whys = [_result(row)["why"] for row in kept.rows]
    expect.value(whys).equals(["down", "busy"])
    expect.value({"ended": kept.run["termination_reason"]}).equals({"ended": None})
    again = await scene.ask(path="2")
    expect.value(again.outcome).equals(Outcome.ANSWERED)


@pytest.mark.negative
@pytest.mark.requirement("P1-TR09", "P1-R05")
@pytest.mark.test_id("P1-T-RK01c")
@pytest.mark.oracle("Permission")
@pytest.mark.adversarial(117)
async def test_what_is_not_pinned_is_not_asked(ledger: Ledger, tenant: UUID, database: str) -> None:
    """A model that is not pinned, or an answer by another one, is refused, and the trace says so."""
    scene = Scene(ledger=ledger, tenant=tenant, steps=[openai(model="gpt-test-2026-01-01-mini")])
    unpinned = await scene.ask("other")
    expect.value((unpinned.outcome, unpinned.code)).equals((Outcome.DENIED, ErrorCode.UNKNOWN_TOOL))
    expect.value(scene.script.sent).equals([])

    drifted = await scene.ask(path="2")
    expect.value((drifted.outcome, drifted.why, drifted.text)).equals((Outcome.UNANSWERED, "other_model", ""))
    kept = kept_run(database, tenant, scene.run_id)
    attempts = kept.attempts(ran=[scene.pins["sort"].reference])
    expect.permission(attempts).within(
        [Scope(principal=AGENT, tenant=str(tenant), tool="llm", action="sort")]
    )
    expect.value([row["outcome"] for row in kept.rows]).equals(["UNKNOWN_TOOL", "claimed"])


@pytest.mark.negative
@pytest.mark.requirement("P1-R05")
@pytest.mark.test_id("P1-T10")
@pytest.mark.adversarial(117)
async def test_who_does_not_tell_the_cost_has_used_up_all(
    ledger: Ledger, tenant: UUID, database: str
) -> None:
    """An answer without usage is none: it is charged at the most it can cost, and the run is over."""
    scene = Scene(ledger=ledger, tenant=tenant, steps=[openai(usage=None)])
    told = await scene.ask()
    again = await scene.ask(path="2")

    expect.value((told.outcome, told.why)).equals((Outcome.UNANSWERED, "usage_missing"))
    expect.value((again.outcome, again.code)).equals((Outcome.DENIED, ErrorCode.RUN_ENDED))
    kept = kept_run(database, tenant, scene.run_id)
    expect.value(kept.run["termination_reason"]).equals("MAX_TOKENS")
    expect.cost(kept.charges()).between(0.0005, 0.01)
