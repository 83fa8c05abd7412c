"""Ledger lines for tests, with everything filled in that a test does not care about."""

from datetime import UTC, datetime
from pathlib import Path

from autobiz_gates import (
    LEDGER_SCHEMA,
    Case,
    Header,
    LedgerWriter,
    RunPlan,
    Shard,
    Subject,
    Trial,
    TrialOutcome,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SUBJECT = Subject(commit="c0ffee")


def header(
    *,
    run_id: str = "run-a",
    run: int = 1,
    subject: Subject = SUBJECT,
    shard: Shard | None = None,
    gate_file_sha256: str | None = None,
) -> Header:
    return Header(
        schema=LEDGER_SCHEMA,
        run_id=run_id,
        run=run,
        worker="main",
        seed=0,
        subject=subject,
        created_at=NOON,
        shard=shard,
        gate_file_sha256=gate_file_sha256,
    )


def plan(*cases: str, run_id: str = "run-a", run: int = 1) -> RunPlan:
    return RunPlan.of(run_id, run, [Case(case=case) for case in cases])


def trial(
    case: str,
    outcome: str = "pass",
    *,
    run_id: str = "run-a",
    run: int = 1,
    phase: str = "call",
    replay: str | None = None,
    started_at: datetime = NOON,
) -> Trial:
    return Trial(
        schema=LEDGER_SCHEMA,
        run_id=run_id,
        run=run,
        suite=None,
        case=case,
        seed=0,
        priority=None,
        requirements=(),
        tests=(),
        workflow=None,
        marks=(),
        subject=SUBJECT,
        outcome=TrialOutcome(outcome),
        phase=phase,
        reason="",
        started_at=started_at,
        duration_ms=1.0,
        worker="main",
        replay=replay,
    )


def write_ledger(path: Path, first: Header, *lines: RunPlan | Trial) -> Path:
    with LedgerWriter(path, first) as writer:
        for line in lines:
            writer.append(line)
    return path
