"""Fold ledgers into tallies: everything after the ledger is derived, by this one function."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .entry import Case, Header, Line, RunPlan, Subject, Trial
from .ledger import Torn, ledger_files, read_lines
from .tally import CaseTally, Tallies

# Two entries for one trial (a crash seen from two sides, a rerun) never replace each other: the worst stays.
_BADNESS = {"skip": 0, "pass": 1, "unknown": 2, "fail": 3}

RunKey = tuple[str, int]


@dataclass(slots=True)
class _Record:
    case: Case
    outcomes: dict[RunKey, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Evidence:
    records: dict[str, _Record] = field(default_factory=dict)
    planned: dict[RunKey, set[str]] = field(default_factory=dict)
    runs: dict[RunKey, None] = field(default_factory=dict)
    subjects: dict[Subject, Path] = field(default_factory=dict)
    gate_files: dict[str, Path] = field(default_factory=dict)
    shards: dict[tuple[RunKey, str | None, int], set[int]] = field(default_factory=dict)
    shards_of: dict[str, str] = field(default_factory=dict)
    torn: list[Torn] = field(default_factory=list)
    uncollected: dict[str, str] = field(default_factory=dict)


def fold(sources: Iterable[Path]) -> Tallies:
    """Read every ledger under `sources` and count each case's outcome in each run."""
    evidence = _Evidence()
    for path in ledger_files(sources):
        for line in read_lines(path):
            _take(evidence, path, line)
    runs = tuple(sorted(evidence.runs))
    return Tallies(
        cases=tuple(_tally(evidence, name, runs) for name in sorted(evidence.records)),
        runs=tuple(range(1, len(runs) + 1)),
        problems=tuple(_problems(evidence)),
    )


def _take(evidence: _Evidence, path: Path, line: Line | Torn) -> None:
    match line:
        case Trial():
            _take_trial(evidence, line)
        case RunPlan():
            _take_plan(evidence, line)
        case Header():
            _take_header(evidence, path, line)
        case Torn():
            evidence.torn.append(line)


def _run_key(evidence: _Evidence, run_id: str, run: int) -> RunKey:
    return evidence.shards_of.get(run_id, run_id), run


def _take_header(evidence: _Evidence, path: Path, header: Header) -> None:
    if header.shard is not None:
        # Shards are invocations of their own on machines of their own: together they are one run.
        evidence.shards_of[header.run_id] = f"{header.shard.count} shards with seed {header.seed}"
    key = _run_key(evidence, header.run_id, header.run)
    evidence.runs.setdefault(key)
    evidence.subjects.setdefault(header.subject, path)
    if header.gate_file_sha256 is not None:
        evidence.gate_files.setdefault(header.gate_file_sha256, path)
    if header.shard is not None:
        seen = evidence.shards.setdefault((key, header.stage, header.shard.count), set())
        seen.add(header.shard.index)


def _take_plan(evidence: _Evidence, plan: RunPlan) -> None:
    planned = evidence.planned.setdefault(_run_key(evidence, plan.run_id, plan.run), set())
    for case in plan.cases:
        planned.add(case.case)
        record = evidence.records.get(case.case)
        if record is None:
            evidence.records[case.case] = _Record(case)


def _take_trial(evidence: _Evidence, trial: Trial) -> None:
    if trial.phase == "collect":
        evidence.uncollected.setdefault(trial.case, trial.reason)
        return
    record = evidence.records.get(trial.case)
    if record is None:
        record = evidence.records[trial.case] = _Record(
            Case(
                case=trial.case,
                suite=trial.suite,
                priority=trial.priority,
                requirements=trial.requirements,
                tests=trial.tests,
                workflow=trial.workflow,
                marks=trial.marks,
            )
        )
    key = _run_key(evidence, trial.run_id, trial.run)
    before = record.outcomes.get(key)
    if before is None or _BADNESS[trial.outcome] > _BADNESS[before]:
        record.outcomes[key] = str(trial.outcome)


def _tally(evidence: _Evidence, name: str, runs: tuple[RunKey, ...]) -> CaseTally:
    record = evidence.records[name]
    outcomes = []
    for run in runs:
        outcome = record.outcomes.get(run)
        if outcome is not None:
            outcomes.append(outcome)
        elif name in evidence.planned.get(run, ()):
            outcomes.append("missing")
    case = record.case
    return CaseTally(
        case=name,
        suite=case.suite,
        priority=case.priority,
        requirements=case.requirements,
        tests=case.tests,
        workflow=case.workflow,
        marks=case.marks,
        outcomes=tuple(outcomes),
    )


def _problems(evidence: _Evidence) -> Iterable[str]:
    if len(evidence.subjects) > 1:
        named = "; ".join(
            f"{path.name}: {subject.commit[:40]}" for subject, path in evidence.subjects.items()
        )
        yield f"the ledgers speak of {len(evidence.subjects)} different subjects ({named})"
    if len(evidence.gate_files) > 1:
        yield "the gate file changed between the runs: its hash differs from ledger to ledger"
    for place, reason in evidence.uncollected.items():
        yield f"{place} could not be collected, so its cases are not known: {reason}"
    for run in evidence.runs:
        if run not in evidence.planned:
            yield f"run {run[1]} of {run[0]} has no plan, so what is missing from it cannot be known"
    for (run, stage, count), seen in evidence.shards.items():
        absent = sorted(set(range(1, count + 1)) - seen)
        if absent:
            parts = ", ".join(f"{index}/{count}" for index in absent)
            yield f"run {run[1]} of {run[0]}{f', stage {stage}' if stage else ''}: shard {parts} is absent"
