"""The immutable proof of one effect, linking both keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .tool import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was done, under which keys, and what came of it."""

    tenant: UUID
    key: bytes
    external_key: str
    tool: str
    version: str
    operation: str
    arguments: Json
    result: Json
    epoch: int
    first_seen_at: datetime
    settled_at: datetime
