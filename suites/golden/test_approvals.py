"""A refund above the threshold waits for people, and what they say is what happens."""

import random

import pytest

from autobiz_kernel.approvals import Status, Verdict
from autobiz_oracles import expect

from ..refunds.people import click
from ..refunds.returns import Exponent, Shape, draw, draw_too_much
from ..refunds.verdicts import Became, judge
from .approvals import Path, decide
from .conftest import OpenScene

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-R13", "P1-R09", "INV-07"),
    pytest.mark.test_id("P1-T23", "P1-T16", "P1-T17"),
    pytest.mark.workflow("WF03"),
]


@pytest.mark.adversarial(86, 89)
@pytest.mark.parametrize("exponent", Exponent)
@pytest.mark.parametrize("path", Path)
async def test_people_decide(
    path: Path, exponent: Exponent, open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """Nothing is given back before a yes in time; without one the run fails and the customer hears of it."""
    scene = open_scene(draw(rng, rng.choice((Shape.FULL, Shape.PARTIAL)), exponent, is_large=True))
    refunds = await scene.process()
    (what,) = scene.drawn.returns
    for _ in range(rng.randint(1, 2)):
        await scene.told(refunds, scene.delivery(what))
        await scene.work(refunds)
    expect.effects(scene.world.seen()).none()
    became, status = await decide(path, scene, refunds)
    await judge(scene, app_database, {what: became}, asked=[status])


@pytest.mark.parametrize("exponent", Exponent)
async def test_a_yes_is_outrun(
    exponent: Exponent, open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """Two refunds are approved of which only one is left: the other is refused before Stripe is asked."""
    scene = open_scene(draw_too_much(rng, exponent, is_large=True))
    refunds = await scene.process()
    for what in scene.drawn.returns:
        await scene.told(refunds, scene.delivery(what))
        await scene.work(refunds)
    requests = await scene.waiting(refunds)
    expect.value(len(requests)).equals(2)
    became = {}
    for request, how in zip(rng.sample(requests, 2), (Became.REFUNDED, Became.REFUSED), strict=True):
        await click(scene, refunds, request, Verdict.APPROVE)
        await scene.work(refunds)
        what = next(each for each in scene.drawn.returns if each.refund_id == request.shown["refund_id"])
        became[what] = how
    await judge(scene, app_database, became, asked=[Status.APPROVED, Status.APPROVED])
