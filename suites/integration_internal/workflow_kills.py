"""Kill a worker with SIGKILL at each persistence point of two workflows, and let another one follow.

Arguments: database URL, how many passages of each point to try (0 for all). The points are counted in a run
that nobody disturbs; what that run leaves is what every other one has to leave. Prints one line of JSON.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from psycopg import AsyncConnection

from autobiz_kernel import Json, timed_id
from autobiz_kernel.webhooks import Believed, Delivery, Event, Ingress, PostgresEvents
from autobiz_kernel.workflow import Herald
from autobiz_mocks import VirtualClock

from ..shop.doom import Doom, doomed
from ..shop.place import TENANT_A, Shop, hand_over, refund, shop_in_postgres
from .provider import ask_provider, requests_of

ORDER: Json = {"order": "o-1", "lines": [{"line": "l-1", "units": 1}, {"line": "l-2", "units": 2}]}
PASSING = ("clock",)
Left = dict[str, Any]


class Carrier:
    """Whoever tells that parcels are on their way; what it signs with is another test's affair."""

    def authenticate(self, delivery: Delivery, now: datetime) -> None:
        """Believe it."""

    def read(self, delivery: Delivery) -> Believed:
        """Read of which order it speaks."""
        event = Event(
            source="order",
            source_event_id="e-1",
            type="shipped",
            entity=delivery.body.decode(),
            occurred_at=VirtualClock().now(),
            payload={"parcel": "p"},
        )
        return Believed(events=(event,))


class OneId:
    """The id of the one event, the same in every world, so that two worlds can be compared."""

    def new(self, now: datetime) -> UUID:
        _ = now
        return timed_id(VirtualClock().now(), 1)


class Place:
    """A shop of one tenant, with a provider that remembers every request."""

    def __init__(self, connections: list[AsyncConnection[Any]], tenant: UUID, doom: Doom) -> None:
        self.doom, self._provider = doom, connections[5]
        self.shop: Shop = shop_in_postgres(connections[:5], tenant)
        self.books = self.shop.ledger
        self.shop.ledger = doomed("ledger", self.books, doom)
        self.queue = self.shop.queue
        self.shop.queue = doomed("queue", self.queue, doom)
        self.shop.approvals = doomed("approvals", self.shop.approvals, doom)
        self.events = doomed("events", PostgresEvents(connections[6]), doom)
        usual = self.shop.answer

        async def answer(operation: str, arguments: Json, key: str) -> Any:
            async def ask() -> Any:
                if not operation.endswith("read"):
                    named = arguments.get("refund_id") or arguments.get("line") or arguments.get("mail_id")
                    await ask_provider(self._provider, tenant, f"{operation} {named}", key)
                # What is answered depends on what was asked alone, so that two worlds can be compared.
                return await usual(operation, arguments, "k" * 8)

            return await doom.pass_by("provider.ask", ask)

        self.shop.provider = answer
        self.runs = {
            name: timed_id(VirtualClock().now(), uuid5(TENANT_A, name).int >> 54)
            for name in ("refund", "late", "shipped", "off")
        }

    async def hand_over(self) -> None:
        """Let others use the connections."""
        hand_over(replace(self.shop, ledger=self.books, queue=self.queue))

    async def begin(self) -> None:
        await self.shop.start("refund", refund(amount=6_000), run_id=self.runs["refund"])
        await self.shop.start("reserve_all", ORDER, run_id=self.runs["late"])
        shipped: Json = {"order": "o-2", "lines": [{"line": "l-9", "units": 1}]}
        await self.shop.start("reserve_all", shipped, run_id=self.runs["shipped"])
        away: Json = {"order": "o-3", "lines": [{"line": "l-8", "units": 1}]}
        await self.shop.start("reserve_all", away, run_id=self.runs["off"])

    async def drive(self) -> None:
        """Work until everything has ended: decide what waits, tell what has happened, let time pass."""
        await self.begin()
        worker, wrong = self.shop.worker(), list[Exception]()
        door = Ingress(
            tenant=self.shop.tenant,
            sources={"carrier": Carrier()},
            events=self.events,
            clock=self.shop.clock,
            ids=OneId(),
        )
        herald = Herald(orchestrator=worker, events=self.events, on_error=wrong.append)
        for _ in range(200):
            while await worker.work(limit=2):
                pass
            await self.shop.cancel(self.runs["off"])
            for request in await self.shop.waiting():
                await self.shop.decide(request, "U0ANN")
            await door.receive("carrier", Delivery(body=b"o-2"))
            await herald.tell_all()
            self.shop.clock.advance(timedelta(minutes=40))
            records = [await self.shop.ledger.load_run(self.shop.tenant, each) for each in self.runs.values()]
            if all(each is not None and each.termination_reason is not None for each in records):
                while await worker.work():
                    pass
                assert not wrong
                return
        raise AssertionError("the runs do not end")

    async def left(self) -> Left:
        """What the world looks like afterwards, without what differs from one run to the next anyway."""
        found: Left = {}
        for name, run_id in self.runs.items():
            record = await self.shop.record(run_id)
            replayed = await self.shop.replay(run_id)
            receipts = await self.shop.ledger.receipts_of(self.shop.tenant, run_id)
            reason = record.termination_reason
            found[name] = {
                "reason": None if reason is None else reason.value,
                # Where a run stood when it was called off depends on how long the dead one had lasted.
                "state": {} if name == "off" else _lasting(json.loads(record.state)),
                "receipts": sorted(f"{receipt.path} {receipt.tool}" for receipt in receipts),
                "replayed": replayed.receipts,
            }
        requests = await requests_of(self._provider, self.shop.tenant)
        found["effects"] = sorted({f"{each.body}" for each in requests})
        found["keys"] = len({each.key for each in requests})
        return found


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(member) for name, member in value.items() if name not in PASSING}
    return [_lasting(item) for item in value] if isinstance(value, list) else value


async def connected(url: str) -> list[AsyncConnection[Any]]:
    return [await AsyncConnection.connect(url, autocommit=True, prepare_threshold=0) for _ in range(7)]


def die(url: str, tenant: UUID, doom: Doom) -> int:
    """Work in a process of its own, which the doom ends; return the signal by which it ended."""
    child = os.fork()
    if not child:
        try:
            asyncio.run(_doomed(url, tenant, doom))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


async def _doomed(url: str, tenant: UUID, doom: Doom) -> None:
    await Place(await connected(url), tenant, doom).drive()


def points(seen: dict[str, int], passages: int) -> list[tuple[str, int, bool]]:
    """Every point that was passed, at most so many passages of each, before and after."""
    return [
        (point, passage, is_after)
        for point, times in sorted(seen.items())
        for passage in range(1, (times if not passages else min(times, passages)) + 1)
        for is_after in (False, True)
    ]


def main() -> None:
    _, url, passages = sys.argv
    loop = asyncio.new_event_loop()
    seen: dict[str, int] = {}
    connections = loop.run_until_complete(connected(url))

    def world(tenant: UUID, doom: Doom, *, later: timedelta = timedelta(0)) -> Left:
        place = Place(connections, tenant, doom)
        place.shop.clock = VirtualClock(place.shop.clock.now() + later)
        loop.run_until_complete(place.drive())
        seen.update(doom.seen)
        told = loop.run_until_complete(place.left())
        # The connections serve another place next.
        loop.run_until_complete(place.hand_over())
        return told

    wanted = world(uuid5(TENANT_A, f"{os.getpid()}"), Doom())
    counted = dict(seen)
    tried, wrong = points(counted, int(passages)), []
    for point, passage, is_after in tried:
        name = f"{point} #{passage} {'after' if is_after else 'before'}"
        doom = Doom(point=point, passage=passage, is_after=is_after)
        tenant = uuid5(TENANT_A, f"{os.getpid()} {name}")
        ended = die(url, tenant, doom)
        if ended != signal.SIGKILL:
            wrong.append(f"{name}: nobody died")
            continue
        # Long enough for every lease to have passed, and not so long that the events are too late.
        left = world(tenant, Doom(), later=timedelta(minutes=3))
        wrong += [f"{name}: {part} differs" for part in wanted if left[part] != wanted[part]]
    told = {"points": len(counted), "kills": len(tried), "wrong": wrong, "passed": counted, "left": wanted}
    print(json.dumps(told))  # noqa: T201  # this script's only way to speak


if __name__ == "__main__":
    main()
