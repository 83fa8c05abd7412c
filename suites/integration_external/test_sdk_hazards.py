"""What official clients do behind their caller's back, shown on them, and shown to be absent in ours."""

import asyncio
from collections.abc import Callable
from typing import Any

import openai
import pytest
import stripe
from slack_sdk import WebClient

from autobiz_kernel.providers import stripe_tools
from autobiz_kernel.transport import Egress, HttpTransport, ProviderError, UnheardError
from autobiz_mocks import Says, ScriptedPeer, VirtualClock, http
from autobiz_oracles import expect

from ..faulty_wires import covers
from ..providing import ACTS
from ..stripe_tools import TEST_KEY, stripe_account

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-RH02", "INV-05"),
    pytest.mark.test_id("P1-H09"),
    pytest.mark.negative,
]
REFUND = b'{"id":"re_1","object":"refund","amount":1999,"currency":"eur","status":"succeeded"}'
KEY = "autobiz:" + "0" * 32
MOVED = Says(data=http(302, headers=["Location: /v1/elsewhere", "Connection: close"]))
FINE = Says(data=http(200, REFUND, headers=["Content-Type: application/json", "Connection: close"]))
BROKEN = Says(data=http(500, b"{}", headers=["Content-Type: application/json", "Connection: close"]))
PAGE = Says(data=http(200, b"<html>Log in</html>", headers=["Content-Type: text/html", "Connection: close"]))


def stripe_refund(url: str) -> Any:
    client = stripe.StripeClient(TEST_KEY, base_addresses={"api": url})
    return client.v1.refunds.create(params={"payment_intent": "pi_1"}, options={"idempotency_key": KEY})


def stripe_refund_without_key(url: str) -> Any:
    client = stripe.StripeClient(TEST_KEY, base_addresses={"api": url})
    return client.v1.refunds.create(params={"payment_intent": "pi_1"})


def openai_chat(url: str) -> Any:
    with openai.OpenAI(api_key="fake", base_url=url) as client:
        return client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}])


def slack_post(url: str) -> Any:
    return WebClient(token="fake", base_url=f"{url}/").chat_postMessage(channel="CTEST", text="?")


async def theirs(client: Callable[[str], Any], *script: Says) -> tuple[object, list[bytes]]:
    """What an official client makes of a script, and all that it sent."""
    async with ScriptedPeer(*script) as peer:
        try:
            told: object = await asyncio.to_thread(client, peer.url)
        except Exception as error:  # noqa: BLE001  # whatever it raises is what it makes of it
            told = error
        return told, peer.requests


async def ours(*script: Says) -> tuple[ProviderError | None, list[bytes]]:
    """What the product makes of the same."""
    async with ScriptedPeer(*script) as peer:
        account, egress = stripe_account(peer.url), Egress()
        async with HttpTransport(account, egress) as wire:
            tools = stripe_tools(account, wire, egress, VirtualClock())
            refund = next(tool for tool in tools if tool.contract.operation == "refund")
            try:
                await refund.execute(ACTS["stripe.refund"], KEY)
            except ProviderError as error:
                return error, peer.requests
        return None, peer.requests


@covers(16)
async def test_a_redirected_refund_is_no_success() -> None:
    """Stripe's client makes a GET of a redirected refund and takes what is there for one; ours does not."""
    told, sent = await theirs(stripe_refund, MOVED, FINE)
    assert isinstance(told, stripe.Refund)
    error, sent_by_us = await ours(MOVED, FINE)
    assert isinstance(error, UnheardError)
    methods = [[request.split(b" ")[0] for request in each] for each in (sent, sent_by_us)]
    expect.worlds(methods, [[b"POST", b"GET"], [b"POST"]]).alike()


@covers(24)
@pytest.mark.adversarial(117)
async def test_an_error_is_not_tried_again_behind_our_back() -> None:
    """OpenAI's client sends three requests for one call that fails; ours sends one, and says so."""
    _, sent = await theirs(openai_chat, BROKEN)
    error, sent_by_us = await ours(BROKEN)
    assert isinstance(error, UnheardError)
    expect.worlds([len(sent), len(sent_by_us)], [3, 1]).alike()


@covers(7, 46)
async def test_nothing_is_posted_twice() -> None:
    """Slack's client posts again when its connection is closed; ours leaves that to who knows the key."""
    _, sent = await theirs(slack_post, Says())
    _, sent_by_us = await ours(Says())
    expect.worlds([len(sent), len(sent_by_us)], [2, 1]).alike()


@covers(13)
async def test_a_page_is_no_answer() -> None:
    """OpenAI's client hands a portal's page to its caller as a success; ours says that nobody knows."""
    told, _ = await theirs(openai_chat, PAGE)
    error, sent = await ours(PAGE)
    assert isinstance(told, str)
    assert isinstance(error, UnheardError)
    expect.worlds(len(sent), 1).alike()


async def test_no_key_is_made_up() -> None:
    """Stripe's client makes up a key where its caller forgot one, and another the next time; ours never."""
    keys = []
    for _ in range(2):
        _, (request,) = await theirs(stripe_refund_without_key, FINE)
        keys += [line for line in request.lower().split(b"\r\n") if line.startswith(b"idempotency-key")]
    assert len(set(keys)) == 2
    sent_by_us = [(await ours(FINE))[1][0].lower() for _ in range(2)]
    expect.worlds([KEY.encode() in request for request in sent_by_us], [True, True]).alike()
