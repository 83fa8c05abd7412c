"""What people must hear of, although the call itself has ended in good order."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from .redaction import Kind


class IncidentKind(StrEnum):
    """Why somebody must look."""

    CROSS_TENANT = "cross_tenant"  # an entity of another tenant was asked for; an interface answers 403
    SCANNER_HIT = "scanner_hit"  # an allowlist let a secret or personal data through
    UNCERTAIN_EFFECT = "uncertain_effect"  # nobody knows, and no machine can find out
    OUTPUT_INVALID = "output_invalid"  # a tool has broken its contract after its effect
    NOT_UNDONE = "not_undone"  # a workflow has failed, and an effect of it could not be taken back
    EVENT_CONFLICT = "event_conflict"  # a provider has told two things under one id; `run_id` is the second's
    APPROVAL_OVERRIDDEN = "approval_overridden"  # an administrator has decided alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One reason to look; it holds no value of the call."""

    kind: IncidentKind
    tenant: UUID
    run_id: UUID
    path: str
    tool: str
    what: str
    found: Kind | None = None


OnIncident: TypeAlias = Callable[[Incident], None]


def ignore(incident: Incident) -> None:
    """Tell nobody; the trace row remains."""
