"""Plain values of the shapes that oracles judge, for whoever has no values of such shapes already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from .effects import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainCall:
    """A call as it was answered."""

    code: str | None
    effects: Sequence[object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainAttempt:
    """An attempt to use a tool."""

    principal: str
    tenant: str
    tool: str
    action: str
    executed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRequest:
    """A request as a provider saw it."""

    method: str
    path: str
    accepted: bool
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        """Return a header's value, whatever the letter case of its name."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainReceipt:
    """A record that an effect has happened."""

    external_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainAnswer:
    """What somebody who asked was given."""

    result: Mapping[str, object] | None
    seen: Sequence[Request] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRun:
    """A run at its end."""

    termination_reason: str | None
    used: Mapping[str, Decimal | float] | None
    bounds: Mapping[str, Decimal | float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTraceRow:
    """One row of a trace."""

    number: int
    kind: str
    correlation_id: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainCharge:
    """One amount that a run has cost."""

    tenant: str
    workflow: str
    usd: Decimal | float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTime:
    """Something that took time."""

    started_at: datetime | None
    ended_at: datetime | None
    virtual: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainCrash:
    """What was left after a crash."""

    attempted: Sequence[str] | None
    acknowledged: Sequence[str] | None
    found: Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainLogLine:
    """One line of a log."""

    event: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainEnding:
    """How a program ended, and what it said."""

    code: int | None
    out: str | None = ""
    err: str | None = ""
