"""How soon a worker sees what has become due, by looking once a second and by notices; and what notices cost.

The delay is from begun to ended, of one run with one effect, begun at moments that nothing else determines.
What notices cost is shown by runs begun as fast as can be, with the trigger and without it, by turns.
"""

import argparse
import asyncio
from datetime import timedelta
from statistics import median, quantiles
from uuid import UUID, uuid4

import psycopg

from autobiz_kernel import PostgresLedger, SystemClock, Tool
from autobiz_kernel.approvals import PostgresApprovals
from autobiz_kernel.workflow import Notices, Orchestrator, PostgresQueue, Worker
from benchmarks.kernel.place import CONTRACT, WHERE, answer, database, owner_of
from benchmarks.kernel.stopwatch import now

from .beside_dbos import business

EVERY_S = 1.0


class Place:
    """One process: a worker, and somebody who begins runs on connections of their own."""

    def __init__(self, url: str, worker: Orchestrator, other: Orchestrator, tenant: UUID) -> None:
        self.url, self.worker, self.other, self.tenant = url, worker, other, tenant
        self._number = 0

    async def begin(self) -> UUID:
        self._number += 1
        given = {"act": f"act-{self._number}", "order": "shop-one:order-1001"}
        return await self.other.start(self.tenant, "flow", given)

    async def delays(self, notices: Notices | None, times: int) -> list[float]:
        """How long each of so many runs took from its beginning to its end."""
        stopped = asyncio.Event()

        async def look() -> None:
            await asyncio.sleep(EVERY_S)

        idle = look if notices is None else notices.idle
        working = asyncio.create_task(
            Worker(orchestrator=self.worker, idle=idle, on_error=print).run(stopped)
        )
        found = []
        for number in range(times):
            await asyncio.sleep(0.05 + 0.917 * (number % 7) / 7)
            began = now()
            run_id = await self.begin()
            while True:
                record = await self.other.ledger.load_run(self.tenant, run_id)
                if record is not None and record.termination_reason is not None:
                    break
                await asyncio.sleep(0.001)
            found.append(now() - began)
        stopped.set()
        await self.begin()
        await working
        return found

    async def beginnings(self, runs: int) -> float:
        """How many runs a second are begun by sixty-four at once."""

        async def some(count: int) -> None:
            for _ in range(count):
                await self.begin()

        began = now()
        await asyncio.gather(*(some(runs // 64) for _ in range(64)))
        return runs // 64 * 64 / (now() - began)


async def place_at(url: str) -> Place:
    tenant = uuid4()
    compiled = business(tenant, 1)
    made = [
        Orchestrator(
            compiled=compiled,
            ledger=await PostgresLedger.connect(url),
            queue=await PostgresQueue.connect(url),
            approvals=await PostgresApprovals.connect(url),
            clock=SystemClock(),
            tools={WHERE: Tool(contract=CONTRACT, execute=answer)},
            owner=uuid4(),
        )
        for _ in range(2)
    ]
    return Place(url, made[0], made[1], tenant)


async def measured(url: str, owner: str, *, times: int, runs: int, rounds: int) -> None:
    place = await place_at(url)
    notices = Notices(url=url, on_error=print, at_most=timedelta(seconds=EVERY_S))
    for name, how in (("looking once a second", None), ("notices", notices)):
        found = await place.delays(how, times)
        late = quantiles(found, n=20)[-1]
        print(f"{name}: {1000 * median(found):.0f} ms, 95 of 100 within {1000 * late:.0f} ms", flush=True)
    await notices.close()
    with psycopg.connect(owner, autocommit=True) as server:
        for number in range(rounds):
            rates = {}
            for word in ("ENABLE", "DISABLE"):
                server.execute(f"ALTER TABLE run_queue {word} TRIGGER tell_due_begun".encode())
                rates[word] = await place.beginnings(runs)
            told, untold = rates["ENABLE"], rates["DISABLE"]
            print(f"round {number + 1}: {told:,.0f} runs/s begun, {untold:,.0f} without notices")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--runs", type=int, default=6_400)
    parser.add_argument("--rounds", type=int, default=3)
    said = parser.parse_args()
    with database() as url:
        asyncio.run(measured(url, owner_of(url), times=said.times, runs=said.runs, rounds=said.rounds))


if __name__ == "__main__":
    main()
