"""Soaks for tests: events half an hour apart, written as ledgers, judged by the kind that is for them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from autobiz_gates import (
    Decision,
    GateDecision,
    Header,
    LedgerWriter,
    RunPlan,
    SoakGate,
    Subject,
    Tallies,
    Trial,
    decide,
)

from .ledger_lines import SUBJECT, header, trial

BEGAN = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
NOTHING = Tallies(cases=(), runs=())
GATE = SoakGate(name="soak", floor=0.95, ledger="soak")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OTHER = Subject(commit="0ther")


def event(
    number: int, at: datetime, outcome: str = "pass", *, subject: Subject = SUBJECT, case: str = ""
) -> Trial:
    name = case or f"test_soak.py::test_it[{number}]"
    return replace(trial(name, outcome), suite="soak", started_at=at, subject=subject, workflow="WF01")


def week(hours: int = 7 * 24 + 1, *, failing: Iterable[int] = (), began: datetime = BEGAN) -> list[Trial]:
    """Two events an hour, each a session of its own."""
    failures = set(failing)
    return [event(n, began + n * HOUR / 2, "fail" if n in failures else "pass") for n in range(2 * hours - 1)]


def write(path: Path, lines: Iterable[Trial | RunPlan], first: Header | None = None) -> Path:
    with LedgerWriter(path, first or header()) as writer:
        for line in lines:
            writer.append(line)
    return path


def judged(root: Path, events: Iterable[Trial | RunPlan], gate: SoakGate = GATE) -> GateDecision:
    write(root / "soak" / f"{len(list(root.glob('soak/*')))}.jsonl", events)
    return decided(root, gate)


def decided(root: Path, gate: SoakGate = GATE, ledgers: tuple[Path, ...] = ()) -> GateDecision:
    return decide(gate, NOTHING, date(2026, 6, 1), root, ledgers)


def reasons(decision: GateDecision) -> dict[str, str]:
    return {one.name: one.reason for one in decision.conditions if one.decision is not Decision.OPEN}
