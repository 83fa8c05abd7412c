"""What every trial came to, over nights and subjects: rows that are appended and never changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol, Self

from autobiz_gates.entry import UNVERSIONED, Trial, TrialOutcome
from autobiz_gates.ledger import ledger_files, read_lines

from .cause import Cause

HISTORY_FILE: Final = Path(".autobiz/history.sqlite")


class HistoryError(Exception):
    """A history cannot be opened, read or written; the message says which, why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One trial. `key` is the same whenever the same entry of a ledger is read again."""

    key: str
    at: datetime
    run_id: str
    run: int
    case: str
    outcome: str
    cause: Cause
    signature: str | None
    subject: str
    priority: str | None
    replay: str | None = None

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """The row with these values, in the order of its fields."""
        row = dict(zip((one.name for one in fields(cls)), values, strict=True))
        return cls(**{**row, "cause": Cause(row["cause"])})


class History(Protocol):
    """Keeps rows and releases; nothing that was committed is ever changed or lost."""

    def append(self, rows: Iterable[HistoryRow]) -> int:
        """Add the rows that are not there yet, all of them or none, and return how many that were."""
        ...

    def rows(self) -> tuple[HistoryRow, ...]:
        """Return every row, oldest first."""
        ...

    def release(self, case: str, day: date) -> None:
        """Note that a case was let out of quarantine on this day."""
        ...

    def releases(self) -> tuple[tuple[str, date], ...]:
        """Return every release, oldest first."""
        ...

    def close(self) -> None: ...


def rows_of(sources: Iterable[Path], causes: Mapping[str, Cause] | None = None) -> Iterator[HistoryRow]:
    """Read the trials of ledgers; skipped ones were not tried, and a module that did not load is no case.

    `causes` says of cases what was found to make them fail; of all others it is unknown.
    """
    known = causes or {}
    for path in ledger_files(sources):
        for line in read_lines(path):
            if isinstance(line, Trial) and line.phase != "collect" and line.outcome is not TrialOutcome.SKIP:
                yield _row(line, known.get(line.case, Cause.UNKNOWN))


def _row(trial: Trial, found: Cause) -> HistoryRow:
    outcome = str(trial.outcome)
    subject = trial.subject
    # Without a version control two runs cannot be told to be of one subject.
    commit = f"{UNVERSIONED}@{trial.run_id}" if subject.commit == UNVERSIONED else subject.commit
    facts = (
        trial.run_id, str(trial.run), trial.case, str(trial.seed), outcome, trial.phase,
        trial.worker, trial.started_at.isoformat(),
    )  # fmt: skip
    return HistoryRow(
        key=sha256("\0".join(facts).encode("utf-8", "surrogatepass")).hexdigest(),
        at=trial.started_at,
        run_id=trial.run_id,
        run=trial.run,
        case=trial.case,
        outcome=outcome,
        cause=Cause.INFRA if trial.outcome is TrialOutcome.INVALID else found,
        signature=trial.fingerprint,
        subject="/".join(filter(None, (commit, subject.version, subject.config_hash))),
        priority=trial.priority,
        replay=trial.replay,
    )
