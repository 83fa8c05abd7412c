"""Faults on the way: whatever breaks between us and a provider, its effect happens once."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from autobiz_kernel import ClaimOutcome, Recovery
from autobiz_kernel.transport import ErrorClass, ProviderError, Send, TurnedAwayError, UnheardError
from autobiz_mocks import Fault, Planned
from autobiz_mocks.faults import RECIPES
from autobiz_oracles import expect

from ..database import ReadReceipts
from ..faulty_wires import SCRIPTS, covers, impatient, never_connected, refused, speaking
from ..providing import Trial

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-TR01", "INV-05"),
    pytest.mark.test_id("P1-T22", "P1-T20"),
    pytest.mark.negative,
]

# One act of each provider, so that every fault meets every dialect.
ONE_OF_EACH = (
    "stripe.refund",
    "shopify.refund_order",
    "printful.create_order",
    "slack.post_approval",
    "sendgrid.send_mail",
)
DOUBTFUL = (
    Fault.ANSWER_LOST,
    Fault.NEVER_REACHED,
    Fault.RESET_BEFORE,
    Fault.GARBAGE,
    Fault.BROKEN_CHUNK,
    Fault.TRUNCATED_JSON,
    Fault.HTML_PAGE,
    Fault.EMPTY_BODY,
    Fault.NO_CONTENT,
    Fault.REDIRECT_302,
    Fault.REDIRECT_307,
    Fault.REDIRECT_308,
    Fault.DUPLICATE_MEMBERS,
    Fault.NOT_A_NUMBER,
    Fault.NESTED_DEEPLY,
    Fault.WRONG_CHARSET,
    Fault.WRONG_ENCODING,
    Fault.SERVER_ERROR,
    Fault.SERVER_ERROR_DONE,
    Fault.UNAVAILABLE,
    Fault.OVERLOADED,
)
# An empty body is SendGrid's yes.
_YES_TO_SENDGRID = frozenset({Fault.EMPTY_BODY, Fault.NO_CONTENT, Fault.TRUNCATED_JSON})
# Every fault at Stripe, and at one other provider in turn: what breaks is below all dialects.
DOUBTS = [
    (name, fault)
    for number, fault in enumerate(DOUBTFUL)
    for name in (ONE_OF_EACH[0], ONE_OF_EACH[1 + number % 4])
    if not (name == "sendgrid.send_mail" and fault in _YES_TO_SENDGRID)
]


async def resolved(trial: Trial, name: str, receipts_of: ReadReceipts, *, did: bool) -> None:
    """Ask again, and look at what there is: one effect, one receipt, no rule broken."""
    trial.world.refresh()
    reply = await trial.call(name)
    provider, op = name.split(".")
    truth = trial.world.truth()
    if trial.tools[name].contract.recovery is Recovery.UNREPEATABLE:
        # Nobody can tell, and so nobody tries.
        assert reply.outcome is ClaimOutcome.UNCERTAIN, reply
        expect.worlds((truth.rules_broken, len(truth.of(provider, op))), ((), int(did))).alike()
        expect.worlds([request.op for request in trial.world.seen()], [op]).alike()
        return
    assert reply.outcome is ClaimOutcome.CLAIMED, reply
    keys = [each.key for each in truth.of(provider, op)]
    expect.worlds((truth.rules_broken, keys), ((), [trial.key_of(name)])).alike()
    (receipt,) = await receipts_of(trial.tenant)
    assert receipt.external_key == trial.key_of(name)


@covers(5, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 25)
@pytest.mark.parametrize(("name", "fault"), DOUBTS)
async def test_a_doubt_is_resolved(
    name: str, fault: Fault, at_providers: Trial, receipts_of: ReadReceipts
) -> None:
    """What leaves open whether it happened is resolved by the key or by asking, never by chance."""
    trial = at_providers
    trial.plant(name, fault)
    with pytest.raises(UnheardError) as caught:
        await trial.call(name)
    assert isinstance(caught.value.error_class, ErrorClass)
    await resolved(trial, name, receipts_of, did=RECIPES[fault].did)


@covers(18)
@pytest.mark.parametrize("name", ONE_OF_EACH[:-1])
async def test_a_mark_of_byte_order_is_skipped(name: str, at_providers: Trial) -> None:
    """A mark that some server puts before its JSON changes nothing."""
    at_providers.plant(name, Fault.BYTE_ORDER_MARK)
    assert (await at_providers.call(name)).outcome is ClaimOutcome.CLAIMED
    expect.worlds(len(at_providers.world.truth().effects), 1).alike()


@covers(3, 4)
@pytest.mark.parametrize("name", ["stripe.refund", "printful.create_order"])
@pytest.mark.parametrize("fault", [Fault.DELAY, Fault.UNAVAILABLE], ids=["accepted", "not_accepted"])
async def test_an_answer_that_is_too_late(
    name: str, fault: Fault, at_providers: Trial, receipts_of: ReadReceipts
) -> None:
    """Who does not wait for the answer does not know; asked again, it is one effect."""
    trial = at_providers
    trial.plant(name, Planned(fault=fault, delay_ms=600))
    async with impatient(trial.url) as wire:
        with pytest.raises(UnheardError, match="within"):
            await trial.call(name, wire=wire)
    await resolved(trial, name, receipts_of, did=RECIPES[fault].did)


@covers(6, 10, 11, 17, 19)
@pytest.mark.parametrize("name", ["stripe.refund", "slack.post_approval"])
@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_peer_that_breaks_the_protocol(
    name: str, script: str, at_providers: Trial, receipts_of: ReadReceipts
) -> None:
    """Half a body, a length that lies, an endless dribble, fifty megabytes and a bomb leave a doubt."""
    async with speaking(SCRIPTS[script]) as wire:
        with pytest.raises(UnheardError):
            await at_providers.call(name, wire=wire)
    await resolved(at_providers, name, receipts_of, did=False)


@covers(1, 2)
@pytest.mark.parametrize("name", ONE_OF_EACH)
@pytest.mark.parametrize("wires", [refused, never_connected])
async def test_who_was_never_reached_did_nothing(
    name: str,
    wires: Callable[[], AbstractAsyncContextManager[Send]],
    at_providers: Trial,
    receipts_of: ReadReceipts,
) -> None:
    """Without a connection nothing happened: the claim is given back, and the next call is the first."""
    trial = at_providers
    async with wires() as wire:
        with pytest.raises(TurnedAwayError) as caught:
            await trial.call(name, wire=wire)
    assert caught.value.error_class is ErrorClass.TRANSIENT
    reply = await trial.call(name)
    assert reply.outcome is ClaimOutcome.CLAIMED
    provider, op = name.split(".")
    expect.worlds(len(trial.world.truth().of(provider, op)), 1).alike()
    assert len(await receipts_of(trial.tenant)) == 1


@covers(21)
@pytest.mark.parametrize("name", ONE_OF_EACH[::2])
@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("2", 2.0),
        ("2.0", 2.0),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
        ("-5", 0.0),
        ("1000000000", 86_400.0),
        ("", None),
    ],
)
async def test_too_many_means_later(name: str, said: str, seconds: float | None, at_providers: Trial) -> None:
    """Turned away with 429 nothing happened, the wait is told, and later it is one effect."""
    trial = at_providers
    trial.plant(name, Planned(fault=Fault.TOO_MANY, headers={"Retry-After": said}))
    with pytest.raises(TurnedAwayError) as caught:
        await trial.call(name)
    error = caught.value
    assert (error.error_class, error.retry_after_s) == (ErrorClass.TRANSIENT, seconds)
    assert (await trial.call(name)).outcome is ClaimOutcome.CLAIMED
    provider, op = name.split(".")
    expect.worlds(len(trial.world.truth().of(provider, op)), 1).alike()


@covers(27)
@pytest.mark.parametrize("name", ONE_OF_EACH)
@pytest.mark.parametrize("fault", [Fault.UNAUTHORISED, Fault.FORBIDDEN])
async def test_a_rotated_key_loses_nothing(name: str, fault: Fault, at_providers: Trial) -> None:
    """Who may not did nothing: with the new key the same call is the first."""
    trial = at_providers
    trial.plant(name, fault)
    with pytest.raises(TurnedAwayError) as caught:
        await trial.call(name)
    assert caught.value.error_class is ErrorClass.AUTH
    assert (await trial.call(name)).outcome is ClaimOutcome.CLAIMED
    provider, op = name.split(".")
    expect.worlds(len(trial.world.truth().of(provider, op)), 1).alike()


@pytest.mark.adversarial(72)
@covers(24, 25)
@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.UNAVAILABLE])
async def test_an_error_that_is_replayed_keeps_its_key(
    fault: Fault, at_providers: Trial, receipts_of: ReadReceipts
) -> None:
    """However often a key is answered with an error, no other key is tried: it would charge twice."""
    trial, name = at_providers, "stripe.refund"
    trial.plant(name, Planned(fault=fault, times=3))
    for _ in range(3):
        with pytest.raises(ProviderError):
            await trial.call(name)
    await resolved(trial, name, receipts_of, did=False)
    keys = {request.header("Idempotency-Key") for request in trial.world.seen() if request.method == "POST"}
    expect.worlds(keys, {trial.key_of(name)}).alike()
