"""What the kernel asks of the place where requests are kept."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from .request import Decision, Request

Change: TypeAlias = Callable[[Request], Request]


class Approvals(Protocol):
    """Where requests are kept; a change is made to the newest standing, by one at a time."""

    async def ask(self, request: Request) -> Request:
        """Keep a request unless it is there; an older one about the same place is void from now on."""
        ...

    async def look(self, tenant: UUID, approval_id: UUID) -> Request | None: ...

    async def change(self, tenant: UUID, approval_id: UUID, change: Change, *, now: datetime) -> Request:
        """Put a pure function's answer in the place of what is kept; a run whose request is decided wakes.

        The function is told whether the run is over, which it can neither become nor cease to be meanwhile.
        """
        ...

    async def keep_late(self, tenant: UUID, approval_id: UUID, decision: Decision) -> None:
        """Keep for good what somebody has said about a run that was over; of each person the first word."""
        ...

    async def late_ones(self, tenant: UUID, approval_id: UUID) -> tuple[Decision, ...]:
        """Return what was decided too late about a request, the oldest first."""
        ...

    async def open_ones(self, tenant: UUID, *, limit: int) -> tuple[Request, ...]:
        """Return what waits: what is more urgent first, then what has waited longer."""
        ...
