"""Tell runs of the events that came through the ingress and were kept, each once, whoever dies in between.

An event is kept first and told after. What is told has the event's own id, so that telling it again tells
nothing new; only then is it marked. Whoever comes after a death finds what is not marked, and tells it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import orjson

from autobiz_kernel.contract import Json
from autobiz_kernel.errors import CanonicalError, RunError
from autobiz_kernel.webhooks import EventBook, StoredEvent, Telling

from .orchestrator import Orchestrator

AT_ONCE: Final = 64
_NO_NAME = re.compile(r"[^a-z0-9_.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Under which name and key a run expects an event, and what it is told: by default all that was kept."""

    event: str
    key: str
    payload: Json | None = None


Route: TypeAlias = Callable[[StoredEvent], Address | None]


def by_entity(stored: StoredEvent) -> Address:
    """Name an event by source and type, such as `stripe.charge.refunded`; its key is what it is about."""
    event = stored.event
    return Address(event=_NO_NAME.sub("_", f"{event.source}.{event.type}".lower()), key=event.entity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Herald:
    """Tells the runs of one business; any number of processes may do so at once.

    `route` says who is to hear of an event, None if nobody is; `on_error` hears of one that cannot be told.
    """

    orchestrator: Orchestrator
    events: EventBook
    on_error: Callable[[Exception], None]
    route: Route = by_entity

    async def tell_all(self) -> int:
        """Tell of whatever has been kept and not been told of; return how many events that were."""
        told = 0
        for tenant in self.orchestrator.compiled.file.tenants:
            while events := await self.events.untold(tenant.id, limit=AT_ONCE):
                for stored in events:
                    await self.events.mark(tenant.id, stored.event_id, await self._tell(stored))
                told += len(events)
        return told

    async def _tell(self, stored: StoredEvent) -> Telling:
        try:
            address = self.route(stored)
            if address is None:
                return Telling.NOBODYS
            await self.orchestrator.tell(
                stored.tenant,
                address.event,
                address.key,
                orjson.loads(stored.payload) if address.payload is None else address.payload,
                signal_id=f"event:{stored.event_id}",
                # When it came, and not when we came to it: who died in between has changed nothing.
                at=stored.received_at,
            )
        except (CanonicalError, RunError, ValueError, TypeError, LookupError) as error:
            # One event that nothing can be made of must not keep the others from their runs.
            self.on_error(error)
            return Telling.UNTELLABLE
        return Telling.TOLD
