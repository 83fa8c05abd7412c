"""What goes wrong once the money is back: the shop's record and the mail come to be once all the same."""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from autobiz_mocks import Fault, Planned

from ..refunds.people import say_what_became_of_mails
from ..refunds.returns import Shape, draw
from ..refunds.scene import Scene
from ..refunds.verdicts import Became, judge
from .conftest import OpenScene

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-R13", "INV-05"),
    pytest.mark.test_id("P1-T22", "P1-T13"),
    pytest.mark.workflow("WF03"),
]
_THROTTLED = (
    '{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":'
    '{"requestedQueryCost":10,"throttleStatus":{"currentlyAvailable":1,"restoreRate":50}}}}'
)
_REFUSED = '{"data":{"refundCreate":{"refund":null,"userErrors":[{"field":["input"],"message":"closed"}]}}}'
_RECORD, _MAIL = "shopify.refund_order", "sendgrid.send_mail"

Plan = Callable[[random.Random], Planned]
TROUBLES: dict[str, tuple[str, Plan]] = {
    "record_lost": (_RECORD, lambda _rng: Planned(fault=Fault.ANSWER_LOST)),
    "record_fails": (_RECORD, lambda rng: Planned(fault=Fault.SERVER_ERROR, times=rng.randint(1, 3))),
    "record_fails_though_done": (_RECORD, lambda _rng: Planned(fault=Fault.SERVER_ERROR_DONE)),
    "record_throttled": (_RECORD, lambda _rng: Planned(fault=Fault.LOCKED, status=200, body=_THROTTLED)),
    "record_refused": (_RECORD, lambda _rng: Planned(fault=Fault.LOCKED, status=200, body=_REFUSED)),
    "mail_turned_away": (_MAIL, lambda rng: Planned(fault=Fault.TOO_MANY, times=rng.randint(1, 4))),
    "mail_lost": (_MAIL, lambda _rng: Planned(fault=Fault.ANSWER_LOST)),
    "mail_fails": (_MAIL, lambda _rng: Planned(fault=Fault.SERVER_ERROR)),
    "mail_fails_though_done": (_MAIL, lambda _rng: Planned(fault=Fault.SERVER_ERROR_DONE)),
    "mail_never_reached": (_MAIL, lambda _rng: Planned(fault=Fault.RESET_BEFORE)),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_trouble_after_the_refund(
    trouble: str, open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """Record and mail come to be once; what became of a mail in doubt a person says, and nobody guesses."""
    scene = open_scene(draw(rng, Shape.PARTIAL))
    (what,) = scene.drawn.returns
    stub, plan = TROUBLES[trouble]
    key = scene.record_key(what) if stub == _RECORD else scene.mail_key(what, "refunded")
    scene.plant(stub, plan(rng), key)
    refunds = await scene.process()
    await scene.told(refunds, scene.delivery(what))
    await scene.settle(refunds, turn=partial(say_what_became_of_mails, scene))
    became = Became.UNRECORDED if trouble == "record_refused" else Became.REFUNDED
    await judge(scene, app_database, {what: became})


@pytest.mark.parametrize("address", ["", "no address at all"])
async def test_nobody_to_write_to(
    address: str, open_scene: OpenScene, rng: random.Random, app_database: str
) -> None:
    """An order without an address is refunded and recorded all the same, and no mail goes anywhere."""
    drawn = draw(rng, Shape.FULL)
    scene: Scene = open_scene(replace(drawn, email=address))
    (what,) = scene.drawn.returns
    refunds = await scene.process()
    await scene.told(refunds, scene.delivery(what))
    await scene.settle(refunds)
    await judge(scene, app_database, {what: Became.REFUNDED}, unmailed=[what])
