"""Let what has queued up while the last round trip was under way go together in the next one."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

Item: TypeAlias = dict[str, Any]
Told: TypeAlias = Sequence[Item] | Exception
Send: TypeAlias = Callable[[Sequence[Item], Callable[[Told], None]], None]
_Waiting: TypeAlias = tuple[Item, "asyncio.Future[Item]"]

# Larger ones save commits, and let caller and database wait for each other in turns: with 64 runs, batches of
# 64 made a third fewer calls.
BATCH_MAX = 24


class Batcher:
    """Nobody waits for company: an item that comes alone leaves in this turn of the loop, or at once."""

    def __init__(self, send: Send, *, batch_max: int = BATCH_MAX, at_once: bool = False) -> None:
        self._send = send
        self._batch_max = batch_max
        self._at_once = at_once
        self._queue: deque[_Waiting] = deque()
        # Those whose batch has failed: each goes again without the others.
        self._alone: deque[_Waiting] = deque()
        self.is_idle = True

    def ask(self, item: Item) -> "asyncio.Future[Item]":
        """Send one item, with whatever others there are; its own answer is awaited."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Item] = loop.create_future()
        self._queue.append((item, answer))
        if self.is_idle:
            self.is_idle = False
            # Soon and not now, so that who comes in this same turn goes along; unless nobody is expected.
            self._go() if self._at_once else loop.call_soon(self._go)
        return answer

    def _go(self) -> None:
        if self._alone:
            batch = [self._alone.popleft()]
        else:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), self._batch_max))]
        if not batch:
            self.is_idle = True
            return
        hear = partial(self._told, batch)
        try:
            self._send([item for item, _ in batch], hear)
        except Exception as error:  # noqa: BLE001  # it is handed to those who asked
            hear(error)

    def _told(self, batch: list[_Waiting], told: Told) -> None:
        if not isinstance(told, Exception):
            for (_, answer), one in zip(batch, told, strict=True):
                if not answer.done():
                    answer.set_result(one)
        elif len(batch) == 1:
            if not batch[0][1].done():
                batch[0][1].set_exception(told)
        else:
            # The batch was one transaction and nothing of it was written; the one that spoilt it fails alone.
            self._alone.extend(batch)
        # Not from within: a row of failures would be as deep as it is long.
        asyncio.get_running_loop().call_soon(self._go) if self._alone else self._go()
