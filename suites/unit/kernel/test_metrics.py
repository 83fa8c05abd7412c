"""What a watcher counts: under the names of the specification, with few labels, and once for each thing."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import generate_latest

from autobiz_kernel import (
    BoundsConfig,
    ClaimOutcome,
    NotDoneError,
    Refused,
    TerminationReason,
)

from .governed import Desk, raw, refund

pytestmark = [pytest.mark.asyncio, pytest.mark.requirement("INV-04")]


def counted(desk: Desk) -> dict[str, float]:
    """All samples that are not zero, named as on the page that a watcher reads."""
    samples = (sample for metric in desk.metrics.registry.collect() for sample in metric.samples)
    return {
        sample.name + _labels(sample.labels): sample.value
        for sample in samples
        if sample.value and not sample.name.endswith(("_created", "_bucket"))
    }


def _labels(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}" if labels else ""


async def test_an_effect_is_counted_once_and_its_replay_as_a_hit() -> None:
    """One act asked for twice: two invocations, one miss, one hit, one receipt."""
    desk = Desk()
    await desk.call()
    reply = await desk.call()
    assert reply.outcome is ClaimOutcome.REPLAY
    seen = counted(desk)
    where = '{tool="provider.refund",version="1"}'
    assert seen["tool_invocation_total" + where] == 2
    assert seen["receipt_created_total" + where] == 1
    assert seen["idempotency_miss_total"] == 1
    assert seen['idempotency_hit_total{outcome="replay"}'] == 1
    assert seen["permission_check_pass_total"] == 2
    assert seen['tool_call_seconds_count{tool="provider.refund"}'] == 2


@pytest.mark.parametrize(
    ("changes", "sample"),
    [
        ({"arguments": {"refund_id": 7}}, 'schema_reject_total{tool="provider.refund"}'),
        ({"operation": "void"}, 'call_denied_total{guard="resolve",code="UNKNOWN_TOOL"}'),
    ],
)
async def test_a_denied_call_is_counted_by_its_guard(changes: dict[str, object], sample: str) -> None:
    """Who is refused is counted where it was refused, and neither as an invocation nor as a miss."""
    desk = Desk()
    run = await desk.run()
    await desk.kernel().call(run, raw(**changes))
    seen = counted(desk)
    assert seen[sample] == 1
    assert not [name for name in seen if name.startswith(("tool_invocation", "idempotency", "receipt"))]


@pytest.mark.negative
async def test_what_a_caller_writes_never_becomes_a_label() -> None:
    """A hundred names that no contract has are one series, or a caller could fill a watcher's memory."""
    desk = Desk()
    run = await desk.run(desk.kernel())
    for number in range(100):
        await desk.kernel().call(run, raw(tool=f"tool-{number}", version=str(number), path=str(number)))
    assert b"tool-" not in generate_latest(desk.metrics.registry)


async def test_a_call_outside_of_its_scope_is_counted_as_forbidden() -> None:
    """A denial by the scopes has a counter of its own, and no pass beside it."""
    desk = Desk()
    run = await desk.run()
    await desk.kernel(scopes=()).call(run, raw())
    seen = counted(desk)
    assert seen['permission_check_deny_total{tool="provider.refund"}'] == 1
    assert "permission_check_pass_total" not in seen


@pytest.mark.parametrize(
    ("answer", "sample", "receipts"),
    [
        (Refused(result={"code": "declined"}), "idempotency_miss_total", 0),
        (NotDoneError("nothing left"), "idempotency_miss_total", 0),
        (RuntimeError("lost"), 'effect_uncertain_total{tool="provider.refund",version="1"}', 0),
        ({"id": "re_1"}, 'receipt_created_total{tool="provider.refund",version="1"}', 1),
    ],
    ids=["refused", "nothing", "doubt", "done"],
)
async def test_only_what_happened_counts_as_a_receipt(answer: object, sample: str, receipts: int) -> None:
    """A refusal, a non-event and a doubt are misses without a receipt."""
    desk = Desk()
    desk.answers = answer  # type: ignore[assignment]  # one of the four kinds of answer
    with suppress(NotDoneError, RuntimeError):  # what a tool raises passes through
        await desk.call()
    seen = counted(desk)
    assert seen[sample] == 1
    assert sum(value for name, value in seen.items() if name.startswith("receipt_created_total")) == receipts


async def test_a_run_that_ends_is_counted_once_with_its_reason() -> None:
    """The end of a run shows its reason, its steps and its cost, the first time only."""
    desk = Desk(bounds=BoundsConfig(steps_max=2))
    for number in range(4):
        await desk.call(refund(number))
    await desk.kernel().end(desk.runs[-1], TerminationReason.COMPLETED)
    seen = counted(desk)
    assert seen['run_ended_total{reason="MAX_STEPS"}'] == 1
    assert seen["run_steps_count"] == 1
    assert 'run_ended_total{reason="COMPLETED"}' not in seen


async def test_a_loop_and_a_conflict_have_counters() -> None:
    """A run that goes in circles and a patch that came too late are seen without reading a trace."""
    desk = Desk()
    run = await desk.run()
    kernel = desk.kernel()
    for _ in range(5):
        await kernel.call(run, raw())
    assert counted(desk)["loop_detection_total"] == 1
    other = Desk(ledger=desk.ledger)
    stale = await other.run()
    stale.state_version = 7
    await other.kernel().call(stale, raw(arguments=refund(9)), patch_of=lambda _: {"seen": True})
    assert counted(other)["state_conflict_total"] == 1


@pytest.mark.requirement("P1-R25")
async def test_what_a_scanner_finds_is_counted_by_its_kind() -> None:
    """A secret in an answer is one detection of its type, and one incident."""
    desk = Desk(answers={"id": "re_1", "text": "sk_live_" + "a1B2" * 6})
    await desk.call()
    seen = counted(desk)
    assert seen['scanner_detection_total{type="stripe_key"}'] == 1
    assert seen['incident_total{kind="scanner_hit"}'] == 1


async def test_a_worker_that_has_lost_its_run_counts_nothing() -> None:
    """What was not written down did not come to anything."""
    desk = Desk()
    run = await desk.run()
    await desk.ledger.take_run(run.tenant, run.run_id, now=desk.clock.now() + timedelta(seconds=1))
    await desk.kernel().call(run, replace(raw(), path="2"))
    assert counted(desk) == {}
