"""Begin runs by what providers tell: one run for one wish, however often and in how many events it is told.

An event is kept first and begins its run afterwards, by whoever keeps it or finds it kept. Whoever dies in
between has not answered its sender, who sends it again; and a herald that reads here finds it all the same.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import orjson

from autobiz_kernel.canonical import canonical
from autobiz_kernel.contract import Json
from autobiz_kernel.errors import CanonicalError, RunError
from autobiz_kernel.webhooks import Event, EventBook, StoredEvent, Telling

from .orchestrator import Orchestrator
from .queue import Signal

_ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an event asks for: the input of a run, and the `key` by which two events ask for the same."""

    key: str
    input: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Events of one type from one source, and the workflow that they begin.

    `read` returns nothing for an event that asks for nothing, and raises for one that cannot be read.
    """

    source: str
    type: str
    workflow: str
    read: Callable[[Event], Wish | None]


class OtherWishError(RunError):
    """The same key was used before, to ask for something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggeringEvents:
    """An event book that begins runs by what it keeps; fits `EventBook`.

    `on_unstarted` is told of an event that was to begin a run and cannot, with the reason: it is kept, and it
    would be the same if it came again.
    """

    events: EventBook
    orchestrator: Orchestrator
    triggers: tuple[Trigger, ...]
    on_unstarted: Callable[[StoredEvent, str], None]

    async def keep(self, events: tuple[StoredEvent, ...]) -> int:
        """Keep events, and begin the run of each; of a copy too, for the first one's keeper may have died."""
        kept = await self.events.keep(events)
        for stored in events:
            if await self.events.holds(stored):
                await self._begin(stored)
            else:
                self.on_unstarted(stored, "another body came first under this id, and that one stands")
        return kept

    async def holds(self, event: StoredEvent) -> bool:
        return await self.events.holds(event)

    async def untold(self, tenant: UUID, *, limit: int) -> tuple[StoredEvent, ...]:
        """Return what nobody was told of; a run that its keeper died before beginning is begun here."""
        found = await self.events.untold(tenant, limit=limit)
        for stored in found:
            await self._begin(stored)
        return found

    async def mark(self, tenant: UUID, event_id: UUID, telling: Telling) -> None:
        await self.events.mark(tenant, event_id, telling)

    async def _begin(self, stored: StoredEvent) -> None:
        event = stored.event
        for trigger in self.triggers:
            if (trigger.source, trigger.type) != (event.source, event.type):
                continue
            try:
                wish = trigger.read(event)
            except Exception as error:  # noqa: BLE001  # whatever a reader raises, it would raise again
                self._tell(stored, trigger, error)
                continue
            try:
                if wish is not None:
                    await start_once(self.orchestrator, stored.tenant, trigger.workflow, wish)
            except (RunError, CanonicalError) as error:
                self._tell(stored, trigger, error)

    def _tell(self, stored: StoredEvent, trigger: Trigger, error: Exception) -> None:
        words = self.orchestrator.redactor.text(f"{trigger.workflow}: {type(error).__name__}: {error}")
        self.on_unstarted(stored, words)


async def start_once(orchestrator: Orchestrator, tenant: UUID, workflow: str, wish: Wish) -> UUID:
    """Begin the one run of a wish, or find it begun; the first to ask gives it its id."""
    queue, now = orchestrator.queue, orchestrator.clock.now()
    event, key = f"begin.{workflow}", hashlib.sha256(wish.key.encode()).hexdigest()
    name, drawn = f"{event}:{key}", orjson.dumps({"run": str(orchestrator.ids.new(now))})
    await queue.signal(Signal(tenant=tenant, signal_id=name, event=event, key=key, payload=drawn, at=now))
    # Of many who ask at once one is kept, and all go by that.
    known = await queue.signals(tenant, event=event, key=key, since=_ALWAYS)
    first = next(each for each in known if each.signal_id == name)
    run_id = UUID(orjson.loads(first.payload)["run"])
    await orchestrator.start(tenant, workflow, wish.input, run_id=run_id, correlation_id=key)
    begun = await queue.start_of(tenant, run_id)
    kept = canonical(orchestrator.redactor.clean(dict(wish.input), name="input").value, name="input")
    if begun is not None and begun.input != kept:
        raise OtherWishError(f"run {run_id} was begun under this key with another input; it goes on as begun")
    return run_id
