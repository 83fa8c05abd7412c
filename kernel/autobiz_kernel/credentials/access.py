"""Who has asked for which secret, when, and what they were told: never the secret."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias
from uuid import UUID


class Told(StrEnum):
    """What came of one access."""

    FETCHED = "fetched"  # from its source
    CACHED = "cached"  # fetched a short while ago
    STALE = "stale"  # its time was over, and its source does not answer
    FOREIGN = "foreign"  # another tenant's: refused
    ABSENT = "absent"  # there is none
    UNAVAILABLE = "unavailable"  # its source does not answer, and what was cached is too old


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One access; `tenant` is whose secret was asked for, `of_tenant` who asked."""

    at: datetime
    principal: str
    of_tenant: UUID
    tenant: UUID
    name: str
    told: Told
    version: str = ""
    since: datetime | None = None


# It is called before the secret is handed out: what it raises keeps the secret where it is.
OnAccess: TypeAlias = Callable[[Access], None]


class AccessFile:
    """A file that is only ever added to, one JSON object a line, on disk before the secret is handed out."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, access: Access) -> None:
        """Write one line."""
        line = {
            "at": access.at.isoformat(),
            "principal": access.principal,
            "of_tenant": str(access.of_tenant),
            "tenant": str(access.tenant),
            "name": access.name,
            "told": access.told.value,
            "version": access.version,
        }
        # One write of one short line in append mode: lines of several processes do not mix.
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, json.dumps(line).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
