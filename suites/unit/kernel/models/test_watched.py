"""What a watcher counts of models: each question by its pin and its end, and each fallback by its reason."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from autobiz_kernel import MemoryLedger
from autobiz_kernel.models import FALLS_OVER, ModelClient, ModelMetrics
from autobiz_kernel.providers import Unanswered
from autobiz_kernel.transport import UnheardError

from ....model_wires import QUESTION, Scene, Step, anthropic, no, openai

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-TR09", "INV-04")]

TENANT = UUID(int=7)
REQUEST, FALLBACK = "llm_request_total", "llm_fallback_triggered_total"


def counted(*steps: Step, model: str = "sort", is_lost: bool = False) -> dict[tuple[str, ...], float]:
    """What was counted of one question: names and labels, without the versions of the pins."""
    scene, metrics = Scene(ledger=MemoryLedger(), tenant=TENANT, steps=list(steps)), ModelMetrics()
    scene.kernel = replace(scene.kernel, on_settled=metrics.on_settled)

    async def asked() -> None:
        await scene.ask("other")
        assert scene.run is not None
        if is_lost:
            await scene.ledger.take_run(TENANT, scene.run_id, now=scene.clock.now())
        client = ModelClient(kernel=scene.kernel, pins=scene.pins, on_fallback=metrics.on_fallback)
        await client.ask(scene.run, path="2", model=model, messages=QUESTION)

    asyncio.run(asked())
    return {
        (sample.name, *(value for name, value in sample.labels.items() if name != "version")): sample.value
        for metric in metrics.registry.collect()
        for sample in metric.samples
        if not sample.name.endswith("_created")
    }


def test_an_answer_is_one_question_and_no_fallback() -> None:
    """A model that answers is counted once, under its pin's name."""
    assert counted(openai()) == {(REQUEST, "sort", "answered"): 1}


@pytest.mark.parametrize(
    ("step", "why"),
    [(UnheardError("lost"), "down"), (no(429), "busy"), (no(429, code="insufficient_quota"), "quota")],
)
def test_a_fallback_is_counted_with_its_reason(step: Step, why: str) -> None:
    """Both questions are counted, the first by why it was not answered, and the change between them once."""
    assert Unanswered(why) in FALLS_OVER
    assert counted(step, anthropic()) == {
        (REQUEST, "sort", why): 1,
        (REQUEST, "second", "answered"): 1,
        (FALLBACK, "sort", why): 1,
    }


@pytest.mark.negative
def test_what_no_fallback_can_cure_triggers_none() -> None:
    """A key that is not taken is counted as that."""
    assert counted(no(401)) == {(REQUEST, "sort", "auth"): 1}


@pytest.mark.negative
def test_what_was_asked_of_nobody_is_not_counted() -> None:
    """A name that is not pinned is the caller's text and makes no label; nor does a lost run."""
    assert counted(model="x" * 50) == {}
    assert counted(openai(), is_lost=True) == {}
