"""How a run ends: at its caps, at its time, and in a loop."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from autobiz_kernel import (
    BoundsConfig,
    CallError,
    ClaimOutcome,
    CostError,
    EffectClass,
    ErrorCode,
    LoopConfig,
    Principal,
    RunError,
    Spent,
    TerminationReason,
    prices_of_toml,
)

from ...tools import contract
from .governed import TENANT, Desk, raw, refund

pytestmark = [pytest.mark.asyncio, pytest.mark.priority("P0"), pytest.mark.negative]


@pytest.fixture
def desk() -> Desk:
    return Desk()


SPOILT: dict[str, Any] = {"none": {}, "invalid": {"arguments": {}}, "unknown": {"tool": "nobody"}}
CAPS = [
    ("steps_max", ErrorCode.BOUND_STEPS, TerminationReason.MAX_STEPS),
    ("tool_calls_max", ErrorCode.BOUND_TOOL_CALLS, TerminationReason.MAX_TOOL_CALLS),
]


@pytest.mark.adversarial(41, 42)
@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T05", "P1-T07")
@pytest.mark.parametrize(("cap", "code", "reason"), CAPS)
@pytest.mark.parametrize("spoiling", ["none", "invalid", "unknown"])
async def test_the_call_at_the_cap_passes_and_the_next_ends_the_run(
    cap: str, code: ErrorCode, reason: TerminationReason, spoiling: str
) -> None:
    """Exactly as many calls as the cap are judged, denied and malformed ones too; one more ends the run."""
    caps: dict[str, Any] = {cap: 3}
    desk = Desk(bounds=BoundsConfig(**caps))
    kernel, run = desk.kernel(), await desk.run()
    spoilt = SPOILT[spoiling]
    for number in range(2):
        await kernel.call(run, raw(**({"arguments": refund(number)} | spoilt)))
    assert (await kernel.call(run, raw(arguments=refund(9)))).outcome is ClaimOutcome.CLAIMED
    assert (await kernel.call(run, raw(arguments=refund(10)))).outcome is code
    assert run.termination_reason is reason
    assert (await kernel.call(run, raw(arguments=refund(11)))).outcome is ErrorCode.RUN_ENDED
    kept = await desk.ledger.load_run(TENANT, run.run_id)
    assert kept is not None
    assert kept.termination_reason is reason


@pytest.mark.adversarial(46)
@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T07")
async def test_cost_and_tokens_overshoot_by_one_call(desk: Desk) -> None:
    """What is known only after a call stops the next one, so a cap is passed by one call at most."""
    for bounds, code in (
        (BoundsConfig(cost_micros_max=100), ErrorCode.BOUND_COST),
        (BoundsConfig(tokens_max=100), ErrorCode.BOUND_TOKENS),
    ):
        desk = Desk(made=contract(cost_micros=60), bounds=bounds, answers={"tokens": 60})
        told = [(await desk.call(refund(number))).outcome for number in range(3)]
        assert told == [ClaimOutcome.CLAIMED, ClaimOutcome.CLAIMED, code]


PRICES = """
currency = "USD"
[[price]]
item = "model"
from = 2026-01-01
price = "2.50"
per = 1000
"""


@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T07")
async def test_tokens_cost_what_the_price_table_says() -> None:
    """A call costs its own price and that of the tokens its result tells of; the books say the same."""
    made = replace(contract(cost_micros=60), priced_as="model")
    desk = Desk(made=made, answers={"tokens": 3}, prices=prices_of_toml(PRICES))
    kernel = desk.kernel()
    run = await desk.run(kernel)
    await kernel.call(run, raw())
    kept = await desk.ledger.load_run(TENANT, run.run_id)
    assert kept is not None
    assert (run.spent.cost_micros, kept.spent.cost_micros) == (7_560, 7_560)


@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T07")
async def test_what_has_no_price_is_not_done() -> None:
    """Tokens without an item in the table stop the configuration, and before its first day the call."""
    desk = Desk(made=replace(contract(), priced_as="model"))
    with pytest.raises(CallError, match=r"no price for the tokens of provider.refund@1 \(model\)"):
        desk.kernel()
    desk.prices = prices_of_toml(PRICES.replace("2026-01-01", "2999-01-01"))
    kernel = desk.kernel()
    run = await desk.run(kernel)
    with pytest.raises(CostError, match="nothing is known"):
        await kernel.call(run, raw())
    assert desk.seen == []


@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T07")
async def test_branches_do_not_share_the_last_unit_of_cost(desk: Desk) -> None:
    """What a call under way will cost is as good as used for whoever asks meanwhile."""
    desk = Desk(made=contract(cost_micros=60), bounds=BoundsConfig(cost_micros_max=100))
    inner: list[Any] = []
    kernel, run = desk.kernel(), await desk.run()

    execute = desk.execute

    async def asks(arguments: Any, key: str) -> Any:
        if not desk.seen:
            await execute(arguments, key)
            inner.append((await kernel.call(run, raw(arguments=refund(2)))).outcome)
            inner.append((await kernel.call(run, raw(arguments=refund(3)))).outcome)
        return await execute(arguments, key)

    tool = replace(desk.tool, execute=asks)
    kernel = replace(kernel, tools={("provider", "refund", "1"): tool})
    outcome = (await kernel.call(run, raw(arguments=refund(1)))).outcome
    assert (outcome, inner) == (ClaimOutcome.CLAIMED, [ClaimOutcome.CLAIMED, ErrorCode.BOUND_COST])
    assert (run.spent.cost_micros, run.set_aside_micros) == (120, 0)


@pytest.mark.requirement("P1-R04", "INV-03")
@pytest.mark.test_id("P1-T08")
async def test_a_resumed_run_remembers_its_polls_and_its_circles(desk: Desk) -> None:
    """What was asked for before a crash counts as it did, tools and arguments alike."""
    kernel, run = desk.kernel(), await desk.run()
    for _ in range(3):
        await kernel.call(run, raw())
    again = await kernel.resume(tenant=TENANT, run_id=run.run_id, principal=run.principal)
    assert again.view(desk.clock.now()).history == run.view(desk.clock.now()).history
    assert (await kernel.call(again, raw())).outcome is ErrorCode.LOOP_DETECTED


@pytest.mark.adversarial(50)
@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T05", "P1-T07")
async def test_a_resumed_run_goes_on_with_the_budget_it_had(desk: Desk) -> None:
    """Crashing does not buy a new budget."""
    desk.bounds = BoundsConfig(steps_max=2)
    kernel, run = desk.kernel(), await desk.run()
    for number in range(2):
        await kernel.call(run, raw(arguments=refund(number)))
    again = await kernel.resume(tenant=TENANT, run_id=run.run_id, principal=run.principal)
    assert (await kernel.call(again, raw(arguments=refund(3)))).outcome is ErrorCode.BOUND_STEPS


@pytest.mark.adversarial(50)
@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T05", "P1-T07")
async def test_a_look_that_costs_something_is_charged_though_its_worker_dies(desk: Desk) -> None:
    """Who dies while it asks a model has used a step and its price; what costs nothing is not announced."""
    for micros, used in ((60, (1, 60)), (0, (0, 0))):
        made = contract(effect_class=EffectClass.READ, cost_micros=micros)
        desk = Desk(made=made, answers=asyncio.CancelledError(), bounds=BoundsConfig(steps_max=1))
        kernel, run = desk.kernel(), await desk.run()
        with pytest.raises(asyncio.CancelledError):
            await kernel.call(run, raw())
        heir = await kernel.resume(tenant=TENANT, run_id=run.run_id, principal=run.principal)
        assert (heir.spent.steps, heir.spent.cost_micros) == used
        desk.answers = {"id": "seen"}
        told = (await kernel.call(heir, raw())).outcome
        assert told is (ErrorCode.BOUND_STEPS if micros else ClaimOutcome.CLAIMED)


@pytest.mark.requirement("P1-R03", "INV-03")
async def test_a_look_that_went_well_is_charged_once(desk: Desk) -> None:
    """Its settlement pays for what was announced, a take-over for nothing more."""
    desk = Desk(made=contract(effect_class=EffectClass.READ, cost_micros=60), answers={"tokens": 5})
    kernel, run = desk.kernel(), await desk.run()
    assert (await kernel.call(run, raw())).result == {"tokens": 5}
    heir = await kernel.resume(tenant=TENANT, run_id=run.run_id, principal=run.principal)
    assert heir.spent == run.spent == Spent(steps=1, tool_calls=1, tokens=5, cost_micros=60)
    # Whoever held the run before asks nobody any more.
    assert (await kernel.call(run, raw(arguments=refund(2)))).outcome is ErrorCode.FENCED
    assert len(desk.seen) == 1


@pytest.mark.adversarial(51)
@pytest.mark.requirement("P1-R04", "INV-03")
@pytest.mark.test_id("P1-T08")
@pytest.mark.parametrize("cycle", ["A", "AB", "ABC", "ABCD"])
async def test_a_cycle_of_calls_is_ended(desk: Desk, cycle: str) -> None:
    """A turn of one to four calls may come three times; the call that completes a fourth is denied."""
    told = [(await desk.call({"refund_id": name})).outcome for name in cycle * 5]
    turns = len(cycle) * 4
    assert told[: turns - 1].count(ErrorCode.LOOP_DETECTED) == 0
    assert told[turns - 1 : turns + 1] == [ErrorCode.LOOP_DETECTED, ErrorCode.RUN_ENDED]
    assert desk.runs[-1].termination_reason is TerminationReason.LOOP_DETECTED


@pytest.mark.adversarial(52, 54)
@pytest.mark.requirement("P1-R04", "INV-03")
@pytest.mark.test_id("P1-T08")
async def test_what_only_looks_like_a_loop_passes(desk: Desk) -> None:
    """The same tool with other arguments, or an operation that may be polled, is no loop."""
    assert {(await desk.call(refund(number))).outcome for number in range(12)} == {ClaimOutcome.CLAIMED}
    polling = Desk(bounds=BoundsConfig(loops=LoopConfig(polling={"provider.refund": 20})))
    assert [(await polling.call()).outcome for _ in range(12)].count(ErrorCode.LOOP_DETECTED) == 0


@pytest.mark.adversarial(53)
@pytest.mark.requirement("P1-R04", "INV-03")
@pytest.mark.test_id("P1-T08")
async def test_arguments_that_differ_in_a_nonce_are_a_loop(desk: Desk) -> None:
    """What the configuration says to ignore does not hide a repetition."""
    desk.bounds = BoundsConfig(loops=LoopConfig(ignored=("/note",)))
    told = [(await desk.call({"refund_id": "r", "note": f"n{number}"})).outcome for number in range(4)]
    assert told[-1] is ErrorCode.LOOP_DETECTED


@pytest.mark.negative
@pytest.mark.requirement("INV-06")
async def test_who_may_not_resume_a_run_does_not_stop_its_worker(desk: Desk) -> None:
    """A stranger, or another configuration, is refused before the run changes hands; its worker goes on."""
    run = await desk.run()
    stranger = Principal(name="stranger", tenant=TENANT)
    with pytest.raises(RunError, match="not for 'stranger'"):
        await desk.kernel().resume(tenant=TENANT, run_id=run.run_id, principal=stranger)
    with pytest.raises(RunError, match="another configuration"):
        await desk.kernel(config_hash=b"\1" * 32).resume(
            tenant=TENANT, run_id=run.run_id, principal=run.principal
        )
    assert (await desk.call()).outcome is ClaimOutcome.CLAIMED
