"""Models are pinned with all that is said to them, and asked again or in other words only within limits."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from autobiz_kernel import BoundsConfig, ErrorCode, MemoryLedger
from autobiz_kernel.models import FALLS_OVER, ModelClient, Outcome, PinError, Told, pins_of
from autobiz_kernel.providers import Unanswered
from autobiz_kernel.transport import ErrorClass, TurnedAwayError, UnheardError

from ....model_wires import FORM, PROMPT, Scene, Step, anthropic, business, no, openai

TENANT = UUID("0198c0de-0000-7000-8000-00000000000a")


def scene(*steps: Step, pin: dict[str, Any] | None = None, **changes: Any) -> Scene:
    pins = pins_of(business(**(pin or {})))
    return Scene(ledger=MemoryLedger(), tenant=TENANT, steps=list(steps), pins=pins, **changes)


def asked(made: Scene) -> Told:
    return asyncio.run(made.ask())


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (UnheardError("lost"), Unanswered.DOWN),
        (TurnedAwayError("never arrived"), Unanswered.BUSY),
        (no(429), Unanswered.BUSY),
        (no(429, code="insufficient_quota"), Unanswered.QUOTA),
        (no(500), Unanswered.DOWN),
        (no(529), Unanswered.DOWN),
        (no(401), Unanswered.AUTH),
        (no(400), Unanswered.REFUSED),
        (no(302), Unanswered.UNREADABLE),
        (UnheardError("garbled", error_class=ErrorClass.INTERNAL), Unanswered.UNREADABLE),
        (openai(choices=[]), Unanswered.UNREADABLE),
        (openai(model="gpt-test-2026-02-02"), Unanswered.OTHER_MODEL),
        (openai(model="gpt-test-2026-01-01-mini"), Unanswered.OTHER_MODEL),
        (openai(model="gpt-test-2026-01"), Unanswered.OTHER_MODEL),
        (openai(usage={"prompt_tokens": 7}), Unanswered.USAGE_MISSING),
    ],
)
def test_who_falls_over_and_who_does_not(step: Step, why: Unanswered) -> None:
    """A provider that is late, busy or down has one stand-in; what is wrong with the question has none."""
    alone = asked(scene(step, pin={"fallback": None}))
    assert (alone.outcome, alone.why, len(alone.asked)) == (Outcome.UNANSWERED, why, 1)
    told = asked(scene(step, anthropic("by the second")))
    is_answered = why in FALLS_OVER
    assert (told.text == "by the second", len(told.asked)) == (is_answered, 1 + is_answered)


def test_a_model_that_never_answers_is_given_up_in_its_time() -> None:
    """A provider that hangs is ended by its pin's own timeout, and the fallback asked."""
    told = asked(scene(None, anthropic(), pin={"timeout_ms": 20}))
    assert (told.outcome, len(told.asked)) == (Outcome.ANSWERED, 2)


@pytest.mark.negative
def test_what_could_not_end_by_the_deadline_is_not_begun() -> None:
    """A primary that fails so late that its fallback might end after the deadline has no fallback."""
    late = scene(no(500), anthropic(), takes=timedelta(milliseconds=40_001))
    assert asked(late).why is Unanswered.DOWN
    just = scene(no(500), anthropic(), takes=timedelta(milliseconds=40_000))
    assert asked(just).outcome is Outcome.ANSWERED


@pytest.mark.parametrize("bad", ["no", "[]", '{"kind": "x"}', '{"kind": "parcel", "kind": "refund"}', "{}"])
def test_an_answer_out_of_form_is_mended_within_limits(bad: str) -> None:
    """It is asked again with what was wrong, and never more often than its pin says."""
    form: dict[str, Any] = {"answer_schema": FORM, "repairs_max": 2}
    mended = scene(openai(bad), openai(bad), openai('{"kind": "parcel"}'), pin=form)
    told = asked(mended)
    assert (told.outcome, told.value, len(told.asked)) == (Outcome.ANSWERED, {"kind": "parcel"}, 3)
    assert "Wrong with it" in mended.script.sent[1]["messages"][-1]["content"]
    never = asked(scene(*[openai(bad)] * 9, pin=form))
    assert (never.outcome, never.value, len(never.asked)) == (Outcome.MALFORMED, None, 3)
    assert never.complaints


def test_a_mending_that_fails_is_told_as_such() -> None:
    """If nobody answers the second time, that is what came of it."""
    told = asked(scene(openai("no"), no(500), pin={"answer_schema": FORM}))
    assert (told.outcome, told.why, told.value) == (Outcome.UNANSWERED, Unanswered.DOWN, None)


@pytest.mark.negative
def test_the_bounds_of_the_run_hold_for_its_models() -> None:
    """Tokens are known afterwards: one question may go over, the next one is not asked."""
    made = scene(openai(), openai(), bounds=BoundsConfig(tokens_max=10))

    async def twice() -> tuple[Told, Told]:
        return await made.ask(), await made.ask(path="2")

    first, second = asyncio.run(twice())
    assert (first.outcome, second.code) == (Outcome.ANSWERED, ErrorCode.BOUND_TOKENS)
    assert len(made.script.sent) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"model": "gpt-test-2"},
        {"parameters": {"temperature": 1}},
        {"tokens_max": 99},
        {"timeout_ms": 19_000},
        {"prompt_sha256": "0" * 64},
        {"answer_schema": FORM},
        {"provider": "openai.responses"},
    ],
)
def test_whatever_is_changed_makes_another_version(change: dict[str, Any]) -> None:
    """Model, prompt, parameters, limits and form are all in the name that a trace holds."""
    assert pins_of(business())["sort"].version != pins_of(business(**change))["sort"].version


def test_pinned_parameters_and_prompt_are_what_is_sent() -> None:
    """The request holds the pinned model, prompt and parameters, and nobody passes others."""
    made = scene(openai(), pin={"parameters": {"temperature": 0}})
    asked(made)
    (sent,) = made.script.sent
    assert (sent["temperature"], sent["model"]) == (0, made.pins["sort"].entry.model)
    assert sent["messages"][0] == {"role": "system", "content": PROMPT}


@pytest.mark.negative
def test_another_prompt_is_refused() -> None:
    """A prompt of other bytes than the pinned ones makes no tool, by one space already."""
    with pytest.raises(PinError, match="pinned is"):
        pins_of(business())["sort"].with_prompt(PROMPT + " ")


@pytest.mark.negative
def test_all_that_is_wrong_with_pins_is_told_at_once() -> None:
    """Provider, reserved parameters, a form that is none, circles: one error names them all."""
    pin: dict[str, Any] = {"provider": "openai.chat", "model": "m", "prompt_sha256": "0" * 64}
    models = {
        "a": pin | {"provider": "openai", "parameters": {"stream": True, "model": "x"}, "fallback": "a"},
        "b": pin | {"fallback": "c", "answer_schema": {"type": "array"}},
        "c": pin | {"fallback": "b"},
    }
    with pytest.raises(PinError) as caught:
        pins_of(business(models))
    for words in (
        "'openai'",
        "'stream'",
        "'model'",
        "own fallback",
        "has one too",
        "another form",
        "'object'",
    ):
        assert words in str(caught.value)


@pytest.mark.negative
def test_a_deadline_that_leaves_no_room_for_the_fallback_is_refused() -> None:
    """What could never be asked in time is found when the client is made."""
    with pytest.raises(PinError, match="40000 ms"):
        ModelClient(kernel=scene().kernel, pins=pins_of(business()), deadline_ms=39_999)
