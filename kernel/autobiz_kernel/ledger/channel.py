"""Ask one connection the same prepared questions again and again, with nothing between it and libpq.

psycopg opens the connection and checks it; for a question that never changes, its cursors would cost more
than everything else that we do for a call. For the same reason answers come by callback: each wait of a task
would be one more turn of the event loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

from psycopg import AsyncConnection, Error, errors
from psycopg.pq import ExecStatus

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

Done: TypeAlias = Callable[[bytes | Exception], None]

# A connection may serve another channel later, and remembers what was prepared on it.
_NUMBERS = count()
_GOOD = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})


@dataclass(frozen=True, slots=True)
class _Question:
    statement: bytes
    argument: bytes
    done: Done


class Channel:
    """One question at a time: who comes meanwhile waits for the turn."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection
        self._wire: PGconn = connection.pgconn
        self._names: dict[bytes, bytes] = {}
        self._waiting: deque[_Question] = deque()
        self._asked: _Question | None = None
        self._prepares: bytes | None = None
        self._result: PGresult | None = None
        self._socket: int | None = None

    def start(self, statement: bytes, argument: bytes, done: Done) -> None:
        """Send a statement of one argument and one answer, both text; `done` is told what comes of it."""
        self._waiting.append(_Question(statement, argument, done))
        self._next()

    async def ask(self, statement: bytes, argument: bytes) -> bytes:
        """Send a statement, and wait for what it is answered."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def done(told: bytes | Exception) -> None:
            if answer.done():
                return
            if isinstance(told, Exception):
                answer.set_exception(told)
            else:
                answer.set_result(told)

        self.start(statement, argument, done)
        try:
            return await answer
        except asyncio.CancelledError:
            self._give_up(done)
            raise

    def hand_over(self) -> AsyncConnection[Any]:
        """Stop listening, so that the connection can be used in other ways while nobody asks."""
        self._stop_listening()
        return self._connection

    async def close(self) -> None:
        await self.hand_over().close()

    def _next(self) -> None:
        while self._asked is None and self._waiting:
            self._asked = self._waiting.popleft()
            self._send(self._asked)

    def _send(self, question: _Question) -> None:
        try:
            self._listen()
            name = self._names.get(question.statement)
            if name is None:
                self._prepares = b"autobiz_%d" % next(_NUMBERS)
                self._wire.send_prepare(self._prepares, question.statement)
            else:
                self._wire.send_query_prepared(name, [question.argument])
            if self._wire.flush():
                self._write_on()
        except Error as error:
            self._finish(error)

    def _finish(self, told: bytes | Exception) -> None:
        question, self._asked, self._prepares = self._asked, None, None
        if question is not None:
            question.done(told)

    def _give_up(self, done: Done) -> None:
        """Forget a question; one under way ends its connection, or its answer would be the next one's."""
        self._waiting = deque(question for question in self._waiting if question.done is not done)
        if self._asked is not None and self._asked.done is done:
            self._stop_listening()
            self._wire.finish()
            self._asked = None
            self._next()

    def _listen(self) -> None:
        if self._socket is None:
            self._socket = self._wire.socket
            asyncio.get_running_loop().add_reader(self._socket, self._readable)

    def _stop_listening(self) -> None:
        if self._socket is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._socket)
            loop.remove_writer(self._socket)
            self._socket = None

    def _write_on(self) -> None:
        """Hand the socket what it did not take at once, as soon as it takes more."""
        asyncio.get_running_loop().add_writer(self._wire.socket, self._writable)

    def _writable(self) -> None:
        try:
            if not self._wire.flush():
                asyncio.get_running_loop().remove_writer(self._wire.socket)
        except Error as error:
            self._broke(error)

    def _readable(self) -> None:
        if self._asked is None:
            # Nobody has asked: the server is going away, and the next question will say so.
            self._stop_listening()
            return
        try:
            self._wire.consume_input()
            while not self._wire.is_busy():
                result = self._wire.get_result()
                if result is None:
                    self._answered(self._asked)
                    return
                self._result = result
        except Error as error:
            self._broke(error)

    def _answered(self, question: _Question) -> None:
        result, self._result = self._result, None
        if result is None or result.status not in _GOOD:
            self._finish(StoppedError() if result is None else errors.error_from_result(result))
        elif self._prepares is not None:
            self._names[question.statement], self._prepares = self._prepares, None
            self._send(question)
        else:
            self._finish(result.get_value(0, 0) or b"")
        self._next()

    def _broke(self, error: Exception) -> None:
        self._stop_listening()
        self._finish(error)
        self._next()


class StoppedError(Error):
    """The server has ended a question without a word."""
