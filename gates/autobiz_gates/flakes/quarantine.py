"""The reviewed file of cases that do not gate for now: who answers for each, why, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from autobiz_gates.fields import (
    Complaints,
    Field,
    KeyPath,
    choice,
    day,
    near,
    read_fields,
    shown,
    text,
    too_many,
)
from autobiz_gates.toml_file import read_toml

from .cause import QUARANTINABLE, Cause

QUARANTINE_FILE: Final = "quarantine.toml"
# Days from opening to expiry; one renewal gives as many again.
SLA_DAYS: Final = {"P1": 7, "P2": 14, "P3": 30}
_ROOT: Final = "quarantine"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineEntry:
    """One case that does not gate from the day it was opened up to and including its last day."""

    case: str
    owner: str
    ticket: str
    reason: str
    evidence: str
    cause: Cause
    priority: str
    opened: date
    expires: date
    renewed_by: str | None = None
    fixed: date | None = None

    def to_dict(self) -> dict[str, str | None]:
        """Return plain values for JSON, keys in the order of the file."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: None if value is None else str(value) for name, value in values.items()}

    def holds_on(self, today: date) -> bool:
        return self.opened <= today <= self.expires

    def expired_on(self, today: date) -> bool:
        return today > self.expires

    @property
    def last_day(self) -> date:
        """The last day that its priority and its one renewal allow."""
        days = SLA_DAYS[self.priority] * (2 if self.renewed_by else 1)
        return self.opened + min(timedelta(days=days), date.max - self.opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """The entries of the file, and the hash of its bytes; without a file there are none."""

    path: str | None = None
    sha256: str | None = None
    entries: tuple[QuarantineEntry, ...] = ()
    by_case: dict[str, QuarantineEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_case", {entry.case: entry for entry in self.entries})


def quarantine_beside(gate_file: str | Path) -> Quarantine:
    """Read the quarantine that lies beside a gate file; where none lies, nothing is quarantined."""
    path = Path(gate_file).parent / QUARANTINE_FILE
    return read_quarantine(path) if path.exists() or path.is_symlink() else Quarantine()


def read_quarantine(path: str | Path) -> Quarantine:
    """Read `[[quarantine]]` tables, or all mistakes of the file with their lines."""
    name = str(path)
    read = read_toml(name, holds="[[quarantine]] tables, or not at all", such_as=QUARANTINE_FILE)
    found: list[tuple[KeyPath, str]] = []
    entries = entries_of(read.table, found)
    read.raise_if_any(found)
    return Quarantine(path=name, sha256=read.sha256, entries=entries)


def entries_of(table: dict[str, Any], found: list[tuple[KeyPath, str]]) -> tuple[QuarantineEntry, ...]:
    """Return the entries of a parsed file; what is wrong goes to `found`, with the path of its key."""
    found.extend(
        ((key,), f"unknown key {key!r}; entries are tables named [[quarantine]].{near(key, [_ROOT])}")
        for key in table
        if key != _ROOT
    )
    tables = table.get(_ROOT, [])
    if not isinstance(tables, list):
        found.append(((_ROOT,), f"must be tables named [[quarantine]], not {shown(tables)}"))
        return ()
    many = too_many(tables, _ROOT)
    if many:
        found.append(((_ROOT,), many))
        return ()
    entries: list[QuarantineEntry] = []
    for place, one in enumerate(tables):
        named = one.get("case") if isinstance(one, dict) else None
        complaints = Complaints(named if isinstance(named, str) else f"number {place + 1}", noun=_ROOT)
        values = read_fields(_FIELDS, one, (), complaints)
        if not complaints.found:
            entry = QuarantineEntry(**{**values, "cause": Cause(values["cause"])})
            _check(entry, entries, complaints)
            entries.append(entry)
        found.extend(((_ROOT, place, *at), words) for at, words in complaints.found)
    return tuple(entries)


def _check(entry: QuarantineEntry, before: Sequence[QuarantineEntry], complaints: Complaints) -> None:
    """Complain about an entry whose keys are right one by one and wrong together."""
    if entry.case in {one.case for one in before}:
        complaints.say(("case",), "is quarantined twice; keep one entry")
    if entry.expires < entry.opened:
        complaints.say(("expires",), f"is {entry.expires}, before it was opened on {entry.opened}")
    if entry.renewed_by is not None and _same_person(entry.renewed_by, entry.owner):
        complaints.say(("renewed_by",), f"is its owner {entry.owner!r}; a renewal takes somebody else's word")
    elif entry.expires > entry.last_day:
        days = SLA_DAYS[entry.priority]
        words = f"is {entry.expires}, but {entry.priority} has {days} days: {entry.last_day} at the latest"
        more = (
            "; one renewal doubles that, with renewed_by"
            if entry.renewed_by is None
            else ", renewal included"
        )
        complaints.say(("expires",), words + more)
    if entry.fixed is not None and entry.fixed < entry.opened:
        complaints.say(("fixed",), f"is {entry.fixed}, before it was opened on {entry.opened}")


def _same_person(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _read_priority(value: Any, at: KeyPath, complaints: Complaints) -> str | None:
    if value == "P0":
        complaints.say(at, "is P0, and a P0 case is never quarantined: fix it or its test")
        return None
    read: str | None = _PRIORITY.read(value, at, complaints)
    return read


def _read_cause(value: Any, at: KeyPath, complaints: Complaints) -> str | None:
    if value in (Cause.AGENT, Cause.UNKNOWN):
        what = "the agent's own failures are what is measured" if value == Cause.AGENT else "find it first"
        complaints.say(at, f"is {value}, which is never quarantined: {what}")
        return None
    read: str | None = _CAUSE.read(value, at, complaints)
    return read


_PRIORITY: Final = choice("priority", "P1, P2 or P3: how long it may last", tuple(SLA_DAYS), required=True)
_CAUSE: Final = choice(
    "cause", "infra, oracle or env, as it was shown", tuple(map(str, QUARANTINABLE)), required=True
)


def _with_reader(one: Field, read: Any) -> Field:
    return Field(name=one.name, doc=one.doc, read=read, schema=one.schema, required=one.required)


_FIELDS: Final = (
    text("case", "the id of the case", required=True, nul=True),
    text("owner", "who sees to it that it is fixed", required=True),
    text("ticket", "where that is tracked", required=True),
    text("reason", "why it does not gate, in a sentence", required=True),
    text("evidence", "what shows the cause: a run, a report", required=True),
    _with_reader(_CAUSE, _read_cause),
    _with_reader(_PRIORITY, _read_priority),
    day("opened", "the day from which it does not gate", required=True),
    day("expires", "the last day on which it does not gate", required=True),
    text("renewed_by", "who approved the one renewal; not its owner"),
    day("fixed", "the day its fix was merged, from which it is on probation"),
)
