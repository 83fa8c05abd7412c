"""What may never begin a refund, and what may never begin two."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from autobiz_kernel.webhooks import Delivery
from autobiz_mocks.deliveries import ShopifySigner, forged
from autobiz_oracles import expect

from ..refunds.returns import Shape, draw
from ..refunds.scene import SECRET, SHOP, Scene
from ..refunds.verdicts import Became, judge
from .conftest import OpenScene

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R13"),
    pytest.mark.workflow("WF03"),
    pytest.mark.negative,
]
t22 = pytest.mark.test_id("P1-T22")


def _unsigned(_scene: Scene, delivery: Delivery) -> Delivery:
    return replace(delivery, headers={})


def _by_a_stranger(scene: Scene, delivery: Delivery) -> Delivery:
    about = {"topic": "returns/approve", "event-id": "event-of-a-stranger"}
    return ShopifySigner("another", SHOP).sign(delivery.body, scene.clock.now(), about=about)


def _of_another_shop(scene: Scene, delivery: Delivery) -> Delivery:
    about = {"topic": "returns/approve", "event-id": "event-elsewhere"}
    return ShopifySigner(SECRET, "cups-dev.example").sign(delivery.body, scene.clock.now(), about=about)


UNBELIEVED: dict[str, tuple[int, Callable[[Scene, Delivery], Delivery]]] = {
    "forged": (401, lambda _scene, delivery: forged(delivery)),
    "unsigned": (401, _unsigned),
    "by_a_stranger": (401, _by_a_stranger),
    "of_another_shop": (403, _of_another_shop),
}


@pytest.mark.test_id("P1-T22", "P1-H10")
@pytest.mark.requirement("P1-RH05")
@pytest.mark.parametrize("how", UNBELIEVED)
async def test_what_is_not_believed_begins_nothing(
    how: str, open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """A delivery that is forged, unsigned, a stranger's or another shop's is not kept and begins no run."""
    scene = open_scene(draw(rng, Shape.FULL))
    (what,) = scene.drawn.returns
    refunds = await scene.process()
    status, spoil = UNBELIEVED[how]
    told = await scene.told(refunds, spoil(scene, scene.delivery(what)))
    await scene.settle(refunds)
    expect.value((told.status, told.kept)).equals((status, 0))
    expect.value((await scene.kept_events(), await scene.run_ids())).equals((0, ()))
    expect.effects(scene.world.seen()).none()
    # The real one is none the worse for it.
    await scene.told(refunds, scene.delivery(what))
    await scene.settle(refunds)
    await judge(scene, app_database, {what: Became.REFUNDED})


@t22
async def test_a_trigger_of_another_tenant_begins_nothing(
    open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """What is told at the door of a tenant that this business does not have is kept and begins no run."""
    scene = open_scene(draw(rng, Shape.FULL))
    (what,) = scene.drawn.returns
    refunds = await scene.process()
    elsewhere = replace(refunds.door, tenant=scene.another_tenant())
    told = await elsewhere.receive("shopify", scene.delivery(what))
    await scene.settle(refunds)
    expect.value((told.status, told.kept, await scene.run_ids())).equals((200, 1, ()))
    expect.value(len(scene.unstarted)).equals(1)
    expect.value(scene.unstarted[0]).contains("is not one of this business")
    await judge(scene, app_database, {})


@pytest.mark.adversarial(61)
@t22
async def test_a_crowd_of_deliveries_is_one_refund(
    open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """Sixteen deliveries of one return at four doors at the same moment are one run, one refund, one mail."""
    scene = open_scene(draw(rng, Shape.FULL))
    (what,) = scene.drawn.returns
    doors = [await scene.process() for _ in range(4)]
    scene.world.refresh()
    answers = await asyncio.gather(
        *(
            scene.told(doors[number % 4], scene.delivery(what, event=f"event-{number // 2}"))
            for number in range(16)
        )
    )
    await asyncio.gather(*(each.worker.work() for each in doors))
    await scene.settle(*doors)
    expect.value(sum(each.kept for each in answers)).equals(8)
    await judge(scene, app_database, {what: Became.REFUNDED})


@pytest.mark.adversarial(107)
@t22
async def test_another_return_under_the_same_event_is_refused(
    open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """Two returns that come under one event are one refund, of the first: the second is heard of."""
    drawn = draw(rng, Shape.REPEATED)
    scene = open_scene(drawn)
    first, *others = drawn.returns
    refunds = await scene.process()
    for what in (first, *others, first):
        told = await scene.told(refunds, scene.delivery(what, event="event-of-all"))
        expect.value(told.status).equals(200)
    await scene.settle(refunds)
    expect.value(len(scene.unstarted)).equals(len(others))
    await judge(scene, app_database, {first: Became.REFUNDED})


@t22
async def test_the_same_return_with_another_amount_is_refused(
    open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """A return that is told of again with another amount is refunded as at first, and it is heard of."""
    scene = open_scene(draw(rng, Shape.PARTIAL))
    (what,) = scene.drawn.returns
    refunds = await scene.process()
    await scene.told(refunds, scene.delivery(what))
    if rng.random() < 0.5:
        await scene.settle(refunds)
    changed = replace(what, amount=what.amount * 10)
    told = await scene.told(refunds, scene.delivery(changed))
    await scene.settle(refunds)
    expect.value((told.status, len(scene.unstarted))).equals((200, 1))
    expect.value(scene.unstarted[0]).contains("with another input")
    await judge(scene, app_database, {what: Became.REFUNDED})


SPOILED: dict[str, Any] = {
    "float": 19.99,
    "exponent": "1e3",
    "negative": "-5.00",
    "too_fine": "1.2345",
    "too_much": "1000000000000",
    "comma": "19,99",
    "nothing": "0",
}


@pytest.mark.test_id("P1-T22", "P1-T02")
@pytest.mark.parametrize("spoil", SPOILED)
async def test_an_amount_that_is_none_begins_nothing(
    spoil: str, open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """An amount that its currency cannot have is kept as it was told, begins no run, and is heard of."""
    scene = open_scene(draw(rng, Shape.FULL))
    (what,) = scene.drawn.returns
    refunds = await scene.process()
    money = {"shop_money": {"amount": SPOILED[spoil], "currency_code": scene.drawn.currency}}
    told = await scene.told(refunds, scene.delivery(what, total_refund_set=money))
    await scene.settle(refunds)
    expect.value((told.status, told.kept, len(scene.unstarted))).equals((200, 1, 1))
    await judge(scene, app_database, {})
