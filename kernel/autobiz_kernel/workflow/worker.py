"""Work until told to stop: the loop of a worker process."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from .orchestrator import Orchestrator

Idle: TypeAlias = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Goes on with runs as they become due; `idle` waits when none is, for a while or for a notice.

    `on_error` is told what goes wrong, because nothing else is: the run is taken up again when its lease has
    passed, and goes wrong again.
    """

    orchestrator: Orchestrator
    idle: Idle
    on_error: Callable[[Exception], None]
    at_once: int = 64

    async def run(self, stopped: asyncio.Event) -> int:
        """Work until stopped, what is under way to where it waits; return how many runs were gone on with."""
        worked = 0
        while not stopped.is_set():
            try:
                taken = await self.orchestrator.work(limit=self.at_once)
            except Exception as error:  # noqa: BLE001  # one broken run, or a database that is away, ends no worker
                self.on_error(error)
                taken = 0
            worked += taken
            if not taken:
                await self.idle()
        return worked
