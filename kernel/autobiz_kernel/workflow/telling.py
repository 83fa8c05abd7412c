"""Make signals of what runs are told: of events from outside, and of the word of somebody who knows."""

import re
from datetime import datetime
from typing import Final
from uuid import UUID

from autobiz_kernel.canonical import canonical
from autobiz_kernel.contract import Json
from autobiz_kernel.errors import RunError
from autobiz_kernel.redaction import Redactor

from .queue import Signal

# No event that a business may expect has a colon in its name, so that nobody from outside can say this.
WORD: Final = "run:word"
KEY_MAX: Final = 255
_EVENT_NAME = re.compile(r"[a-z][a-z0-9_.]{0,119}")


def signal_of(
    redactor: Redactor, tenant: UUID, event: str, key: str, payload: Json, *, signal_id: str, at: datetime
) -> Signal:
    """Return what runs are told of an event from outside, or refuse what none of them could expect."""
    if _EVENT_NAME.fullmatch(event) is None:
        raise RunError(f"event {event!r}: no workflow can expect it; use small letters, digits, . and _")
    if len(key) > KEY_MAX or "\0" in key:
        raise RunError(f"event {event}: a key takes at most {KEY_MAX} characters, and no NUL among them")
    return _signal(redactor, tenant, event, key, payload, signal_id=signal_id, at=at)


def word_of(
    redactor: Redactor, tenant: UUID, run_id: UUID, path: str, said: Json, *, number: int, at: datetime
) -> Signal:
    """Return what a run is told of an effect that it is in doubt about."""
    key = key_of_word(run_id, path)
    signal_id = f"{WORD}:{key}:{number}"[:200]
    return _signal(redactor, tenant, WORD, key, said, signal_id=signal_id, at=at)


def key_of_word(run_id: UUID, path: str) -> str:
    """Under which key somebody says what became of an effect in doubt."""
    return f"{run_id}:{path}"


def _signal(
    redactor: Redactor, tenant: UUID, event: str, key: str, payload: Json, *, signal_id: str, at: datetime
) -> Signal:
    # What is kept is what is worked with: a run sees no secret that may not be written down.
    kept = redactor.clean(dict(payload), name="payload").value
    written = canonical(kept, name="payload")
    return Signal(tenant=tenant, signal_id=signal_id, event=event, key=key, payload=written, at=at)
