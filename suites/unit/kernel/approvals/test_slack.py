"""Decisions that were clicked in Slack: the signature is all that makes them believed."""

import hashlib
import hmac
from urllib.parse import urlencode

import orjson
import pytest

from autobiz_kernel.approvals import (
    DecisionError,
    IdentityError,
    Request,
    Status,
    decide_from_slack,
    slack_value,
)
from autobiz_kernel.webhooks import Delivery, SlackWebhooks
from autobiz_kernel.workflow import Standing

from ....shop.place import Shop, refund, shop_in_memory

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R09"),
    pytest.mark.test_id("P1-T16"),
]

SECRET = "shared with the workspace"
SOURCE = SlackWebhooks(secrets=[SECRET], team="T0SHOP")


def click(shop: Shop, value: str, **other: str) -> Delivery:
    """A click as Slack sends it, now."""
    moment = str(int(shop.clock.now().timestamp()))
    action = {"action_id": other.get("action", "approve"), "value": value}
    action |= {"block_id": "b", "action_ts": f"{moment}.1"}
    payload = {
        "type": "block_actions",
        "team": {"id": other.get("team", "T0SHOP")},
        "user": {"id": other.get("user", "U0ANN")},
        "actions": [action],
    }
    return signed(urlencode({"payload": orjson.dumps(payload).decode()}).encode(), moment)


def signed(body: bytes, moment: str, secret: str = SECRET) -> Delivery:
    """A body as Slack would sign it at a moment."""
    told = hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"x-slack-request-timestamp": moment, "x-slack-signature": f"v0={told}"}
    return Delivery(body=body, headers=headers)


async def held() -> tuple[Shop, Request]:
    shop = shop_in_memory()
    await shop.advance(await shop.start("refund", refund(amount=6_000)))
    return shop, (await shop.waiting())[0]


@pytest.mark.adversarial(90)
async def test_a_click_decides_as_the_person_behind_it() -> None:
    """A signed click of somebody in the rule's group approves, and is kept with how it came."""
    shop, request = await held()
    clicked = click(shop, slack_value(request))
    told = await decide_from_slack(shop.desk, shop.tenant, SOURCE, clicked)
    said = told.decisions[0]
    assert (told.status, said.approver, said.via) == (Status.APPROVED, "ann", "slack")
    assert await shop.advance(request.run_id) is Standing.ENDED
    with pytest.raises(DecisionError, match="already"):
        await decide_from_slack(shop.desk, shop.tenant, SOURCE, clicked)


@pytest.mark.adversarial(90)
@pytest.mark.negative
async def test_a_forged_click_decides_nothing() -> None:
    """Other secrets, bodies, moments and workspaces, strangers and altered arguments decide nothing."""
    shop, request = await held()
    now = int(shop.clock.now().timestamp())
    true = click(shop, slack_value(request))
    other = slack_value(request).rpartition(":")[0] + ":" + "00" * 32
    forged = [
        signed(true.body, str(now), "another"),
        Delivery(body=true.body.replace(b"approve", b"deny"), headers=true.headers),
        signed(true.body, str(now - 301)),
        signed(true.body, str(now + 301)),
        Delivery(body=true.body),
        click(shop, slack_value(request), team="T0ELSE"),
        click(shop, slack_value(request), user="U0EVE"),
        click(shop, slack_value(request), action="maybe"),
        click(shop, other),
        click(shop, "junk"),
        signed(b"payload=%7B", str(now)),
    ]
    for each in forged:
        with pytest.raises(IdentityError):
            await decide_from_slack(shop.desk, shop.tenant, SOURCE, each)
    with pytest.raises(IdentityError):
        await decide_from_slack(shop.desk, request.run_id, SOURCE, true)
    kept = await shop.approvals.look(shop.tenant, request.approval_id)
    assert kept == request
