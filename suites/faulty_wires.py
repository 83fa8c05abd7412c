"""Transports that fail in ways no stub server can be made to: for the first request, or for all."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from autobiz_kernel.transport import Answer, Egress, HttpTransport, Outgoing, Patience, Send
from autobiz_mocks import Says, ScriptedPeer, http

from .stripe_tools import stripe_account

# Who never connects gives up at once; who has connected waits for an answer that does not come.
NEVER_CONNECTING = Patience(connect_s=0.05, total_s=10.0)
IMPATIENT = Patience(connect_s=10.0, total_s=0.2)
_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
SCRIPTS: Mapping[str, Says] = {
    "reset_mid_body": Says(data=http(200, b'{"id": "re_1", ', length=400)),
    "length_larger_than_body": Says(data=http(200, b'{"id": "re_1"}', length=4000)),
    "slow_dribble": Says(data=_CHUNKED, drips=True),
    "monstrous_body": Says(data=http(200, b"", length=50_000_000) + b"[" * 5_000_000, stays=True),
    "wrong_coding": Says(data=http(200, b"\x1f\x8b\x08", headers=["Content-Encoding: gzip"])),
}


class WorkerKilledError(BaseException):
    """Plays the end of a worker."""


@asynccontextmanager
async def speaking(says: Says) -> AsyncIterator[Send]:
    """A transport to a peer with this script."""
    async with (
        ScriptedPeer(says) as peer,
        HttpTransport(stripe_account(peer.url), Egress(), patience=IMPATIENT) as wire,
    ):
        yield wire


@asynccontextmanager
async def refused() -> AsyncIterator[Send]:
    """A transport to a port at which nobody listens any more."""
    async with ScriptedPeer(Says()) as peer:
        url = peer.url
    async with HttpTransport(stripe_account(url), Egress()) as wire:
        yield wire


@asynccontextmanager
async def never_connected() -> AsyncIterator[Send]:
    """A transport to a listener whose queue is full, so that nobody ever shakes hands."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            async with HttpTransport(stripe_account(url), Egress(), patience=NEVER_CONNECTING) as wire:
                yield wire
        finally:
            for each in waiting:
                each.close()


@asynccontextmanager
async def impatient(url: str) -> AsyncIterator[Send]:
    """A transport that waits less long than the provider takes."""
    async with HttpTransport(stripe_account(url), Egress(), patience=IMPATIENT) as wire:
        yield wire


def dying(wire: Send) -> Send:
    """A worker that ends when it has its answer."""

    async def send(outgoing: Outgoing) -> Answer:
        answer = await wire(outgoing)
        if outgoing.key:
            raise WorkerKilledError
        return answer

    return send


def paused(wire: Send, before_answer: Callable[[], Awaitable[None]]) -> Send:
    """Something else happens when the provider has acted and before we hear of it."""

    async def send(outgoing: Outgoing) -> Answer:
        answer = await wire(outgoing)
        await before_answer()
        return answer

    return send


async def let_others_run() -> None:
    await asyncio.sleep(0)


def covers(*numbers: int) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Name the faults of the catalogue that a test plays."""

    def note(test: Callable[..., object]) -> Callable[..., object]:
        test.__dict__["faults"] = numbers
        return test

    return note
