"""Faults of time, of crowds and of data: keys that are old, workers that die, and values that are strange."""

import asyncio
import json
from datetime import timedelta

import pytest

from autobiz_kernel import LEASE, ClaimOutcome, Json
from autobiz_kernel.transport import ForbiddenEgressError, UnheardError
from autobiz_kernel.webhooks import Ingress, MemoryEvents
from autobiz_mocks import Fault, Planned, VirtualClock
from autobiz_mocks.deliveries import StripeSigner, written
from autobiz_oracles import expect

from ..database import ReadReceipts
from ..faulty_wires import WorkerKilledError, covers, dying, paused
from ..posting import SENDERS, WORD
from ..providing import ACTS, PAYMENT, Trial

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("INV-05", "P1-R06"),
    pytest.mark.test_id("P1-T11", "P1-T12", "P1-T22"),
    pytest.mark.negative,
]
MONEY = ("stripe.authorise", "stripe.capture", "stripe.void", "stripe.refund")
DAY = timedelta(hours=25)


@covers(32)
@pytest.mark.parametrize("name", MONEY)
@pytest.mark.parametrize("did", [True, False], ids=["it_happened", "it_never_happened"])
async def test_a_doubt_of_yesterday_is_looked_up(
    name: str, did: bool, at_providers: Trial, clock: VirtualClock
) -> None:
    """After a day the provider has forgotten the key: what happened is found, what did not is done once."""
    trial = at_providers
    trial.plant(name, Fault.ANSWER_LOST if did else Fault.RESET_BEFORE)
    with pytest.raises(UnheardError):
        await trial.call(name)
    clock.advance(DAY)
    trial.world.refresh()
    reply = await trial.call(name)
    assert reply.outcome is ClaimOutcome.CLAIMED
    truth = trial.world.truth()
    provider, op = name.split(".")
    keys = [each.key for each in truth.of(provider, op)]
    expect.worlds((truth.rules_broken, keys), ((), [trial.key_of(name)])).alike()
    sent = [each for each in trial.world.seen() if each.op == op]
    assert len(sent) == (1 if did else 2)


@covers(32)
@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("stripe.authorise", {"order": "o-2"}),
        ("stripe.refund", {"refund_id": "r-2", "amount": 500}),
        ("shopify.refund_order", {"refund_id": "r-2", "amount": 500}),
        ("slack.post_approval", {"approval": "a-2"}),
    ],
)
async def test_anothers_effect_is_not_taken_for_ours(
    name: str, other: Json, at_providers: Trial, clock: VirtualClock
) -> None:
    """Whoever looks an effect up finds its own by its key, and not another one of the same kind."""
    trial = at_providers
    theirs = await trial.call(name, {**ACTS[name], **other})
    trial.plant(name, Fault.RESET_BEFORE)
    with pytest.raises(UnheardError):
        await trial.call(name)
    clock.advance(DAY)
    trial.world.refresh()
    ours = await trial.call(name)
    assert [theirs.outcome, ours.outcome] == [ClaimOutcome.CLAIMED] * 2
    provider, op = name.split(".")
    keys = [each.key for each in trial.world.truth().of(provider, op)]
    expect.worlds(keys, [theirs.external_key, ours.external_key]).alike()


@covers(33)
@pytest.mark.parametrize("name", ["stripe.refund", "shopify.refund_order", "slack.post_approval"])
async def test_two_workers_are_one(name: str, at_providers: Trial, receipts_of: ReadReceipts) -> None:
    """One intent that is asked for by many at once is one key, one effect and one receipt."""
    trial = at_providers
    replies = await asyncio.gather(*(trial.call(name) for _ in range(5)))
    outcomes = [reply.outcome for reply in replies]
    assert outcomes.count(ClaimOutcome.CLAIMED) == 1
    assert set(outcomes) <= {ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY, ClaimOutcome.IN_FLIGHT}
    truth = trial.world.truth()
    expect.worlds((truth.rules_broken, len(truth.effects)), ((), 1)).alike()
    assert len(await receipts_of(trial.tenant)) == 1


@covers(34)
@pytest.mark.parametrize("name", ["stripe.refund", "printful.create_order", "shopify.cancel_order"])
async def test_a_worker_that_dies_loses_nothing(
    name: str, at_providers: Trial, clock: VirtualClock, receipts_of: ReadReceipts
) -> None:
    """Between answer and receipt the worker ends: its heir resolves the effect, and there is one of each."""
    trial = at_providers
    with pytest.raises(WorkerKilledError):
        await trial.call(name, wire=dying(trial.wire))
    clock.advance(LEASE)
    trial.world.refresh()
    assert (await trial.call(name)).outcome is ClaimOutcome.CLAIMED
    truth = trial.world.truth()
    expect.worlds((truth.rules_broken, len(truth.effects)), ((), 1)).alike()
    assert len(await receipts_of(trial.tenant)) == 1


@covers(50)
async def test_two_events_about_one_thing_are_one_act(at_providers: Trial) -> None:
    """Two events of one change carry one refund id, and the refund is given once."""
    outcomes = [(await at_providers.call("stripe.refund")).outcome for _ in ("evt_1", "evt_2")]
    assert outcomes == [ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY]
    expect.worlds(len(at_providers.world.truth().effects), 1).alike()


@covers(52)
async def test_an_event_that_never_comes_is_read(at_providers: Trial) -> None:
    """What no webhook tells is learnt from the provider: a payment says what was given back."""
    trial = at_providers
    await trial.call("stripe.refund")
    trial.world.refresh()
    told = await trial.call("stripe.read_payment", {"payment_intent": PAYMENT})
    assert told.result is not None
    expect.worlds((told.result["received"], told.result["refunded"]), (2500, 1999)).alike()


@covers(60)
async def test_a_webhook_may_come_before_the_answer(
    at_providers: Trial, clock: VirtualClock, receipts_of: ReadReceipts
) -> None:
    """An event about an effect that we have not heard of yet is kept, and makes no second effect."""
    trial = at_providers
    events = MemoryEvents()
    ingress = Ingress(
        tenant=trial.tenant, sources={"stripe": SENDERS["stripe"].door}, events=events, clock=clock
    )

    async def tell_first() -> None:
        told = {**SENDERS["stripe"].tell(1), "request": {"idempotency_key": trial.key_of("stripe.refund")}}
        delivery = StripeSigner((WORD,)).sign(written(told), clock.now(), about={})
        assert (await ingress.receive("stripe", delivery)).kept == 1
        # Whoever acts on it at once is told that somebody is at it.
        assert (await trial.call("stripe.refund")).outcome is ClaimOutcome.IN_FLIGHT

    reply = await trial.call("stripe.refund", wire=paused(trial.wire, tell_first))
    assert reply.outcome is ClaimOutcome.CLAIMED
    truth = trial.world.truth()
    expect.worlds(
        (len(truth.effects), len(events.kept), len(await receipts_of(trial.tenant))), (1, 1, 1)
    ).alike()


@pytest.mark.test_id("P1-H03", "P1-H04")
@pytest.mark.requirement("P1-RH02", "P1-RH03")
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("sendgrid.send_mail", {"to": ["somebody@gmail.com"]}),
        ("sendgrid.send_mail", {"to": ["a@example.com", "b@example.com.evil.net"]}),
        ("slack.post_approval", {"channel": "C0123456"}),
    ],
)
async def test_nobody_real_is_addressed(name: str, change: Json, at_providers: Trial) -> None:
    """A sandbox account that is to write to somebody real stops everything, then and later."""
    trial = at_providers
    with pytest.raises(ForbiddenEgressError):
        await trial.call(name, {**ACTS[name], **change})
    with pytest.raises(ForbiddenEgressError, match="nothing leaves any more"):
        await trial.call("stripe.refund")
    refused = list(trial.egress.refused)
    expect.worlds((len(refused), len(trial.world.seen())), (1, 0)).alike()
    trial.egress.refused.clear()


@pytest.mark.test_id("P1-H01")
@pytest.mark.requirement("P1-RH01")
async def test_an_answer_of_a_live_account_stops_everything(at_providers: Trial) -> None:
    """A sandbox account that is answered with livemode true has reached something real."""
    trial = at_providers
    body = {"id": "pi_1", "status": "requires_capture", "amount": 2500, "currency": "eur", "livemode": True}
    trial.plant("stripe.authorise", Planned(fault=Fault.DUPLICATE_MEMBERS, body=json.dumps(body)))
    with pytest.raises(ForbiddenEgressError, match="live"):
        await trial.call("stripe.authorise")
    expect.worlds(trial.egress.refused, ["stripe: a sandbox account was answered by a live one"]).alike()
    trial.egress.refused.clear()
