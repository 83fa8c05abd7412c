"""Every operation at every provider, through the kernel: once, and once more after its answer was lost."""

import pytest

from autobiz_kernel import ClaimOutcome, Json, Recovery
from autobiz_kernel.transport import UnheardError
from autobiz_mocks import Fault, Served
from autobiz_oracles import expect

from ..database import ReadReceipts
from ..providing import ACTS, QUESTION, Trial
from ..stripe_tools import KEY_HEADER

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-TR01", "INV-05"),
    pytest.mark.test_id("P1-T20", "P1-T22", "P1-T19"),
]

# A mail can be asked for nowhere, and so is never sent again.
ASKABLE = [name for name in ACTS if name != "sendgrid.send_mail"]


def effects_of(seen: tuple[Served, ...]) -> list[Served]:
    return [request for request in seen if request.accepted]


@pytest.mark.parametrize("name", ACTS)
async def test_an_operation_happens_once(name: str, at_providers: Trial, receipts_of: ReadReceipts) -> None:
    """It is carried out under the external key, receipted, replayed without asking, and breaks no rule."""
    trial = at_providers
    trial.world.refresh()
    first, second = await trial.call(name), await trial.call(name)
    assert [first.outcome, second.outcome] == [ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY]
    assert first.result == second.result
    seen = trial.world.seen()
    (effect,) = effects_of(seen)
    expect.effects(seen).exactly_once(effect.method, effect.path, header={KEY_HEADER: first.external_key})
    expect.receipts(await receipts_of(trial.tenant)).match(seen)
    truth = trial.world.truth()
    expect.worlds((truth.rules_broken, truth.unstubbed), ((), ())).alike()
    provider, op = name.split(".")
    expect.worlds([each.key for each in truth.of(provider, op)], [first.external_key]).alike()


@pytest.mark.parametrize("name", ASKABLE)
async def test_a_lost_answer_is_one_effect(name: str, at_providers: Trial, receipts_of: ReadReceipts) -> None:
    """An accepted request whose answer was lost is resolved by its key or by asking, and is one effect."""
    trial = at_providers
    trial.world.refresh()
    trial.plant(name, Fault.ANSWER_LOST)
    with pytest.raises(UnheardError):
        await trial.call(name)
    trial.world.refresh()
    reply = await trial.call(name)
    assert reply.outcome is ClaimOutcome.CLAIMED, reply
    truth = trial.world.truth()
    expect.worlds((truth.rules_broken, truth.unstubbed), ((), ())).alike()
    provider, op = name.split(".")
    expect.worlds([each.key for each in truth.of(provider, op)], [reply.external_key]).alike()
    expect.receipts(await receipts_of(trial.tenant)).match(trial.world.seen())
    # Who can only be asked is not sent the same again; who honours the key may be.
    sent = len(effects_of(trial.world.seen()))
    is_idempotent = trial.tools[name].contract.recovery is Recovery.PROVIDER_IDEMPOTENT
    assert sent == (2 if is_idempotent else 1)


@pytest.mark.negative
async def test_a_mail_whose_answer_was_lost_waits_for_a_person(at_providers: Trial) -> None:
    """Nobody can tell whether a mail went out, so it is sent at most once, and stays in doubt."""
    trial, name = at_providers, "sendgrid.send_mail"
    trial.plant(name, Fault.ANSWER_LOST)
    with pytest.raises(UnheardError):
        await trial.call(name)
    replies = [await trial.call(name) for _ in range(3)]
    assert {reply.outcome for reply in replies} == {ClaimOutcome.UNCERTAIN}
    seen = trial.world.seen()
    expect.effects(seen).exactly_once("POST", "/v3/mail/send", header={KEY_HEADER: trial.key_of(name)})
    assert len(seen) == 1


@pytest.mark.parametrize("name", ["stripe.read_payment", "shopify.read_order", "printful.read_shipments"])
async def test_a_question_changes_nothing(name: str, at_providers: Trial) -> None:
    """Reading an order, a payment or its shipments leaves the world as it was."""
    trial = at_providers
    await trial.call("stripe.refund")
    trial.world.refresh()
    questions: dict[str, Json] = {
        "stripe.read_payment": {"payment_intent": ACTS["stripe.refund"]["payment_intent"]},
        "shopify.read_order": {"order": ACTS["shopify.cancel_order"]["order"]},
        "printful.read_shipments": {"printful_order": "900"},
    }
    arguments = questions[name]
    before = trial.world.truth()
    reply = await trial.call(name, arguments)
    assert reply.result is not None, reply
    expect.state(before.effects, trial.world.truth().effects).unchanged()
    wanted = {
        "stripe.read_payment": ("received", 2500),
        "shopify.read_order": ("total", 2500),
        "printful.read_shipments": ("shipments", []),
    }[name]
    assert reply.result[wanted[0]] == wanted[1]


@pytest.mark.parametrize("name", ["openai.chat", "openai.responses", "anthropic.messages"])
async def test_a_model_answers_and_tells_its_cost(name: str, at_providers: Trial) -> None:
    """An answer has its text, why it stopped, and all the tokens that it cost, cached ones too."""
    reply = await at_providers.call(name, QUESTION)
    assert reply.result is not None, reply
    expect.worlds(
        {member: reply.result[member] for member in ("text", "stop", "tokens")},
        {"text": "ok", "stop": "end", "tokens": 10},
    ).alike()


async def test_tax_is_computed_and_committed(at_providers: Trial) -> None:
    """A calculation is a question; committing it is the effect, under the order's reference."""
    trial = at_providers
    asked: Json = {
        "currency": "EUR",
        "lines": [{"amount": 2500, "reference": "l-1"}],
        "ship_to": {"country": "DE", "postal_code": "10115"},
    }
    told = await trial.call("stripe.calculate_tax", asked)
    assert told.result is not None, told
    committed = await trial.call("stripe.commit_tax", {"calculation": told.result["id"], "reference": "o-1"})
    assert committed.result is not None
    expect.worlds((told.result["total"], committed.result["reference"]), (2500, "o-1")).alike()
    expect.effects(trial.world.seen()).exactly_once("POST", "/v1/tax/transactions/create_from_calculation")
