"""A worker that makes one governed call and waits to be killed at a named point of it.

Arguments: database URL, tenant, now, point (before_effect, after_effect, after_receipt, never), effect class.
It says `at <point>` and then waits for its end; if it meets none, it prints its outcome and result.
"""

import asyncio
import json
import sys
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from autobiz_kernel import EffectClass, EffectStore, Json, governed_call
from autobiz_mocks import VirtualClock

from .provider import ask_provider, refund_tool


async def work(url: str, tenant: UUID, now: datetime, point: str, effect_class: EffectClass) -> None:
    def pass_by(here: str) -> None:
        if here == point:
            print(f"at {here}", flush=True)  # noqa: T201  # this script's only way to speak
            sys.stdin.read()

    async with await AsyncConnection.connect(url, autocommit=True) as connection:

        async def execute(arguments: Json, key: str) -> Json:
            pass_by("before_effect")
            result = await ask_provider(connection, tenant, arguments["amount"], key)
            pass_by("after_effect")
            return result

        reply = await governed_call(
            store=EffectStore(connection),
            clock=VirtualClock(now),
            tool=refund_tool(execute, effect_class=effect_class),
            tenant=tenant,
            arguments={"refund_id": "r-1", "amount": 1200},
        )
        pass_by("after_receipt")
        print(json.dumps([reply.outcome, reply.result]))  # noqa: T201  # the same


if __name__ == "__main__":
    _, url, tenant, now, point, effect_class = sys.argv
    asyncio.run(work(url, UUID(tenant), datetime.fromisoformat(now), point, EffectClass(effect_class)))
