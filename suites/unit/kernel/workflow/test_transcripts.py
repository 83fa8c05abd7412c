"""Replaying transcripts: the same moves, or the step that differs."""

from dataclasses import replace

import orjson
import pytest

from autobiz_kernel import UNSETTLED, NotDoneError, ReplayError
from autobiz_kernel.workflow import Transcript, replay_transcript, transcript_of
from autobiz_kernel.workflow.interpreter import moved
from autobiz_kernel.workflow.words import Answered, Came, Decided, Passed
from autobiz_oracles import expect

from ....shop.place import Shop, order, refund, shop_in_memory

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R08", "INV-06"),
]


def is_refused(shop: Shop, transcript: Transcript) -> bool:
    """Whether a replay says that the transcript is not the run's."""
    try:
        replay_transcript(shop.compiled, transcript)
    except ReplayError:
        return True
    return False


@pytest.mark.test_id("P1-T15")
async def test_a_transcript_replays_to_the_same_state_without_a_call() -> None:
    """Every run of the shop, however it went, replays to its own hash and receipts, and no tool is asked."""
    shop = shop_in_memory()
    shop.answers["payments.refund"] = [NotDoneError(), RuntimeError("gone"), {"id": "re_9"}]
    runs = [await shop.start("refund", refund(1)), await shop.start("reserve_all", order())]
    runs.append(await shop.start("refund", refund(2, amount=9_000)))
    for run_id in runs:
        await shop.until_over(run_id)
    seen = len(shop.seen)
    for run_id in runs:
        told = await shop.replay(run_id)
        kept = (await shop.ledger.versions_of(shop.tenant, run_id))[-1].state_hash
        expect.replay(kept.hex(), told.state_hash.hex()).agrees()
        assert told.receipts == len(await shop.ledger.receipts_of(shop.tenant, run_id))
    assert len(shop.seen) == seen


@pytest.mark.negative
@pytest.mark.test_id("P1-T15")
async def test_a_forged_transcript_is_found_at_its_step() -> None:
    """Whatever is altered, lost or added in a transcript is found, and told with its step."""
    shop = shop_in_memory()
    run_id = await shop.start("refund", refund())
    await shop.advance(run_id)
    kept = await transcript_of(shop.ledger, shop.queue, shop.tenant, run_id)
    traces, receipts, versions = kept.traces, kept.receipts, kept.versions
    forged = {
        "another result": replace(
            kept, traces=(traces[0], replace(traces[1], result=b'{"captured":1,"refunded":0}'), *traces[2:])
        ),
        "another ruling": replace(
            kept,
            traces=(
                *traces[:2],
                replace(traces[2], guard="permission", outcome="PERMISSION_DENIED"),
                *traces[3:],
            ),
        ),
        "another tool": replace(
            kept, traces=(traces[0], replace(traces[1], tool="orders.erase@1"), *traces[2:])
        ),
        "other arguments": replace(
            kept, traces=(traces[0], replace(traces[1], command=b"\0" * 32), *traces[2:])
        ),
        "another order": replace(kept, traces=(traces[0], traces[2], traces[1], *traces[3:])),
        "a lost row": replace(kept, traces=(traces[0], *traces[2:])),
        "a lost version": replace(kept, versions=versions[:-1]),
        "a changed patch": replace(
            kept, versions=(versions[0], replace(versions[1], state_hash=b"\1" * 32), *versions[2:])
        ),
        "another's receipt": replace(kept, receipts=(replace(receipts[0], key=b"\2" * 32), *receipts[1:])),
        "one receipt more": replace(kept, receipts=(*receipts, replace(receipts[0], path="0/else:1"))),
        "a cheaper call": replace(
            kept, traces=(traces[0], replace(traces[1], cost_micros=traces[1].cost_micros + 1), *traces[2:])
        ),
        "another account": replace(
            kept, record=replace(kept.record, spent=kept.record.spent.plus(cost_micros=1))
        ),
        "a death that never was": replace(
            kept,
            traces=(*traces[:-1], replace(traces[-1], outcome=UNSETTLED, attrs=b'{"calls":1}')),
        ),
        "another end": replace(kept, record=replace(kept.record, state=b"{}")),
    }
    replay_transcript(shop.compiled, kept)
    believed = [name for name, each in forged.items() if not is_refused(shop, each)]
    assert believed == []


@pytest.mark.negative
async def test_no_move_is_made_before_its_time_or_for_nothing() -> None:
    """Early moments, decisions that nobody waits for and places that are not there are refused."""
    shop = shop_in_memory()
    run_id = await shop.start("reserve_all", order())
    await shop.advance(run_id)
    state = orjson.loads((await shop.record(run_id)).state)
    place, due = "0/rest:1", state["frames"]["0"]["wait"]["due"]
    for event, now_ms in (
        (Passed(path=place), due - 1),
        (Passed(path="0/rest:2"), due),
        (Answered(path=place, result={}), due),
        (Came(path=place, signal_id="e-1", payload={}), due),
        (Decided(path=place, is_approved=True, code="APPROVED"), due),
    ):
        with pytest.raises(ReplayError):
            moved(shop.compiled, state, event, now_ms=now_ms, seed="s")
    after = moved(shop.compiled, state, Passed(path=place), now_ms=due, seed="s")
    assert after["frames"]["0"]["at"] == "shipped"
