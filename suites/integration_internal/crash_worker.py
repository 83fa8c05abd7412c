"""A worker that makes one governed call and waits to be killed at a named point of it.

Arguments: database URL, tenant, now, point (before_effect, after_effect, after_receipt, never), recovery.
It says `at <point>` and then waits for its end; if it meets none, it prints its outcome and result.
"""

import asyncio
import json
import sys
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from autobiz_kernel import Json, PostgresLedger, Recovery
from autobiz_mocks import VirtualClock

from ..calling import governed_call
from ..tools import contract, tool
from .provider import ask_provider


async def work(url: str, tenant: UUID, now: datetime, point: str, recovery: Recovery) -> None:
    def pass_by(here: str) -> None:
        if here == point:
            print(f"at {here}", flush=True)  # noqa: T201  # this script's only way to speak
            sys.stdin.read()

    ledger = await PostgresLedger.connect(url)
    async with await AsyncConnection.connect(url, autocommit=True) as connection:

        async def execute(arguments: Json, key: str) -> Json:
            pass_by("before_effect")
            result = await ask_provider(connection, tenant, arguments["amount"], key)
            pass_by("after_effect")
            return result

        reply = await governed_call(
            ledger=ledger,
            clock=VirtualClock(now),
            tool=tool(execute, contract(recovery=recovery, timeout_ms=20_000)),
            tenant=tenant,
            arguments={"refund_id": "r-1", "amount": 1200},
        )
        pass_by("after_receipt")
        print(json.dumps([reply.outcome, reply.result]))  # noqa: T201  # the same
    await ledger.close()


if __name__ == "__main__":
    _, url, tenant, now, point, recovery = sys.argv
    asyncio.run(work(url, UUID(tenant), datetime.fromisoformat(now), point, Recovery(recovery)))
