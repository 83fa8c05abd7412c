"""Tallies from whatever was named: ledgers fold, foreign results pool by case and run."""

from collections.abc import Sequence
from pathlib import Path

from autobiz_gates.folding import fold
from autobiz_gates.tally import CaseTally, Tallies

from .allure import read_allure
from .junit import read_junit
from .reading import BADNESS, Reading, refusal
from .source import SourceKind, junit_files, recognise


def tallies_from(sources: Sequence[Path], runs: Sequence[tuple[int, Path]] = ()) -> Tallies:
    """Tally ledgers, or foreign results: `runs` says which run each is of, and without it they are run 1."""
    kinds = [(recognise(path), 1, path) for path in sources]
    named = [(recognise(path), run, path) for run, path in runs]
    ledgers = [path for kind, _, path in kinds if kind is SourceKind.LEDGER]
    for kind, _, path in named:
        if kind is SourceKind.LEDGER:
            raise refusal(path, None, "is a ledger, which knows its own runs; name it without --run.")
    if ledgers and len(ledgers) < len(kinds) + len(named):
        words = (
            "a ledger and results of other tools cannot be told to be of one subject; evaluate each alone."
        )
        raise refusal(ledgers[0], None, words)
    if ledgers:
        return fold(ledgers)
    if kinds and named:
        words = "say its run too (--run N PATH), since others have theirs."
        raise refusal(kinds[0][2], None, words)
    return _pooled(kinds + named)


def ledgers_among(sources: Sequence[Path]) -> tuple[Path, ...]:
    """Return those sources that are our own ledgers."""
    return tuple(path for path in sources if recognise(path) is SourceKind.LEDGER)


def _pooled(sources: list[tuple[SourceKind, int, Path]]) -> Tallies:
    facts: dict[str, Reading] = {}
    outcomes: dict[tuple[str, int], str] = {}
    problems: dict[str, None] = {}
    taken: dict[Path, int] = {}
    for kind, run, path in sources:
        for file in junit_files(path) if kind is SourceKind.JUNIT else [path]:
            if taken.setdefault(file.resolve(), run) != run:
                raise refusal(file, None, f"is named for run {taken[file.resolve()]} and for run {run}.")
            readings, told = read_junit(file) if kind is SourceKind.JUNIT else read_allure(file)
            problems.update(dict.fromkeys(told))
            for reading in readings:
                facts.setdefault(reading.case, reading)
                key = (reading.case, run)
                before = outcomes.get(key, reading.outcome)
                outcomes[key] = max(before, reading.outcome, key=BADNESS.__getitem__)
    runs = sorted({run for _, run, _ in sources})
    # No foreign file says what was planned, so each run is held to what any of them tried.
    cases = tuple(
        CaseTally(
            case=name,
            suite=known.suite,
            priority=known.priority,
            requirements=known.requirements,
            tests=known.tests,
            workflow=known.workflow,
            marks=known.marks,
            outcomes=tuple(outcomes.get((name, run), "missing") for run in runs),
        )
        for name, known in sorted(facts.items())
    )
    return Tallies(cases=cases, runs=tuple(range(1, len(runs) + 1)), problems=tuple(problems))
