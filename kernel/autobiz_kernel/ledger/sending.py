"""Send what a batch holds as JSON over a channel, in one order everywhere; each item gets its own answer."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from .batcher import Item, Send, Told
from .channel import Channel


def sender(channel: Channel, statement: bytes, *, place: Callable[[Item], Any]) -> Send:
    """Return what a batcher sends with; `place` is what items are put in order by.

    In one order everywhere, so that workers with overlapping batches never wait for each other in a ring.
    """

    def send(items: Sequence[Item], hear: Callable[[Told], None]) -> None:
        order = sorted(range(len(items)), key=lambda at: place(items[at]))

        def done(told: bytes | Exception) -> None:
            hear(told if isinstance(told, Exception) else _read(told, order))

        channel.start(statement, orjson.dumps([items[at] for at in order]), done)

    return send


def _read(told: bytes, order: Sequence[int]) -> Told:
    """Read the answers and put each in the place of its question; the error, if these are none."""
    answers: list[Item] = [{}] * len(order)
    try:
        for at, answer in zip(order, orjson.loads(told), strict=True):
            answers[at] = answer
    except ValueError as error:
        return error
    return answers
