"""Ways to the providers that are disturbed: a worker dies at a request, or stands still after an effect."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from autobiz_kernel.transport import Answer, Outgoing, Send


class WorkerKilledError(BaseException):
    """Plays the end of a worker."""


@dataclass(slots=True, kw_only=True)
class Killing:
    """The process dies at its request with this number, before it is sent or before its answer is read."""

    number: int
    is_after: bool
    sent: int = 0

    def __call__(self, send: Send) -> Send:
        async def killing(outgoing: Outgoing) -> Answer:
            self.sent += 1
            if self.sent == self.number and not self.is_after:
                raise WorkerKilledError
            answer = await send(outgoing)
            if self.sent == self.number:
                raise WorkerKilledError
            return answer

        return killing


@dataclass(slots=True, kw_only=True)
class Holding:
    """The process stands still once a refund was made, until it is let go on."""

    acted: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, send: Send) -> Send:
        async def holding(outgoing: Outgoing) -> Answer:
            answer = await send(outgoing)
            if outgoing.path == "/v1/refunds" and outgoing.method == "POST":
                self.acted.set()
                await self.may_go_on.wait()
            return answer

        return holding


@dataclass(slots=True, kw_only=True)
class Meanwhile:
    """Before the process sends its request with this number, something else happens."""

    number: int
    happens: Callable[[], Awaitable[None]]
    sent: int = 0

    def __call__(self, send: Send) -> Send:
        async def meanwhile(outgoing: Outgoing) -> Answer:
            self.sent += 1
            if self.sent == self.number:
                await self.happens()
            return await send(outgoing)

        return meanwhile
