"""What the kernel asks of the place where requests are kept."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from .request import Request

Change: TypeAlias = Callable[[Request], Request]


class Approvals(Protocol):
    """Where requests are kept; a change is made to the newest standing, by one at a time."""

    async def ask(self, request: Request) -> Request:
        """Keep a request unless it is there; an older one about the same place is void from now on."""
        ...

    async def look(self, tenant: UUID, approval_id: UUID) -> Request | None: ...

    async def change(self, tenant: UUID, approval_id: UUID, change: Change, *, now: datetime) -> Request:
        """Put a pure function's answer in the place of what is kept; a run whose request is decided wakes."""
        ...

    async def open_ones(self, tenant: UUID, *, limit: int) -> tuple[Request, ...]:
        """Return what waits: what is more urgent first, then what has waited longer."""
        ...
