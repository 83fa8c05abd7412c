"""However returns are told of, each is refunded once: at Stripe, in two books, in one mail."""

import itertools
import random

import pytest

from autobiz_oracles import expect

from ..refunds.returns import Exponent, Shape, draw
from ..refunds.verdicts import Became, judge
from .conftest import OpenScene
from .deliveries import Delivery, deliver

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-R13", "P1-R26", "INV-05"),
    pytest.mark.test_id("P1-T22", "P1-T13", "P1-T36"),
    pytest.mark.workflow("WF03"),
]

# Every shape with every delivery; the exponents rotate, so that each meets every shape and every delivery
# meets them all.
_EXPONENTS = tuple(Exponent)
KINDS = [
    (shape, delivery, _EXPONENTS[(row + column) % len(_EXPONENTS)])
    for (row, shape), (column, delivery) in itertools.product(enumerate(Shape), enumerate(Delivery))
]


@pytest.mark.adversarial(60, 61, 76, 81)
@pytest.mark.parametrize(("shape", "delivery", "exponent"), KINDS)
async def test_each_return_is_refunded_once(
    shape: Shape,
    delivery: Delivery,
    exponent: Exponent,
    open_scene: OpenScene,
    rng: random.Random,
    app_database: str,
) -> None:
    """Every return of a seeded order is given back, recorded, receipted and mailed exactly once."""
    scene = open_scene(draw(rng, shape, exponent))
    answers = await deliver(delivery, scene)
    expect.value({each.status for each in answers}).equals({200})
    expect.value(scene.unstarted).equals([])
    await judge(scene, app_database, dict.fromkeys(scene.drawn.returns, Became.REFUNDED))
