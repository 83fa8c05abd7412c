"""Ask one connection the same prepared question again and again, with nothing between it and libpq.

psycopg opens the connection and checks it; for a question that never changes, its cursors would cost more
than everything else that we do for a call.
"""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from psycopg import AsyncConnection, OperationalError, errors
from psycopg.pq import ExecStatus

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

# A connection may serve another channel later, and remembers what was prepared on it.
_NUMBERS = count()


class Channel:
    """One question at a time: who comes meanwhile waits for the turn."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection
        self._wire: PGconn = connection.pgconn
        self._turn = asyncio.Lock()
        self._names: dict[bytes, bytes] = {}
        self._answer: asyncio.Future[PGresult] | None = None
        self._results: list[PGresult] = []
        self._listening_on: int | None = None

    async def ask(self, statement: bytes, argument: bytes) -> bytes:
        """Send a statement of one argument and one answer, both text; prepare it when it is new."""
        async with self._turn:
            name = self._names.get(statement)
            if name is None:
                name = b"autobiz_%d" % next(_NUMBERS)
                await self._tell(self._wire.send_prepare, name, statement)
                self._names[statement] = name
            result = await self._tell(self._wire.send_query_prepared, name, [argument])
            return result.get_value(0, 0) or b""

    def hand_over(self) -> AsyncConnection[Any]:
        """Stop listening, so that the connection can be used in other ways while nobody asks."""
        self._stop_listening()
        return self._connection

    async def close(self) -> None:
        await self.hand_over().close()

    async def _tell(self, send: Callable[..., None], *what: Any) -> "PGresult":
        loop = asyncio.get_running_loop()
        self._listen(loop)
        self._answer = answer = loop.create_future()
        self._results = []
        try:
            send(*what)
            while self._wire.flush():
                await self._writable(loop)
            return _checked(await answer)
        except BaseException:
            # Whatever was under way is not known, so nothing may be sent on this connection any more.
            if not answer.done() or answer.cancelled():
                self._stop_listening()
                self._wire.finish()
            raise
        finally:
            self._answer = None

    async def _writable(self, loop: asyncio.AbstractEventLoop) -> None:
        ready = loop.create_future()
        loop.add_writer(self._wire.socket, _set, ready)
        try:
            await ready
        finally:
            loop.remove_writer(self._wire.socket)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._listening_on is None:
            self._listening_on = self._wire.socket
            loop.add_reader(self._listening_on, self._readable)

    def _stop_listening(self) -> None:
        if self._listening_on is not None:
            asyncio.get_running_loop().remove_reader(self._listening_on)
            self._listening_on = None

    def _readable(self) -> None:
        answer = self._answer
        if answer is None or answer.done():
            # Nobody has asked: the server is going away, and the next question will say so.
            self._stop_listening()
            return
        try:
            self._wire.consume_input()
            while not self._wire.is_busy():
                result = self._wire.get_result()
                if result is None:
                    answer.set_result(self._results[-1])
                    return
                self._results.append(result)
        except OperationalError as error:
            self._stop_listening()
            answer.set_exception(error)


def _set(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)


def _checked(result: "PGresult") -> "PGresult":
    if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        return result
    raise errors.error_from_result(result)
