"""Pool the earlier attempts on the same subject: trying again adds trials, it never replaces them.

Whoever runs a gate again until it opens would choose the evidence. So the trials of every earlier run of this
very subject are copied into the new run's ledger, and decided on together with its own.
"""

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from autobiz_gates import (
    Case,
    Header,
    LedgerError,
    LedgerWriter,
    RunPlan,
    Subject,
    Trial,
    read_lines,
)

from .rundir import RunDir, RunDirError, runs_before

_PREFIX = "earlier-"


def earlier_attempts(root: Path, subject: Subject) -> tuple[RunDir, ...]:
    """The runs on this subject that are still there, oldest first; of no version, no two are known alike."""
    if not subject.is_versioned:
        return ()
    return tuple(run for run in runs_before(root) if _subject_of(run) == subject)


def _subject_of(run: RunDir) -> Subject:
    try:
        return run.context().subject
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        words = f"whether it was on this subject cannot be read ({type(error).__name__}: {error})"
        raise _unreadable(run, words) from None


def pool(attempts: tuple[RunDir, ...], into: RunDir) -> None:
    """Copy what each attempt tried. What it only planned is not missing: it was given up, not lost."""
    for attempt in attempts:
        try:
            for number, path in enumerate(sorted(_own_ledgers(attempt)), start=1):
                _copy(path, into.ledger / f"{_PREFIX}{attempt.path.name}-{number}.jsonl")
        except (LedgerError, OSError) as error:
            words = f"an earlier attempt on this subject cannot be read ({error})"
            raise _unreadable(attempt, words) from None


def _unreadable(run: RunDir, words: str) -> RunDirError:
    return RunDirError(
        f"{run.path}: {words}, and leaving it out would choose the evidence. "
        "Restore it, or remove its folder: it is then gone from every later decision."
    )


def _own_ledgers(run: RunDir) -> Iterator[Path]:
    return (path for path in run.ledger.glob("*.jsonl") if not path.name.startswith(_PREFIX))


def _copy(source: Path, target: Path) -> None:
    lines = list(read_lines(source))
    trials = [line for line in lines if isinstance(line, Trial) and line.phase != "collect"]
    headers = [line for line in lines if isinstance(line, Header)]
    if not trials or not headers:
        return
    # A part of the cases is all that it tried, whatever other parts there were.
    with LedgerWriter(target, replace(headers[0], shard=None)) as writer:
        for run in sorted({(trial.run_id, trial.run) for trial in trials}):
            tried = [trial for trial in trials if (trial.run_id, trial.run) == run]
            writer.append(RunPlan.of(*run, map(_case, tried)))
        for trial in trials:
            writer.append(trial)


def _case(trial: Trial) -> Case:
    return Case(
        case=trial.case,
        suite=trial.suite,
        priority=trial.priority,
        requirements=trial.requirements,
        tests=trial.tests,
        workflow=trial.workflow,
        marks=trial.marks,
    )
