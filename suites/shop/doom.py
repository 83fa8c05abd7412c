"""Ports that kill their process at one persistence point, and the list of all such points."""

import inspect
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from autobiz_kernel import Ledger
from autobiz_kernel.approvals import Approvals
from autobiz_kernel.webhooks import EventBook
from autobiz_kernel.workflow import Queue

# Read from the ports themselves, so that a new method is a new point without anybody's doing.
PORTS: Final = {"ledger": Ledger, "queue": Queue, "approvals": Approvals, "events": EventBook}


def methods_of(port: type) -> tuple[str, ...]:
    """Every method by which something could be kept."""
    return tuple(
        name
        for name, member in vars(port).items()
        if inspect.iscoroutinefunction(member) and not name.startswith("_")
    )


@dataclass(slots=True, kw_only=True)
class Doom:
    """Counts passages; at the given one the process dies, before or after the work of the point is done."""

    point: str = ""
    passage: int = 0
    is_after: bool = False
    seen: Counter[str] = field(default_factory=Counter)

    async def pass_by(self, point: str, work: Callable[[], Awaitable[Any]]) -> Any:
        self.seen[point] += 1
        is_here = point == self.point and self.seen[point] == self.passage
        if is_here and not self.is_after:
            os.kill(os.getpid(), signal.SIGKILL)
        told = await work()
        if is_here:
            os.kill(os.getpid(), signal.SIGKILL)
        return told


def doomed(port: str, real: Any, doom: Doom) -> Any:
    """The real thing, seen through every point of its port."""

    class Passing:
        # Or the moment at which another run's answer comes would decide which points are passed.
        has_company = False

    def passing(name: str) -> Any:
        async def method(_self: object, *values: Any, **named: Any) -> Any:
            return await doom.pass_by(f"{port}.{name}", lambda: getattr(real, name)(*values, **named))

        return method

    for name in methods_of(PORTS[port]):
        setattr(Passing, name, passing(name))
    return Passing()
