"""Tell a copy of an event from another event that came under its id."""

import hashlib
import json
from uuid import UUID

from autobiz_kernel.incident import Incident, IncidentKind
from autobiz_kernel.redaction import Redactor

from .verdicts import Event

_REDACTOR = Redactor()


def digest_of(event: Event) -> bytes:
    """Return what is equal for all copies of an event, and for nothing else that comes under its id."""
    told = {name: value for name, value in event.payload.items() if name not in event.fleeting}
    # As it came, and not as it is kept: two bodies may differ in nothing but what is masked.
    written = json.dumps([event.type, event.entity, told], sort_keys=True, default=str)
    return hashlib.sha256(b"autobiz.event/1\0" + written.encode()).digest()


def conflict_of(tenant: UUID, event_id: UUID, event: Event) -> Incident:
    """Say that another body came under a known id, and where it is kept."""
    return Incident(
        kind=IncidentKind.EVENT_CONFLICT,
        tenant=tenant,
        run_id=event_id,
        path="",
        tool=event.source,
        what=f"{_REDACTOR.text(event.source_event_id[:200])} was told before, with another body; "
        f"this one is kept beside it as {event_id}",
    )
