"""Whatever client is used, it does not get past a cassette."""

import asyncio
import http.client
import urllib.request
from collections.abc import Awaitable, Callable

import aiohttp
import anthropic
import httpx
import httpx2
import openai
import pytest

from autobiz_kernel.transport import (
    STRIPE,
    Egress,
    HttpTransport,
    Outgoing,
    SandboxAccount,
)
from autobiz_mocks import Says, ScriptedPeer
from autobiz_mocks import http as said
from autobiz_mocks.cassettes import (
    Provenance,
    replaying,
)

from .shipped_cassettes import DAY, SHIPPED

pytestmark = [pytest.mark.requirement("P1-TR02"), pytest.mark.test_id("P1-H06")]

ORIGIN = Provenance(recorded_at=DAY.isoformat(), source="synthetic", model="m", prompt_sha256="0" * 64)


async def _httpx(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(url, content=b"{}")


async def _httpx2(url: str) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:
        await client.post(url, content=b"{}")


async def _httpx_blocking(url: str) -> None:
    with httpx.Client(trust_env=False) as client:
        client.post(url, content=b"{}")


async def _httpx2_streamed(url: str) -> None:
    with httpx2.Client(trust_env=False) as client, client.stream("POST", url, content=b"{}") as response:
        response.read()


async def _aiohttp(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.post(url, data=b"{}") as response:
        await response.read()


async def _urllib(url: str) -> None:
    request = urllib.request.Request(url, data=b"{}", method="POST")  # noqa: S310  # an address of this machine
    urllib.request.urlopen(request)  # noqa: S310  # the same


async def _http_client(url: str) -> None:
    connection = http.client.HTTPConnection(url.removeprefix("http://").partition("/")[0])
    connection.request("POST", "/x", body=b"{}")
    connection.getresponse()


async def _openai(url: str) -> None:
    async with openai.AsyncOpenAI(api_key="fake", base_url=url, max_retries=0) as client:
        await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}])


async def _anthropic(url: str) -> None:
    async with anthropic.AsyncAnthropic(api_key="fake", base_url=url, max_retries=0) as client:
        await client.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "?"}])


async def _ours(url: str) -> None:
    account = SandboxAccount(provider=STRIPE, base_url=url, key="sk_test_FAKE")
    async with HttpTransport(account, Egress()) as wire:
        await wire(Outgoing(method="POST", path="/x", body=b"{}"))


CLIENTS: tuple[Callable[[str], Awaitable[None]], ...] = (
    _httpx,
    _httpx2,
    _httpx_blocking,
    _httpx2_streamed,
    _aiohttp,
    _urllib,
    _http_client,
    _openai,
    _anthropic,
    _ours,
)


@pytest.mark.negative
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__.strip("_"))
def test_no_client_gets_past_a_cassette(client: Callable[[str], Awaitable[None]]) -> None:
    """Whatever client is used, a request that is not recorded never reaches anybody."""

    async def ask() -> int:
        async with ScriptedPeer(Says(data=said(200, b"{}"))) as peer:
            with replaying(SHIPPED[0]) as cassette:
                with pytest.raises(BaseException, match=r"(?i)cassette|connection error"):
                    await client(peer.url)
                cassette.play_counts[0] = 1
            return len(peer.requests)

    assert asyncio.run(ask()) == 0
