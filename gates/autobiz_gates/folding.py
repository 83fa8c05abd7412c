"""Fold ledgers into tallies: everything after the ledger is derived, by this one function."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .entry import TRIES_MAX, Facts, Header, Subject
from .gathering import CODES, Gathered, RunName
from .ledger import ledger_files
from .sharing import gather_files
from .tally import CaseTally, Tallies

_REPLAY: Final = 7  # found at the end, of whatever else the trial was
_WORDS: Final = {**{code: word for word, code in CODES.items()}, _REPLAY: "replay"}

# A run, its shards made one.
RunKey = tuple[str, int]


@dataclass(slots=True)
class _Preface:
    """What the headers of all files say together."""

    runs: dict[RunKey, None] = field(default_factory=dict)
    subjects: dict[Subject, str] = field(default_factory=dict)
    gate_files: dict[str | None, None] = field(default_factory=dict)
    seeds: set[int] = field(default_factory=set)
    shards: dict[tuple[RunKey, str | None, int], set[int]] = field(default_factory=dict)
    shards_of: dict[str, str] = field(default_factory=dict)

    def key(self, run: RunName) -> RunKey:
        """Shards are invocations of their own on machines of their own: together they are one run."""
        return self.shards_of.get(run[0], run[0]), run[1]


def fold(sources: Iterable[Path]) -> Tallies:
    """Read every ledger under `sources` and count each case's outcome in each run."""
    gathered = gather_files(ledger_files(sources))
    preface = _preface(gathered.headers)
    columns = _columns(gathered, preface)
    _keep_invalid(gathered, preface, columns)
    _count_replays_once(gathered, preface, columns)
    runs = tuple(sorted(preface.runs))
    return Tallies(
        cases=_tallies(gathered, [columns.get(run, bytearray()) for run in runs]),
        runs=tuple(range(1, len(runs) + 1)),
        problems=tuple(_problems(gathered, preface)),
        seeds=tuple(sorted(preface.seeds)),
        gate_files=tuple(preface.gate_files),
    )


def _preface(headers: Iterable[tuple[str, Header]]) -> _Preface:
    preface = _Preface()
    for path, header in headers:
        if header.shard is not None:
            preface.shards_of[header.run_id] = f"{header.shard.count} shards with seed {header.seed}"
        key = preface.key((header.run_id, header.run))
        preface.runs.setdefault(key)
        preface.subjects.setdefault(header.subject, Path(path).name)
        preface.gate_files.setdefault(header.gate_file_sha256)
        preface.seeds.add(header.seed)
        if header.shard is not None:
            seen = preface.shards.setdefault((key, header.stage, header.shard.count), set())
            seen.add(header.shard.index)
    return preface


def _columns(gathered: Gathered, preface: _Preface) -> dict[RunKey, bytearray]:
    """Each run's codes, one for each case; of what several shards say the worst."""
    columns: dict[RunKey, bytearray] = {}
    for run in list(gathered.codes):
        column = gathered.column(run)
        same = columns.get(preface.key(run))
        columns[preface.key(run)] = column if same is None else bytearray(map(max, same, column))
    return columns


def _keep_invalid(gathered: Gathered, preface: _Preface, columns: dict[RunKey, bytearray]) -> None:
    """Trying again and again until the infrastructure holds would choose the evidence."""
    for (run, number), tries in gathered.invalid.items():
        codes = columns[preface.key(run)]
        if tries >= TRIES_MAX and codes[number] <= CODES["pass"]:
            codes[number] = CODES["invalid"]


def _count_replays_once(gathered: Gathered, preface: _Preface, columns: dict[RunKey, bytearray]) -> None:
    """Of trials that had to come out alike the first stands for all, with the worst of what they came to."""
    for number, by_key in gathered.replays.items():
        for runs in _joined({preface.key(run) for run in runs} for runs in by_key.values()):
            alike = [columns[run] for run in sorted(runs)]
            worst = max(codes[number] for codes in alike)
            for position, codes in enumerate(alike):
                codes[number] = _REPLAY if position else worst


def _joined(groups: Iterable[set[RunKey]]) -> list[set[RunKey]]:
    """The groups, those that share a run made one."""
    joined: list[set[RunKey]] = []
    for group in groups:
        apart = [one for one in joined if not one & group]
        joined = [*apart, group.union(*(one for one in joined if one & group))]
    return joined


def _tallies(gathered: Gathered, columns: list[bytearray]) -> tuple[CaseTally, ...]:
    count = len(gathered.facts)
    # Most cases share their outcomes with many others, and then share the tuple too.
    outcomes: dict[tuple[int, ...], tuple[str, ...]] = {}
    rows: list[tuple[str, ...]] = []
    whole = [bytes(column).ljust(count, b"\0") for column in columns]
    for row in zip(*whole, strict=True) if whole else [()] * count:
        words = outcomes.get(row)
        if words is None:
            words = outcomes[row] = tuple(_WORDS[code] for code in row if code)
        rows.append(words)
    facts = gathered.facts
    return tuple(_tally(name, facts[number], rows[number]) for name, number in sorted(gathered.index.items()))


def _tally(name: str, facts: Facts, outcomes: tuple[str, ...]) -> CaseTally:
    suite, priority, requirements, tests, workflow, marks = facts
    return CaseTally(
        case=name,
        suite=suite,
        priority=priority,
        requirements=requirements,
        tests=tests,
        workflow=workflow,
        marks=marks,
        outcomes=outcomes,
    )


def _problems(gathered: Gathered, preface: _Preface) -> Iterator[str]:
    if len(preface.subjects) > 1:
        named = "; ".join(f"{name}: {subject.commit[:40]}" for subject, name in preface.subjects.items())
        yield f"the ledgers speak of {len(preface.subjects)} different subjects ({named})"
    if len(preface.gate_files.keys() - {None}) > 1:
        yield "the gate file changed between the runs: its hash differs from ledger to ledger"
    for place, reason in gathered.uncollected.items():
        yield f"{place} could not be collected, so its cases are not known: {reason}"
    planned = {preface.key(run) for run in gathered.planned}
    for run in preface.runs:
        if run not in planned:
            yield f"run {run[1]} of {run[0]} has no plan, so what is missing from it cannot be known"
    for (run, stage, count), seen in preface.shards.items():
        absent = sorted(set(range(1, count + 1)) - seen)
        if absent:
            parts = ", ".join(f"{index}/{count}" for index in absent)
            yield f"run {run[1]} of {run[0]}{f', stage {stage}' if stage else ''}: shard {parts} is absent"
