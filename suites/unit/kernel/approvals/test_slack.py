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
    SlackSigned,
    Status,
    decide_from_slack,
    slack_value,
)
from autobiz_kernel.workflow import Standing

from ....shop.place import Shop, refund, shop_in_memory

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R09"),
    pytest.mark.test_id("P1-T16"),
]

SECRET = b"shared with the workspace"
VERIFIES = SlackSigned(secret=SECRET)


def click(
    shop: Shop, value: str, *, user: str = "U0ANN", action: str = "approve"
) -> tuple[dict[str, str], bytes]:
    """A click as Slack sends it, now."""
    payload = {"user": {"id": user}, "actions": [{"action_id": action, "value": value}]}
    body = urlencode({"payload": orjson.dumps(payload).decode()}).encode()
    return signed(body, str(int(shop.clock.now().timestamp()))), body


def signed(body: bytes, moment: str, secret: bytes = SECRET) -> dict[str, str]:
    told = hmac.new(secret, b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={told}"}


async def held() -> tuple[Shop, Request]:
    shop = shop_in_memory()
    await shop.advance(await shop.start("refund", refund(amount=6_000)))
    return shop, (await shop.waiting())[0]


async def test_a_click_decides_as_the_person_behind_it() -> None:
    """A signed click of somebody in the rule's group approves, and is kept with how it came."""
    shop, request = await held()
    headers, body = click(shop, slack_value(request))
    told = await decide_from_slack(shop.desk, headers, body, verifies=VERIFIES)
    assert (told.status, told.decisions[0].approver, told.decisions[0].via) == (
        Status.APPROVED,
        "ann",
        "slack",
    )
    assert await shop.advance(request.run_id) is Standing.ENDED
    with pytest.raises(DecisionError, match="already"):
        await decide_from_slack(shop.desk, headers, body, verifies=VERIFIES)


@pytest.mark.negative
async def test_a_forged_click_decides_nothing() -> None:
    """Other secrets, bodies and moments, no headers, strangers and altered arguments decide nothing."""
    shop, request = await held()
    now = int(shop.clock.now().timestamp())
    headers, body = click(shop, slack_value(request))
    other = slack_value(request).rpartition(":")[0] + ":" + "00" * 32
    forged = [
        (signed(body, str(now), b"another"), body),
        (headers, body.replace(b"approve", b"deny")),
        (signed(body, str(now - 301)), body),
        (signed(body, str(now + 301)), body),
        (signed(body, f"+{now}"), body),
        (signed(body, "٣" * 10), body),
        (signed(body, "9" * 400), body),
        ({}, body),
        (headers | {"X-Slack-Signature": "v0="}, body),
        (headers | {"X-Slack-Signature": headers["X-Slack-Signature"].upper()}, body),
        click(shop, slack_value(request), user="U0EVE"),
        click(shop, slack_value(request), action="maybe"),
        click(shop, other),
        click(shop, "junk"),
        (signed(b"payload=%7B", str(now)), b"payload=%7B"),
        (signed(b"\xff", str(now)), b"\xff"),
    ]
    for each_headers, each_body in forged:
        with pytest.raises(IdentityError):
            await decide_from_slack(shop.desk, each_headers, each_body, verifies=VERIFIES)
    kept = await shop.approvals.look(shop.tenant, request.approval_id)
    assert kept == request


async def test_the_edge_of_five_minutes_is_inside() -> None:
    """A click that is five minutes old to the second counts, and the secret is in no text of the verifier."""
    shop, request = await held()
    _, body = click(shop, slack_value(request))
    headers = signed(body, str(int(shop.clock.now().timestamp()) - 300))
    assert (await decide_from_slack(shop.desk, headers, body, verifies=VERIFIES)).status is Status.APPROVED
    assert "shared" not in repr(VERIFIES)
