"""Mail to a customer whose address the run does not know, and refunds that look at what is left first."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from autobiz_kernel import ClaimOutcome, ErrorCode, Json
from autobiz_kernel.providers import PROVIDER_CONTRACTS, customer_tools
from autobiz_kernel.transport import SENDGRID, SHOPIFY, TurnedAwayError, UnheardError
from autobiz_mocks import TRIAL_HEADER, Fault, Planned, WireMock, World, faulty, stamped
from autobiz_mocks.truth import Machine, Refund
from autobiz_oracles import expect

from ..database import ReadReceipts
from ..providing import ACTS, ORDER, PAYMENT, STUBS, Trial, machines, made_up

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-R13", "INV-05"),
    pytest.mark.test_id("P1-T22"),
]
REFUND, MAIL = "stripe.refund@2", "customer.send_mail"
ADDRESS = "customer-1@example.com"
WORDS: Json = {
    "intent": "refunded-r-1",
    "order": ORDER,
    "sender": "shop@example.com",
    "subject": "Refund",
    "text": "Done.",
}
Change: TypeAlias = Callable[[Any, Any], None]
Begin: TypeAlias = Callable[[Change], None]
_QUESTION: dict[str, Any] = {
    **STUBS["shopify.read"],
    "request": {**STUBS["shopify.read"]["request"], "bodyPatterns": [{"contains": "ReadContact"}]},
}


@pytest.fixture
def trial(at_providers: Trial, world: World) -> Trial:
    """One trial with the tool that writes to customers."""
    send = stamped(at_providers.wire, trial=world.trial, clock=at_providers.clock)
    shop, mailer = made_up(SHOPIFY, at_providers.url), made_up(SENDGRID, at_providers.url)
    (tool,) = customer_tools(
        shop, mailer, to_shop=send, to_mailer=send, egress=at_providers.egress, clock=at_providers.clock
    )
    at_providers.tools[MAIL] = tool
    return at_providers


@pytest.fixture
def begin(trial: Trial, wiremock: WireMock) -> Iterator[Begin]:
    """Begins the trial in a world that was changed before it."""
    worlds: list[World] = []

    def began(change: Change) -> None:
        def made() -> dict[str, Machine]:
            found = machines()
            change(found["stripe"], found["shopify"])
            return found

        worlds.append(World(wiremock, trial=trial.world.trial, machines=made))
        trial.world = worlds[-1]
        trial.world.refresh()

    yield began
    for world in worlds:
        world.close()


def addressed(address: str) -> Change:
    def change(_stripe: Any, shop: Any) -> None:
        shop.orders[ORDER].email = address

    return change


async def test_the_customer_of_an_order_is_written_to_once(
    trial: Trial, begin: Begin, receipts_of: ReadReceipts
) -> None:
    """The address is asked for, written to once, and stands in no receipt."""
    begin(addressed(ADDRESS))
    replies = [await trial.call(MAIL, WORDS) for _ in range(2)]
    expect.value([each.outcome for each in replies]).equals([ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY])
    (mail,) = [each for each in trial.world.seen() if each.op == "send_mail"]
    expect.value(mail.body).contains(f'"to": [{{"email": "{ADDRESS}"}}]')
    receipts = await receipts_of(trial.tenant)
    expect.receipts(receipts).match(trial.world.seen())
    expect.value(repr(receipts)).lacks(ADDRESS)


@pytest.mark.negative
@pytest.mark.parametrize("address", ["", "nobody", "a@b@c, d@e"])
async def test_an_order_without_an_address_is_refused(address: str, trial: Trial, begin: Begin) -> None:
    """Where there is nobody to write to the answer is a definitive no, and nothing is sent."""
    begin(addressed(address))
    reply = await trial.call(MAIL, WORDS)
    assert reply.result is not None
    expect.value((reply.outcome, reply.result["code"])).equals((ErrorCode.REFUSED, "no_address"))
    expect.effects(trial.world.seen()).none()


@pytest.mark.negative
@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.RESET_BEFORE, Fault.HTML_PAGE, Fault.TOO_MANY])
async def test_a_shop_that_does_not_say_leaves_no_doubt_about_the_mail(
    fault: Fault, trial: Trial, begin: Begin
) -> None:
    """Nothing was sent, so the mail may be asked for again, although a mail in doubt never may."""
    begin(addressed(ADDRESS))
    for stub in faulty(_QUESTION, Planned(fault=fault), headers={TRIAL_HEADER: trial.world.trial}):
        trial.world.plant(stub)
    with expect.refusal(TurnedAwayError):
        await trial.call(MAIL, WORDS)
    reply = await trial.call(MAIL, WORDS)
    expect.value(reply.outcome).equals(ClaimOutcome.CLAIMED)
    expect.effects(trial.world.seen()).exactly_once("POST", "/v3/mail/send")


@pytest.mark.negative
@pytest.mark.parametrize(("given", "outcome"), [(501, ErrorCode.REFUSED), (500, ClaimOutcome.CLAIMED)])
async def test_a_refund_looks_at_what_is_left(given: int, outcome: object, trial: Trial) -> None:
    """Of 25.00 and a refund of 19.99 just so much may be given before, and not a cent more."""
    trial.world.refresh()
    await trial.call("stripe.refund", {**ACTS["stripe.refund"], "refund_id": "r-0", "amount": given + 1})
    trial.world.refresh()
    reply = await trial.call(REFUND, ACTS["stripe.refund"])
    expect.value(reply.outcome).equals(outcome)
    wanted = 1 if outcome is ErrorCode.REFUSED else 2
    expect.effects(trial.world.seen()).exactly(wanted, "POST", "/v1/refunds")
    expect.value(trial.world.truth().rules_broken).equals(())


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("failed", ClaimOutcome.CLAIMED),
        ("canceled", ClaimOutcome.CLAIMED),
        ("pending", ErrorCode.REFUSED),
        ("requires_action", ErrorCode.REFUSED),
    ],
)
async def test_what_has_come_to_nothing_is_left_again(
    status: str, outcome: object, trial: Trial, begin: Begin
) -> None:
    """A refund that failed or was canceled takes nothing of what is left; one that may yet be made does."""

    def change(stripe: Any, _shop: Any) -> None:
        made = Refund(id="re_0", payment=PAYMENT, amount=600, refund_id="r-0", key="k", status=status)
        stripe.refunds["re_0"] = made

    begin(change)
    reply = await trial.call(REFUND, ACTS["stripe.refund"])
    expect.value(reply.outcome).equals(outcome)


async def test_a_refund_that_was_made_is_found_and_not_sent_again(
    trial: Trial, receipts_of: ReadReceipts
) -> None:
    """After a lost answer the refund itself is found at Stripe; it is not taken for somebody else's."""
    trial.world.refresh()
    trial.plant("stripe.refund", Fault.ANSWER_LOST)
    with expect.refusal(UnheardError):
        await trial.call(REFUND, ACTS["stripe.refund"])
    trial.world.refresh()
    reply = await trial.call(REFUND, ACTS["stripe.refund"])
    expect.value(reply.outcome).equals(ClaimOutcome.CLAIMED)
    sent = [each for each in trial.world.seen() if each.method == "POST"]
    expect.value(len(sent)).equals(1)
    expect.receipts(await receipts_of(trial.tenant)).match(trial.world.seen())


@pytest.mark.parametrize("paid_by", ["", "pi_eur_2500_paid"])
async def test_an_order_tells_by_what_it_was_paid(paid_by: str, trial: Trial, begin: Begin) -> None:
    """The reading of an order names the payment as its provider calls it, and nothing where there is none."""

    def change(_stripe: Any, shop: Any) -> None:
        shop.orders[ORDER].paid_by = paid_by

    begin(change)
    reply = await trial.call("shopify.read_order", {"order": ORDER})
    assert reply.result is not None
    payments: Any = reply.result["payments"]
    told = (reply.result["total"], [each["reference"] for each in payments])
    expect.value(told).equals((2500, [paid_by] if paid_by else []))


async def test_all_contracts_are_those_of_the_tools(trial: Trial) -> None:
    """A business compiles without an account against the very contracts that its tools will have."""
    models = ("openai", "anthropic")
    made = [each.contract for each in trial.tools.values() if each.contract.name not in models]
    expect.value(sorted(each.reference for each in PROVIDER_CONTRACTS)).equals(
        sorted(each.reference for each in made)
    )
    differing = [each.reference for each in PROVIDER_CONTRACTS if not any(each is one for one in made)]
    expect.complaints(differing, about=PROVIDER_CONTRACTS).none()
