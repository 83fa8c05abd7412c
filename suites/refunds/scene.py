"""One trial of the refunds business: its world, its workers, and everything that happens to them."""

import hashlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection

from autobiz_kernel import Json, PostgresLedger, RunRecord, external_key, internal_key, timed_id
from autobiz_kernel.approvals import PostgresApprovals, Request
from autobiz_kernel.business import Compiled
from autobiz_kernel.providers import PROVIDER_CONTRACTS
from autobiz_kernel.transport import SENDGRID, SHOPIFY, Account, Egress, SandboxAccount, Send
from autobiz_kernel.webhooks import (
    Delivery,
    PostgresEvents,
    Received,
    ShopifyWebhooks,
    StoredEvent,
)
from autobiz_kernel.workflow import PostgresQueue, replay_transcript, transcript_of
from autobiz_mocks import TRIAL_HEADER, Planned, VirtualClock, World, faulty, stamped
from autobiz_mocks.deliveries import ShopifySigner, written
from examples.refunds.refunds import FILE, Accounts, Books, Refunds, compiled_refunds, refunds_at

from ..database import Connections
from ..providing import STUBS
from ..stripe_tools import KEY_HEADER, stripe_account
from ..waiting import wait_until
from .returns import Drawn, Return

SHOP = "mugs-dev.example"
SECRET = "whsec-fake-shop"
SHOP_SIGNER = ShopifySigner(SECRET, SHOP)
SHOP_DOOR = ShopifyWebhooks(secrets=(SECRET,), shop=SHOP)
TEXT = FILE.read_text(encoding="utf-8")
TENANT = "0198c0de-0000-7000-8000-00000000000a"
ROUNDS_MAX = 200

Wire = Callable[[Send], Send]
Turn = Callable[[], Awaitable[bool]]


_compiled = cache(compiled_refunds)


class SeededIds:
    """Ids that follow from the trial's seed; fits the kernel's `Ids`."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def new(self, now: datetime) -> UUID:
        return timed_id(now, self._rng.getrandbits(74))


@dataclass(slots=True, kw_only=True)
class Process:
    """One worker process, with connections of its own."""

    refunds: Refunds
    books: Books
    connections: list[AsyncConnection[Any]]


@dataclass(slots=True, kw_only=True)
class Scene:
    """All that one trial plays with; `unstarted` says why events began no run."""

    drawn: Drawn
    tenant: UUID
    clock: VirtualClock
    rng: random.Random
    world: World
    wire: Send
    url: str
    egress: Egress
    app: Connections
    plain: AsyncConnection[Any]
    text: str = TEXT
    processes: list[Process] = field(default_factory=list)
    unstarted: list[str] = field(default_factory=list)
    untold: list[Exception] = field(default_factory=list)
    events: int = 0
    words: int = 0

    @property
    def compiled(self) -> Compiled:
        return _compiled(self.text.replace(TENANT, str(self.tenant)))

    async def process(self, wrapped: Wire = lambda send: send, *, wire: Send | None = None) -> Refunds:
        """Start a worker process; `wrapped` disturbs its way to the providers."""
        borrowed = [await self.app.borrow() for _ in range(6)]
        writes, looks, steps, queue, approvals, events = borrowed
        books = Books(
            ledger=PostgresLedger(writes, writes, looks),
            queue=PostgresQueue(steps, queue),
            approvals=PostgresApprovals(approvals),
            events=PostgresEvents(events),
        )
        send = wrapped(stamped(wire or self.wire, trial=self.world.trial, clock=self.clock))
        refunds = refunds_at(
            self.compiled,
            books,
            self.accounts(lambda _account: send),
            tenant=self.tenant,
            shop=SHOP_DOOR,
            owner=UUID(int=self.rng.getrandbits(128)),
            clock=self.clock,
            on_unstarted=self._unstarted,
            on_untold=self.untold.append,
            ids=SeededIds(self.rng),
        )
        self.processes.append(Process(refunds=refunds, books=books, connections=borrowed))
        return refunds

    def accounts(self, way_to: Callable[[Account], Send]) -> Accounts:
        """The accounts of the stand-ins."""
        return Accounts(
            shop=SandboxAccount(provider=SHOPIFY, base_url=self.url, key="autobiz-fake"),
            payments=stripe_account(self.url),
            mail=SandboxAccount(provider=SENDGRID, base_url=self.url, key="autobiz-fake"),
            way_to=way_to,
            egress=self.egress,
        )

    def key_of(self, name: str, arguments: Json) -> str:
        """The key under which a provider will see an act of the business."""
        contract = next(each for each in PROVIDER_CONTRACTS if f"{each.name}.{each.operation}" == name)
        identity = contract.identity_of(arguments)
        return external_key(
            internal_key(
                tenant=self.tenant, tool=contract.name, operation=contract.operation, identity=identity
            )
        )

    def refund_key(self, what: Return) -> str:
        return self.key_of(
            "stripe.refund", {"payment_intent": self.drawn.payment, "refund_id": what.refund_id}
        )

    def record_key(self, what: Return) -> str:
        return self.key_of(
            "shopify.refund_order", {"order": self.drawn.order_id, "refund_id": what.refund_id}
        )

    def mail_key(self, what: Return, word: str) -> str:
        return self.key_of("customer.send_mail", {"intent": f"{word}-{what.refund_id}"})

    def plant(self, stub: str, fault: Planned, key: str) -> None:
        """Let a provider misbehave towards one act."""
        for each in faulty(STUBS[stub], fault, headers={TRIAL_HEADER: self.world.trial, KEY_HEADER: key}):
            self.world.plant(each)

    def delivery(self, what: Return, *, event: str = "", **changed: Any) -> Delivery:
        """What the shop sends of a return: another event each time, unless it is named."""
        self.events += 1
        about = {"topic": "returns/approve", "event-id": event or f"event-{what.number}-{self.events}"}
        return SHOP_SIGNER.sign(written(self.drawn.told(what, **changed)), self.clock.now(), about=about)

    async def told(self, refunds: Refunds, delivery: Delivery) -> Received:
        return await refunds.door.receive("shopify", delivery)

    async def settle(self, *workers: Refunds, turn: Turn | None = None) -> None:
        """Work until nothing is left to be done; `turn` is what people do when workers have nothing."""
        for round_ in range(ROUNDS_MAX):
            due = await self.next_due()
            if due is None:
                return
            if due > self.clock.now():
                if turn is not None and await turn():
                    continue
                self.clock.advance(due - self.clock.now())
            self.world.refresh()
            await workers[round_ % len(workers)].worker.work()
        raise AssertionError("the runs do not end")

    async def work(self, refunds: Refunds) -> None:
        """Let a worker do all that is due now."""
        while (due := await self.next_due()) is not None and due <= self.clock.now():
            self.world.refresh()
            await refunds.worker.work()

    async def next_due(self) -> datetime | None:
        cursor = await self.plain.execute(
            "SELECT min(due_at) FROM run_queue WHERE tenant_id = %s", [self.tenant]
        )
        row = await cursor.fetchone()
        return None if row is None else row[0]

    async def runs_under_way(self) -> tuple[UUID, ...]:
        cursor = await self.plain.execute(
            "SELECT run_id FROM run_queue WHERE tenant_id = %s ORDER BY run_id", [self.tenant]
        )
        return tuple(row[0] for row in await cursor.fetchall())

    async def runs_by_return(self) -> dict[str, UUID]:
        """The runs, by the refund that each is about."""
        cursor = await self.plain.execute(
            "SELECT input, run_id FROM run_starts WHERE tenant_id = %s", [self.tenant]
        )
        return {orjson.loads(given)["refund_id"]: run_id for given, run_id in await cursor.fetchall()}

    async def kept_events(self) -> int:
        cursor = await self.plain.execute(
            "SELECT count(*) FROM event_store WHERE tenant_id = %s", [self.tenant]
        )
        row = await cursor.fetchone()
        return 0 if row is None else int(row[0])

    def another_tenant(self) -> UUID:
        """A tenant that this business does not have."""
        return UUID(int=self.rng.getrandbits(128))

    async def until_seen(self, key: str) -> None:
        """Wait until the stand-in has written down a refund, which it does after its answer."""
        wait_until(
            lambda: any(each.header(KEY_HEADER) == key for each in self.world.seen()), "the refund is seen"
        )

    async def run_ids(self) -> tuple[UUID, ...]:
        cursor = await self.plain.execute(
            "SELECT run_id FROM run_starts WHERE tenant_id = %s ORDER BY run_id", [self.tenant]
        )
        return tuple(row[0] for row in await cursor.fetchall())

    async def waiting(self, refunds: Refunds) -> tuple[Request, ...]:
        return tuple(await refunds.desk.approvals.open_ones(self.tenant, limit=100))

    async def record(self, run_id: UUID) -> RunRecord:
        record = await self.processes[-1].books.ledger.load_run(self.tenant, run_id)
        assert record is not None
        return record

    async def state(self, run_id: UUID) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads((await self.record(run_id)).state)
        return found

    async def replayed(self, run_id: UUID) -> tuple[str, str]:
        """The hash of a run's state as it is kept, and as a replay of its transcript comes to."""
        books = self.processes[-1].books
        told = replay_transcript(
            self.compiled, await transcript_of(books.ledger, books.queue, self.tenant, run_id)
        )
        versions = await books.ledger.versions_of(self.tenant, run_id)
        return versions[-1].state_hash.hex(), told.state_hash.hex()

    def played(self) -> str:
        """A digest of all that the providers saw, in its order and at its moments."""
        seen = [
            (
                each.method,
                each.url,
                each.header(KEY_HEADER),
                each.body,
                str(each.at),
                each.status,
                each.effect,
            )
            for each in self.world.seen()
        ]
        return hashlib.sha256(repr(seen).encode()).hexdigest()

    async def close(self) -> None:
        """Hand the connections over to whoever plays next."""
        for process in self.processes:
            books = process.books
            assert isinstance(books.ledger, PostgresLedger)
            assert isinstance(books.queue, PostgresQueue)
            assert books.ledger.connections
            assert books.queue.connections
            for each in process.connections:
                await self.app.give_back(each)
        self.processes.clear()

    def _unstarted(self, stored: StoredEvent, why: str) -> None:
        self.unstarted.append(f"{stored.event.source_event_id}: {why}")
