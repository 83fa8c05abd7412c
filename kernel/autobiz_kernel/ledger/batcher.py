"""Let what has queued up while the last round trip was under way go together in the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

Item: TypeAlias = dict[str, Any]
Send: TypeAlias = Callable[[Sequence[Item]], Awaitable[Sequence[Item]]]

BATCH_MAX = 64


class Batcher:
    """Nobody waits for company: an item that comes alone leaves at once."""

    def __init__(self, send: Send, *, batch_max: int = BATCH_MAX) -> None:
        self._send = send
        self._batch_max = batch_max
        self._queue: list[tuple[Item, asyncio.Future[Item]]] = []
        self._pump: asyncio.Task[None] | None = None

    async def ask(self, item: Item) -> Item:
        """Send one item, with whatever others there are, and return its own answer."""
        answer: asyncio.Future[Item] = asyncio.get_running_loop().create_future()
        self._queue.append((item, answer))
        if self._pump is None:
            self._pump = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        try:
            while self._queue:
                batch, self._queue = self._queue[: self._batch_max], self._queue[self._batch_max :]
                await self._go(batch)
        finally:
            self._pump = None

    async def _go(self, batch: list[tuple[Item, asyncio.Future[Item]]]) -> None:
        try:
            answers = await self._send([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001  # it is handed to those who asked
            if len(batch) == 1:
                _fail(batch[0][1], error)
                return
            # The batch was one transaction and nothing of it was written; the one that spoilt it fails alone.
            for each in batch:
                await self._go([each])
            return
        for (_, answer), told in zip(batch, answers, strict=True):
            if not answer.done():
                answer.set_result(told)


def _fail(answer: "asyncio.Future[Item]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
