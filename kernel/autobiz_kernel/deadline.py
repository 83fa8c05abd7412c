"""End work at its deadline, whatever the work thinks of it."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar

Answer = TypeVar("Answer")

# How long cancelled work may tidy up before nobody waits for it any longer.
GRACE_S = 0.5

_abandoned: set[asyncio.Task[Any]] = set()


class DeadlineError(Exception):
    """The work did not end in time; whether it will still do something is unknown."""


async def within(work: Coroutine[Any, Any, Answer], *, seconds: float, grace_s: float = GRACE_S) -> Answer:
    """Wait no longer than this; work that swallows its cancellation is left alone and forgotten."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    # By hand: `asyncio.wait` would do as much again around one task as the task itself costs.
    woken: asyncio.Future[None] = loop.create_future()
    timer = loop.call_later(seconds, _wake, woken)
    task.add_done_callback(partial(_wake, woken))
    try:
        await woken
    except asyncio.CancelledError:
        await _end(task, grace_s)
        raise
    finally:
        timer.cancel()
    if task.done():
        return task.result()
    await _end(task, grace_s)
    raise DeadlineError(f"not done after {seconds:g} s")


def _wake(woken: "asyncio.Future[None]", _task: "asyncio.Task[Any] | None" = None) -> None:
    if not woken.done():
        woken.set_result(None)


async def _end(task: asyncio.Task[Any], grace_s: float) -> None:
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=grace_s)
    if not done:
        _abandoned.add(task)
        task.add_done_callback(_abandoned.discard)
    task.add_done_callback(_hear)


def _hear(task: asyncio.Task[Any]) -> None:
    """Take note of how forgotten work ended, so that the loop does not complain that nobody did."""
    if not task.cancelled():
        task.exception()
