"""The API of the small shop as a deployment has it: books from the environment, served by any ASGI server."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from autobiz_kernel import SystemClock
from autobiz_kernel.approvals import ApprovalApi, ApprovalDesk, PostgresApprovals
from autobiz_kernel.business import people_of

from ..approvers import KEYED
from ..shop.place import shop_for

COMPILED = shop_for(UUID(os.environ["TENANT"]), KEYED)


@asynccontextmanager
async def opening() -> AsyncIterator[ApprovalDesk]:
    """A desk on a connection of its own."""
    kept = await PostgresApprovals.connect(os.environ["AUTOBIZ_DATABASE_URL"])
    try:
        yield ApprovalDesk(approvals=kept, people=people_of(COMPILED), clock=SystemClock())
    finally:
        await kept.close()


def report(error: Exception) -> None:
    """Let whoever reads the server's output know."""
    os.write(2, f"{type(error).__name__}\n".encode())


app = ApprovalApi(
    tenants=frozenset(tenant.id for tenant in COMPILED.file.tenants), opening=opening, on_error=report
)
