"""Work until told to stop: the loop of a worker process."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from .orchestrator import Orchestrator
from .queue import Lease

Idle: TypeAlias = Callable[[], Awaitable[None]]
Errand: TypeAlias = Callable[[], Awaitable[int]]
_Tasks: TypeAlias = "set[asyncio.Task[None]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Goes on with runs as they become due, and waits for none of them before it takes others.

    `idle` waits where no further run is due, for a while or for a notice. `on_error` is told what goes wrong,
    because nothing else is: the run is taken up again when its lease has passed, and goes wrong again.
    `errands` are done before each look for runs, such as a herald's `tell_all`.
    """

    orchestrator: Orchestrator
    idle: Idle
    on_error: Callable[[Exception], None]
    at_once: int = 64
    errands: tuple[Errand, ...] = ()

    async def run(self, stopped: asyncio.Event) -> int:
        """Work until stopped, what is under way to where it waits; return how many runs were gone on with."""
        worked = 0
        under_way: _Tasks = set()
        waiting: _Tasks = set()
        try:
            while not stopped.is_set():
                for errand in self.errands:
                    await self._done(errand)
                room = self.at_once - len(under_way)
                leases = await self._due(room)
                worked += len(leases)
                under_way |= {asyncio.create_task(self._go_on(lease)) for lease in leases}
                if len(leases) == room:
                    await self._until_there_is_room(under_way)
                elif not leases:
                    waiting = waiting or {asyncio.create_task(self._idle())}
                    await asyncio.wait(under_way | waiting, return_when=asyncio.FIRST_COMPLETED)
                for idled in waiting - _living(waiting):
                    idled.result()
                under_way, waiting = _living(under_way), _living(waiting)
        except asyncio.CancelledError:
            for each in under_way:
                each.cancel()
            raise
        finally:
            for each in waiting:
                each.cancel()
            if under_way:
                await asyncio.wait(under_way)
        return worked

    async def _until_there_is_room(self, under_way: _Tasks) -> None:
        """Wait for a quarter of the runs, because a look for a single one costs as much as for many."""
        left = _living(under_way)
        while len(left) > self.at_once * 3 // 4:
            _, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)

    async def _due(self, limit: int) -> tuple[Lease, ...]:
        try:
            return await self.orchestrator.due(limit=limit)
        except Exception as error:  # noqa: BLE001  # a database that is away ends no worker
            self.on_error(error)
            return ()

    async def _go_on(self, lease: Lease) -> None:
        try:
            await self.orchestrator.go_on(lease)
        except Exception as error:  # noqa: BLE001  # one broken run ends no worker
            self.on_error(error)

    async def _idle(self) -> None:
        await self.idle()

    async def _done(self, errand: Errand) -> None:
        try:
            await errand()
        except Exception as error:  # noqa: BLE001  # nor does what cannot be told just now
            self.on_error(error)


def _living(tasks: _Tasks) -> _Tasks:
    return {task for task in tasks if not task.done()}
