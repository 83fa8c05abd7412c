"""End work at its deadline, whatever the work thinks of it."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

Answer = TypeVar("Answer")

# How long cancelled work may tidy up before nobody waits for it any longer.
GRACE_S = 0.5

_abandoned: set[asyncio.Task[Any]] = set()


class DeadlineError(Exception):
    """The work did not end in time; whether it will still do something is unknown."""


async def within(work: Awaitable[Answer], *, seconds: float, grace_s: float = GRACE_S) -> Answer:
    """Wait no longer than this; work that swallows its cancellation is left alone and forgotten."""
    loop = asyncio.get_running_loop()
    # By hand: `asyncio.wait` would do as much again around one task as the task itself costs, and take a turn
    # of the loop more.
    woken: asyncio.Future[None] = loop.create_future()
    task = loop.create_task(_telling(work, woken))
    timer = loop.call_later(seconds, _wake, woken)
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


async def _telling(work: Awaitable[Answer], woken: "asyncio.Future[None]") -> Answer:
    """Do the work; whoever waits is told in the very turn in which it ends."""
    try:
        return await work
    finally:
        _wake(woken)


def _wake(woken: "asyncio.Future[None]") -> None:
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
