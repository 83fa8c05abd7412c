"""Several worker processes race on the same runs of a workflow.

Arguments: database URL, number of runs, number of workers. Prints one line of JSON: how the runs have ended,
how many each worker has advanced, and all that is wrong with the books and with what the provider saw.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from uuid import UUID, uuid5

from autobiz_kernel import Json, SystemClock
from autobiz_kernel.workflow import Orchestrator

from ..shop.place import TENANT_A, Shop, refund, shop_in_postgres
from ..shop.tools import answer_of
from .provider import ask_provider, requests_of
from .workflow_kills import connected

LIMIT_ROUNDS = 100_000


async def shop_at(url: str, tenant: UUID) -> Shop:
    """The shop of one process, with a provider that remembers every request."""
    connections = await connected(url)
    shop = shop_in_postgres(connections[:5], tenant)

    async def answer(operation: str, arguments: Json, key: str) -> Json:
        if operation != "orders.read":
            named = arguments.get("refund_id") or arguments.get("mail_id")
            await ask_provider(connections[5], tenant, f"{operation} {named}", key)
        return answer_of(operation, arguments, key)

    shop.provider = answer
    return shop


async def work(url: str, tenant: UUID, writing: int, go: int) -> int:
    """Work, once everybody is ready, until nothing is left in the queue; say on how many runs."""
    shop = await shop_at(url, tenant)
    worker: Orchestrator = shop.worker(SystemClock())
    os.write(writing, b"ready\n")
    os.read(go, 1)
    done = 0
    for _ in range(LIMIT_ROUNDS):
        advanced = await worker.work(limit=4)
        done += advanced
        if not advanced:
            return done
    raise AssertionError("the runs do not end")


def fork(url: str, tenant: UUID, go: int, start: int) -> tuple[int, int]:
    """Start a worker process; that it is ready, and its share, come through a pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    os.close(start)
    try:
        os.write(writing, str(asyncio.run(work(url, tenant, writing, go))).encode())
    finally:
        os._exit(0)


async def begin(url: str, tenant: UUID, runs: int) -> list[UUID]:
    shop = await shop_at(url, tenant)
    worker = shop.worker(SystemClock())
    return [await worker.start(tenant, "refund", refund(number)) for number in range(runs)]


async def left(url: str, tenant: UUID, runs: list[UUID]) -> dict[str, object]:
    shop = await shop_at(url, tenant)
    ended: Counter[str] = Counter()
    wrong: list[str] = []
    for run_id in runs:
        record = await shop.record(run_id)
        ended[str(record.termination_reason)] += 1
        if record.spent.steps != 3 or record.receipt_seq != 2:
            wrong.append(f"run {run_id}: {record.spent.steps} steps, {record.receipt_seq} receipts")
        await shop.replay(run_id)
    connections = await connected(url)
    requests = Counter(each.body for each in await requests_of(connections[5], tenant))
    wrong += [f"{body}: asked for {times} times" for body, times in requests.items() if times > 1]
    if len(requests) != 2 * len(runs):
        wrong.append(f"{len(requests)} effects of {2 * len(runs)}")
    return {"ended": dict(ended), "wrong": wrong, "effects": sorted(requests)}


def main() -> None:
    _, url, *numbers = sys.argv
    runs, workers = map(int, numbers)
    tenant = uuid5(TENANT_A, f"race {os.getpid()}")
    begun = asyncio.run(begin(url, tenant, runs))
    go, start = os.pipe()
    children = [fork(url, tenant, go, start) for _ in range(workers)]
    for _, reading in children:
        os.read(reading, len(b"ready\n"))
    # They wait for the end of this pipe, and so begin together.
    os.close(start)
    shares = []
    for child, reading in children:
        os.waitpid(child, 0)
        shares.append(int(os.read(reading, 64) or b"0"))
    told = asyncio.run(left(url, tenant, begun)) | {"shares": shares}
    print(json.dumps(told))  # noqa: T201  # this script's only way to speak


if __name__ == "__main__":
    main()
