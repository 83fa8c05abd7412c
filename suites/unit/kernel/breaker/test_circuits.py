"""Circuits: when they open, who probes, what is heard, and that runs wait for them instead of failing."""

from datetime import timedelta
from uuid import UUID

import pytest

from autobiz_kernel import Json, NotDoneError
from autobiz_kernel.breaker import (
    Circuit,
    CircuitMetrics,
    CircuitRule,
    CircuitState,
    MemoryCircuits,
    MemoryResets,
    Transition,
    key_of,
    may,
    reset,
    told,
)
from autobiz_kernel.transport import ErrorClass, TurnedAwayError
from autobiz_kernel.workflow import Standing

from ....resets import a_word
from ....shop.place import refund, shop_in_memory
from ....shop.tools import answer_of

pytestmark = [pytest.mark.priority("P1"), pytest.mark.test_id("P1-T-RK05"), pytest.mark.risk("RK05")]

RULE = CircuitRule(failures_max=3, open_ms=1_000, probe_ms=500)
OPEN = Circuit(state=CircuitState.OPEN, until_ms=1_000)


def test_it_opens_after_failures_in_a_row() -> None:
    """One success in between begins the count anew; the last failure allowed opens for exactly its time."""
    circuit = Circuit()
    for is_well, state in (
        (False, "closed"),
        (False, "closed"),
        (True, "closed"),
        (False, "closed"),
        (False, "closed"),
    ):
        circuit = told(circuit, RULE, now_ms=0, token=0, is_well=is_well)
        assert circuit.state == state
    circuit = told(circuit, RULE, now_ms=7, token=0, is_well=False)
    assert (circuit.state, circuit.until_ms) == (CircuitState.OPEN, 1_007)
    assert not may(circuit, RULE, now_ms=1_006)[1].is_given
    assert may(circuit, RULE, now_ms=1_007)[1].is_given


def test_one_probe_decides() -> None:
    """Of all who ask when the time is over one may call; its success closes, its failure opens again."""
    probing, permit = may(OPEN, RULE, now_ms=1_000)
    assert (probing.state, permit.is_given, permit.token) == (CircuitState.HALF_OPEN, True, 1)
    assert not may(probing, RULE, now_ms=1_499)[1].is_given
    assert told(probing, RULE, now_ms=1_100, token=1, is_well=True) == Circuit(token=1)
    assert told(probing, RULE, now_ms=1_100, token=1, is_well=False).until_ms == 2_100


@pytest.mark.negative
def test_late_voices_are_not_heard() -> None:
    """A probe that died is followed by another, and what it says afterwards changes nothing."""
    first, _ = may(OPEN, RULE, now_ms=1_000)
    second, permit = may(first, RULE, now_ms=1_500)
    assert permit.token == 2
    for token, is_well in ((1, True), (1, False), (0, True)):
        assert told(second, RULE, now_ms=1_600, token=token, is_well=is_well) == second
    assert told(OPEN, RULE, now_ms=1, token=0, is_well=True) == OPEN
    assert reset(second) == Circuit(token=3)


@pytest.mark.asyncio
async def test_every_change_is_told_and_a_reset_with_its_author() -> None:
    """Opening, probing, closing and closing by hand are each heard of once."""
    heard: list[Transition] = []
    circuits = MemoryCircuits(RULE, on_transition=heard.append, resets=MemoryResets())
    word = a_word(UUID(int=1), why="the provider says so")
    for _ in range(3):
        await circuits.told(word.key, now_ms=0, token=0, is_well=False)
    await circuits.may(word.key, now_ms=1_000)
    await circuits.reset(word)
    assert [each.after.value for each in heard] == ["open", "half_open", "closed"]
    assert (heard[-1].who, heard[-1].why, heard[-1].at_ms) == ("ann", "the provider says so", word.at_ms)
    assert circuits.state_of("b") is CircuitState.CLOSED


@pytest.mark.asyncio
async def test_an_outage_opens_and_its_end_is_found() -> None:
    """While the provider is down runs wait and use up no attempts; afterwards each does its effect once."""
    shop = shop_in_memory()
    circuits = MemoryCircuits(CircuitRule(failures_max=3, open_ms=600_000), on_transition=lambda _each: None)
    is_down, asked = [True], list[str]()

    async def answer(operation: str, arguments: Json, key: str) -> Json:
        if operation == "payments.refund":
            asked.append(str(arguments["refund_id"]))
            if is_down[0]:
                raise NotDoneError
        return answer_of(operation, arguments, key)

    shop.provider, shop.circuits = answer, circuits
    runs = [await shop.start("refund", refund(number)) for number in range(6)]
    for _ in range(12):
        await shop.worker().work()
        shop.clock.advance(timedelta(seconds=10))
    key = f"{shop.tenant}:payments"
    assert circuits.state_of(key) is CircuitState.OPEN
    seen = len(asked)
    assert seen <= 6
    is_down[0] = False
    reasons = [await shop.until_over(run_id, step=timedelta(minutes=1)) for run_id in runs]
    assert reasons == ["COMPLETED"] * 6
    assert circuits.state_of(key) is CircuitState.CLOSED
    assert sorted(asked[seen:]) == [f"r-{number}" for number in range(6)]
    for run_id in runs:
        await shop.replay(run_id)
    assert await shop.advance(runs[0]) is Standing.ENDED


@pytest.mark.adversarial(115)
@pytest.mark.asyncio
async def test_a_bad_credential_opens_no_circuit_and_no_other_tenants() -> None:
    """What a provider refuses for good is no outage: however often, all circuits stay closed."""
    shop = shop_in_memory()
    shop.circuits = circuits = MemoryCircuits(RULE)

    async def answer(operation: str, arguments: Json, key: str) -> Json:
        if operation == "payments.refund":
            raise TurnedAwayError("the key was turned away", error_class=ErrorClass.AUTH)
        return answer_of(operation, arguments, key)

    shop.provider = answer
    for number in range(RULE.failures_max * 2):
        await shop.advance(await shop.start("refund", refund(number)))
    assert circuits.state_of(f"{shop.tenant}:payments") is CircuitState.CLOSED
    assert (await circuits.may(f"{UUID(int=7)}:payments", now_ms=0)).is_given


@pytest.mark.requirement("INV-04")
@pytest.mark.asyncio
async def test_changes_are_counted_by_dependency_and_the_worst_is_shown() -> None:
    """The gauge shows a dependency's worst circuit of any tenant, and no tenant's name is on the page."""
    metrics = CircuitMetrics()
    circuits = MemoryCircuits(RULE, on_transition=metrics.on_transition, resets=MemoryResets())
    word, two_pay = a_word(UUID(int=1), dependency="pay"), key_of(UUID(int=2), "pay")
    for key in (word.key, two_pay):
        for _ in range(RULE.failures_max):
            await circuits.told(key, now_ms=0, token=0, is_well=False)
    shown = [page(metrics)["circuit_breaker_state"]]
    await circuits.reset(word)
    shown.append(page(metrics)["circuit_breaker_state"])
    permit = await circuits.may(two_pay, now_ms=RULE.open_ms)
    shown.append(page(metrics)["circuit_breaker_state"])
    await circuits.told(two_pay, now_ms=RULE.open_ms, token=permit.token, is_well=True)
    shown.append(page(metrics)["circuit_breaker_state"])
    assert shown == [2, 2, 1, 0]
    assert page(metrics)["circuit_breaker_transition_total"] == 5
    samples = [one for metric in metrics.registry.collect() for one in metric.samples]
    labels = {label for one in samples for label in one.labels.values()}
    assert labels == {"pay", "open", "half_open", "closed"}


def page(metrics: CircuitMetrics) -> dict[str, float]:
    """What is shown, added up over what the dependencies have become."""
    shown: dict[str, float] = {}
    for metric in metrics.registry.collect():
        for sample in metric.samples:
            shown[sample.name] = shown.get(sample.name, 0) + sample.value
    return shown
