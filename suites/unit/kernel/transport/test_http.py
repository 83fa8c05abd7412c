"""Requests over real sockets, to peers that behave and to peers that do not."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from autobiz_kernel.transport import (
    STRIPE,
    Answer,
    Egress,
    ErrorClass,
    ForbiddenEgressError,
    HttpTransport,
    Outgoing,
    Patience,
    SandboxAccount,
    TurnedAwayError,
    UnheardError,
)
from autobiz_mocks import Says, ScriptedPeer, http

pytestmark = [pytest.mark.asyncio, pytest.mark.requirement("P1-RH02")]

KEY = "autobiz:" + "0" * 32
REFUND = Outgoing(method="POST", path="/v1/refunds", body=b"amount=1", key=KEY, headers={"X-A": "b"})
OK = Says(data=http(200, b'{"id":"re_1"}'))
USUAL = Patience()
IMPATIENT = Patience(connect_s=5.0, total_s=0.05)


def account(url: str) -> SandboxAccount:
    return SandboxAccount(provider=STRIPE, base_url=url, key="sk_test_FAKE")


async def exchange(*script: Says, patience: Patience = USUAL, body_bytes_max: int = 1000) -> Answer:
    async with (
        ScriptedPeer(*script) as peer,
        HttpTransport(
            account(peer.url), Egress(), patience=patience, body_bytes_max=body_bytes_max
        ) as transport,
    ):
        return await transport(REFUND)


@pytest_asyncio.fixture
async def peer() -> AsyncIterator[ScriptedPeer]:
    async with ScriptedPeer(OK) as started:
        yield started


async def test_a_request_goes_out_as_it_is(peer: ScriptedPeer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Body, headers and key arrive, no compression is asked for, and no proxy of the environment."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with HttpTransport(account(f"{peer.url}/base/"), Egress()) as transport:
        answer = await transport(REFUND)
    assert (answer.status, answer.body, answer.header("content-type")) == (
        200,
        b'{"id":"re_1"}',
        "application/json",
    )
    head, _, body = peer.requests[0].partition(b"\r\n\r\n")
    lines = {line.lower() for line in head.split(b"\r\n")}
    assert head.startswith(b"POST /base/v1/refunds HTTP/1.1\r\n")
    assert body == b"amount=1"
    assert {b"idempotency-key: " + KEY.encode(), b"x-a: b", b"accept-encoding: identity"} <= lines


async def test_a_question_has_no_key(peer: ScriptedPeer) -> None:
    """A request that changes nothing carries no key."""
    async with HttpTransport(account(peer.url), Egress()) as transport:
        await transport(replace(REFUND, key=""))
    assert b"idempotency-key" not in peer.requests[0].lower()


@pytest.mark.negative
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    """A redirect is an answer like any other: one request, and nobody goes where it points."""
    moved = Says(data=http(status, headers=["Location: /elsewhere"]))
    async with ScriptedPeer(moved, OK) as peer, HttpTransport(account(peer.url), Egress()) as transport:
        assert (await transport(REFUND)).status == status
        assert len(peer.requests) == 1


@pytest.mark.negative
async def test_nobody_there_is_nothing_happened() -> None:
    """A refused connection has caused nothing."""
    async with ScriptedPeer(OK) as gone:
        url = gone.url
    async with HttpTransport(account(url), Egress()) as transport:
        with pytest.raises(TurnedAwayError, match="never arrived") as caught:
            await transport(REFUND)
    assert caught.value.error_class is ErrorClass.TRANSIENT


@pytest.mark.negative
@pytest.mark.parametrize(
    "says",
    [
        Says(),
        Says(data=b"HTTP/1.1 200 OK\r\nContent-"),
        Says(data=b"\x00\x01garbage\r\n\r\n"),
        Says(data=http(200, b'{"id":', length=100)),
        Says(data=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
    ids=["closed", "cut_head", "garbage", "short_body", "bad_chunk"],
)
async def test_a_broken_answer_leaves_it_open(says: Says) -> None:
    """Once a request was sent, no breach of the protocol says that nothing happened; and it is sent once."""
    async with ScriptedPeer(says) as peer, HttpTransport(account(peer.url), Egress()) as transport:
        with pytest.raises(UnheardError, match="no answer"):
            await transport(REFUND)
        assert len(peer.requests) == 1


@pytest.mark.negative
@pytest.mark.parametrize(
    "says",
    [
        Says(stays=True),
        Says(data=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", drips=True),
    ],
    ids=["silent", "dribbling"],
)
async def test_time_is_up_when_it_is_up(says: Says) -> None:
    """A peer that says nothing, or something all the time, is left at the deadline."""
    with pytest.raises(UnheardError, match=r"within 0\.05 s"):
        await exchange(says, patience=IMPATIENT, body_bytes_max=10**9)


@pytest.mark.negative
async def test_a_body_has_an_end() -> None:
    """A body beyond the limit is not read on, whatever length was announced."""
    assert len((await exchange(Says(data=http(200, b"x" * 1000)))).body) == 1000
    with pytest.raises(UnheardError, match="over 1000 bytes"):
        await exchange(Says(data=http(200, b"x" * 1001)))
    dribble = Says(data=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", drips=True)
    with pytest.raises(UnheardError, match="over 10 bytes"):
        await exchange(dribble, body_bytes_max=10)


@pytest.mark.negative
async def test_what_nobody_asked_for_is_not_unpacked() -> None:
    """A coding that we did not offer may be a bomb, and is left unopened."""
    bomb = Says(data=http(200, b"\x1f\x8b", headers=["Content-Encoding: gzip"]))
    with pytest.raises(UnheardError, match="coding"):
        await exchange(bomb)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("path", "headers", "key"),
    [
        ("/v1 /x", {}, ""),
        ("//elsewhere.example/x", {}, ""),
        ("http://elsewhere.example/x", {}, ""),
        ("/v1\r\nX: y", {}, ""),
        ("/v1/\u20ac", {}, ""),
        ("/v1", {"X": "a\r\nY: b"}, ""),
        ("/v1", {"X Y": "a"}, ""),
        ("/v1", {"X": "\u20ac"}, ""),
        ("/v1", {}, "k\n"),
    ],
)
async def test_nobody_writes_between_the_lines(path: str, headers: dict[str, str], key: str) -> None:
    """A line break, a space or a foreign letter in path, header or key stops the request."""
    with pytest.raises(TurnedAwayError, match="printable") as caught:
        Outgoing(method="POST", path=path, headers=headers, key=key)
    assert caught.value.error_class is ErrorClass.INTERNAL


@pytest.mark.negative
@pytest.mark.test_id("P1-H05")
async def test_a_guard_is_not_taken_for_an_outage(
    peer: ScriptedPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stops a request on its way out without being a failure of the network shuts the door for good."""

    class GuardError(Exception):
        pass

    async def stop(*_given: object, **_named: object) -> None:
        raise GuardError("no such host on the list")

    egress = Egress()
    async with HttpTransport(account(peer.url), egress) as transport:
        with monkeypatch.context() as patched:
            patched.setattr("httpx2.AsyncHTTPTransport.handle_async_request", stop)
            with pytest.raises(ForbiddenEgressError, match="stopped on its way out by GuardError"):
                await transport(REFUND)
        with pytest.raises(ForbiddenEgressError, match="nothing leaves any more"):
            await transport(REFUND)
    assert peer.requests == []


async def test_who_is_cancelled_hears_it(peer: ScriptedPeer) -> None:
    """Being cancelled is no answer of the provider, and passes through."""
    async with (
        ScriptedPeer(Says(stays=True)) as silent,
        HttpTransport(account(silent.url), Egress()) as transport,
    ):
        task = asyncio.ensure_future(transport(REFUND))
        while not silent.requests:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
