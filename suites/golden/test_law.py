"""What may never happen to money, whatever is drawn."""

import random
from dataclasses import replace
from typing import Any

import pytest

from autobiz_harness.adapters import kept_run, rows_of, searched_places
from autobiz_kernel.approvals import DecisionError, IdentityError, Status, Verdict
from autobiz_kernel.transport import (
    SENDGRID,
    SHOPIFY,
    STRIPE,
    Answer,
    Egress,
    ForbiddenEgressError,
    Outgoing,
    Provider,
    SandboxAccount,
    Send,
)
from autobiz_oracles import Scope, expect

from ..live_looking import LIVE
from ..refunds.people import click
from ..refunds.returns import Exponent, Shape, draw, draw_too_much, made
from ..refunds.scene import TEXT
from ..refunds.verdicts import Became, judge
from ..refunds.wires import Meanwhile
from .conftest import OpenScene, Spoil

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R13"),
    pytest.mark.workflow("WF03"),
    pytest.mark.negative,
]
# The tools behind what the providers see.
_SEEN_AS = {
    "stripe.refund": "stripe.refund@2",
    "shopify.refund_order": "shopify.refund_order@1",
    "sendgrid.send_mail": "customer.send_mail@1",
}
t22, t23 = pytest.mark.test_id("P1-T22"), pytest.mark.test_id("P1-T23")


@t22
@pytest.mark.parametrize("exponent", Exponent)
async def test_never_above_what_is_left(
    exponent: Exponent, open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """A refund of one smallest unit more than is left is refused, and Stripe is not even asked."""
    scene = open_scene(draw_too_much(rng, exponent, is_large=False))
    refunds = await scene.process()
    given, refused = scene.drawn.returns
    for what in (given, refused):
        await scene.told(refunds, scene.delivery(what))
        await scene.settle(refunds)
    expect.value([each.header("Idempotency-Key") for each in scene.world.seen()]).lacks(
        scene.refund_key(refused)
    )
    await judge(scene, app_database, {given: Became.REFUNDED, refused: Became.REFUSED})


@t22
async def test_never_above_what_is_left_at_the_same_moment(
    open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """Of two refunds that were both found to fit, the one that comes second is looked at anew and refused."""
    scene = open_scene(draw_too_much(rng, is_large=False))
    given, refused = scene.drawn.returns
    first = await scene.process()
    for what in (refused, given):
        await scene.told(first, scene.delivery(what))
    run_ids = await scene.runs_by_return()

    async def the_other_one_is_made() -> None:
        await first.worker.advance(scene.tenant, run_ids[given.refund_id])
        scene.world.refresh()

    # By its fourth request it has found that there is enough left, and looks once more.
    second = await scene.process(Meanwhile(number=4, happens=the_other_one_is_made))
    scene.world.refresh()
    await second.worker.advance(scene.tenant, run_ids[refused.refund_id])
    await judge(scene, app_database, {given: Became.REFUNDED, refused: Became.REFUSED})


@t22
@t23
async def test_nobody_is_asked_about_what_is_not_there(
    open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """A refund above all that was captured waits for nobody, however large: it is refused at once."""
    large = draw(rng, Shape.FULL, is_large=True)
    (amount,) = large.amounts
    scene = open_scene(made(rng, large.currency, amount // 20 * 10, [amount]))
    (what,) = scene.drawn.returns
    refunds = await scene.process()
    await scene.told(refunds, scene.delivery(what))
    await scene.settle(refunds)
    await judge(scene, app_database, {what: Became.REFUSED}, asked=[])


@t23
async def test_nothing_without_a_yes(open_scene: OpenScene, rng: random.Random, app_database: str) -> None:
    """However often workers look, and whatever the shop tells again, nothing goes before a person's yes."""
    scene = open_scene(draw(rng, Shape.FULL, is_large=True))
    (what,) = scene.drawn.returns
    processes = [await scene.process() for _ in range(2)]
    for _ in range(3):
        for refunds in processes:
            await scene.told(refunds, scene.delivery(what))
            await scene.work(refunds)
            await refunds.worker.queue.wake(scene.tenant, (await scene.run_ids())[0], now=scene.clock.now())
    expect.effects(scene.world.seen()).none()
    await scene.settle(processes[0])
    await judge(scene, app_database, {what: Became.DENIED}, asked=[Status.EXPIRED])


@pytest.mark.adversarial(90)
@t23
@pytest.mark.parametrize("how", ["stranger", "wrong_group", "forged", "other_tenant", "own_request"])
async def test_a_yes_that_is_none(
    how: str, open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """Nobody says yes who is unknown, of another group, forged, of another tenant, or the one who asks."""
    people = "people:\n  refund_agent: {groups: [finance], slack: U0BOT}\n"
    scene = open_scene(
        draw(rng, Shape.FULL, is_large=True),
        text=TEXT.replace("people:\n", people),
    )
    (what,) = scene.drawn.returns
    refunds = await scene.process()
    await scene.told(refunds, scene.delivery(what))
    await scene.work(refunds)
    (request,) = await scene.waiting(refunds)
    clicks: dict[str, tuple[type[Exception], str, dict[str, Any]]] = {
        "stranger": (IdentityError, "no person of the configuration", {"user": "U0EVE"}),
        "wrong_group": (DecisionError, "is in none of finance", {"user": "U0CID"}),
        "forged": (IdentityError, "nothing was read", {"secret": "another"}),
        "other_tenant": (IdentityError, "nobody asks for", {"tenant": scene.another_tenant()}),
        "own_request": (DecisionError, "nobody decides their own request", {"user": "U0BOT"}),
    }
    error, words, about = clicks[how]
    with expect.refusal(error, words):
        await click(scene, refunds, request, Verdict.APPROVE, **about)
    await scene.work(refunds)
    expect.effects(scene.world.seen()).none()
    await scene.settle(refunds)
    await judge(scene, app_database, {what: Became.DENIED}, asked=[Status.EXPIRED])


@t22
@pytest.mark.parametrize("how", ["currency", "cancelled", "unpaid", "uncaptured"])
async def test_an_order_that_cannot_be_refunded(
    how: str, open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """Another currency, a cancelled order, one that nothing paid, a payment that is only held: no refund."""
    drawn = draw(rng, Shape.FULL, Exponent.TWO)
    scene = open_scene(drawn, spoil=_spoiled(how))
    (what,) = drawn.returns
    refunds = await scene.process()
    changed: dict[str, Any] = {}
    if how == "currency":
        other = "USD" if drawn.currency != "USD" else "EUR"
        amount = drawn.told(what)["total_refund_set"]["shop_money"]["amount"]
        changed = {"total_refund_set": {"shop_money": {"amount": amount, "currency_code": other}}}
    await scene.told(refunds, scene.delivery(what, **changed))
    await scene.settle(refunds)
    await judge(scene, app_database, {what: Became.REFUSED})


def _spoiled(how: str) -> Spoil:
    def spoil(machines: dict[str, Any]) -> None:
        (order,) = machines["shopify"].orders.values()
        (payment,) = machines["stripe"].payments.values()
        if how == "cancelled":
            order.cancelled_at = "2026-01-01T00:00:00Z"
        elif how == "unpaid":
            order.paid_by = ""
        elif how == "uncaptured":
            payment.status, payment.received = "requires_capture", 0

    return spoil


@pytest.mark.test_id("P1-H01")
@pytest.mark.requirement("P1-RH01")
@pytest.mark.parametrize(
    ("provider", "live"),
    [(STRIPE, "stripe"), (STRIPE, "stripe restricted"), (SHOPIFY, "shopify token"), (SENDGRID, "sendgrid")],
)
async def test_no_live_key_is_ever_loaded(provider: Provider, live: str, wiremock_url: str) -> None:
    """An account of the business cannot be made with a key that looks live: no worker of it ever starts."""
    with expect.refusal(ForbiddenEgressError, "looks live"):
        SandboxAccount(provider=provider, base_url=wiremock_url, key=LIVE[live])


@pytest.mark.test_id("P1-H04", "P1-T35")
@pytest.mark.requirement("P1-RH03", "P1-R25")
async def test_the_address_is_written_down_nowhere(
    open_scene: OpenScene, rng: random.Random, app_database: str, database: str
) -> None:
    """The customer is written to once, and no row of the tenant holds the address, nor does the webhook's."""
    scene = open_scene(draw(rng, Shape.FULL))
    (what,) = scene.drawn.returns
    refunds = await scene.process()
    note = f"Please write to {scene.drawn.email}"
    await scene.told(refunds, scene.delivery(what, note=note, email=scene.drawn.email))
    await scene.settle(refunds)
    await judge(scene, app_database, {what: Became.REFUNDED})
    mails = [each for each in scene.world.seen() if each.op == "send_mail"]
    expect.value([scene.drawn.email in each.body for each in mails]).equals([True])
    where = [scene.tenant]
    places = searched_places(
        receipts=rows_of(database, "SELECT body FROM receipts WHERE tenant_id = %s", where),
        traces=rows_of(database, "SELECT * FROM traces WHERE tenant_id = %s", where),
        states=rows_of(database, "SELECT * FROM state_versions WHERE tenant_id = %s", where),
        events=rows_of(database, "SELECT payload FROM event_store WHERE tenant_id = %s", where),
        starts=rows_of(database, "SELECT input FROM run_starts WHERE tenant_id = %s", where),
    )
    expect.security(places).leaks_nothing(secrets=[scene.drawn.email])


@pytest.mark.test_id("P1-T09", "P1-T23")
@pytest.mark.requirement("P1-R05", "INV-04")
async def test_every_run_leaves_one_complete_trace(
    open_scene: OpenScene, rng: random.Random, app_database: str, database: str
) -> None:
    """Refunded after a yes or denied: each run has one whole trace, and nothing ran outside its scopes."""
    scene = open_scene(draw(rng, Shape.REPEATED, is_large=True))
    refunds = await scene.process()
    for what in scene.drawn.returns:
        await scene.told(refunds, scene.delivery(what))
    await scene.work(refunds)
    became = {}
    for request in await scene.waiting(refunds):
        how = rng.choice((Became.REFUNDED, Became.DENIED))
        await click(scene, refunds, request, Verdict.APPROVE if how is Became.REFUNDED else Verdict.DENY)
        became[request.shown["refund_id"]] = how
    await scene.settle(refunds)
    scopes = [
        Scope(each.principal, str(scene.tenant), each.tool, each.operation)
        for each in scene.compiled.file.scopes
    ]
    ran = [_SEEN_AS[f"{each.provider}.{each.op}"] for each in scene.world.truth().effects]
    for run_id in await scene.run_ids():
        kept = kept_run(database, scene.tenant, run_id)
        expect.trace(kept.trace()).complete().correlated()
        expect.permission(kept.attempts(ran=ran)).within(scopes)
    statuses = {Became.REFUNDED: Status.APPROVED, Became.DENIED: Status.DENIED}
    outcomes = {each: became[each.refund_id] for each in scene.drawn.returns}
    await judge(scene, app_database, outcomes, asked=[statuses[how] for how in outcomes.values()])


@pytest.mark.test_id("P1-H04")
@pytest.mark.requirement("P1-RH03")
async def test_no_real_recipient(open_scene: OpenScene, rng: random.Random) -> None:
    """An order whose address could be somebody's stops the worker before the mail goes out."""
    scene = open_scene(draw(rng, Shape.FULL))
    scene.egress = Egress()
    (what,) = scene.drawn.returns

    def misled(send: Send) -> Send:
        async def misleading(outgoing: Outgoing) -> Answer:
            answer = await send(outgoing)
            real = answer.body.replace(scene.drawn.email.encode(), b"somebody@real-mail.org")
            return replace(answer, body=real)

        return misleading

    refunds = await scene.process(misled)
    await scene.told(refunds, scene.delivery(what))
    scene.world.refresh()
    (run_id,) = await scene.runs_under_way()
    with expect.refusal(ForbiddenEgressError, "somebody real"):
        await refunds.worker.advance(scene.tenant, run_id)
    expect.value(len(scene.world.truth().of("sendgrid", "send_mail"))).equals(0)
    expect.value(len(scene.egress.refused)).equals(1)
