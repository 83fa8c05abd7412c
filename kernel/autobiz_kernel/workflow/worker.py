"""Work until told to stop: the loop of a worker process."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from .orchestrator import Orchestrator

Idle: TypeAlias = Callable[[], Awaitable[None]]
Errand: TypeAlias = Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Goes on with runs as they become due; `idle` waits when none is, for a while or for a notice.

    `on_error` is told what goes wrong, because nothing else is: the run is taken up again when its lease has
    passed, and goes wrong again. `errands` are done before each look for runs, such as a herald's `tell_all`.
    """

    orchestrator: Orchestrator
    idle: Idle
    on_error: Callable[[Exception], None]
    at_once: int = 64
    errands: tuple[Errand, ...] = ()

    async def run(self, stopped: asyncio.Event) -> int:
        """Work until stopped, what is under way to where it waits; return how many runs were gone on with."""
        worked = 0
        while not stopped.is_set():
            for errand in self.errands:
                await self._done(errand)
            taken = await self._done(partial(self.orchestrator.work, limit=self.at_once))
            worked += taken
            if not taken:
                await self.idle()
        return worked

    async def _done(self, errand: Errand) -> int:
        try:
            return await errand()
        except Exception as error:  # noqa: BLE001  # one broken run, or a database that is away, ends no worker
            self.on_error(error)
            return 0
