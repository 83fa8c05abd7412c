"""Fold ledgers into tallies: everything after the ledger is derived, by this one function."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .blocks import Block, PlanBrief, TrialBrief, read_blocks
from .entry import Case, Header, RunPlan, Subject, Trial
from .ledger import Torn, ledger_files
from .tally import CaseTally, Tallies

# Two entries for one trial (a crash seen from two sides, a rerun) never replace each other: the worst stays.
# A case's outcome in a run is one byte, so a million trials are a megabyte; 0 says that nothing is known.
_CODES = {"missing": 1, "invalid": 2, "skip": 3, "pass": 4, "unknown": 5, "fail": 6}
_PLANNED, _INVALID = _CODES["missing"], _CODES["invalid"]
_REPLAY = 7  # found at the end, of whatever else the trial was
_WORDS = {**{code: word for word, code in _CODES.items()}, _REPLAY: "replay"}

# A first try and two more: what the infrastructure spoiled three times stays invalid, whatever comes next.
TRIES_MAX = 3

RunKey = tuple[str, int]
# What is known of a case besides its name: suite, priority, requirements, tests, workflow, marks.
Facts = tuple[str | None, str | None, tuple[str, ...], tuple[str, ...], str | None, tuple[str, ...]]


@dataclass(slots=True)
class _Evidence:
    index: dict[str, int] = field(default_factory=dict)
    facts: list[Facts] = field(default_factory=list)
    alike: dict[Facts, Facts] = field(default_factory=dict)
    codes: dict[RunKey, bytearray] = field(default_factory=dict)
    planned: set[RunKey] = field(default_factory=set)
    runs: dict[RunKey, None] = field(default_factory=dict)
    subjects: dict[Subject, Path] = field(default_factory=dict)
    gate_files: dict[str, Path] = field(default_factory=dict)
    shards: dict[tuple[RunKey, str | None, int], set[int]] = field(default_factory=dict)
    shards_of: dict[str, str] = field(default_factory=dict)
    uncollected: dict[str, str] = field(default_factory=dict)
    invalid: Counter[tuple[RunKey, int]] = field(default_factory=Counter)
    replays: dict[int, dict[str, set[RunKey]]] = field(default_factory=dict)


def fold(sources: Iterable[Path]) -> Tallies:
    """Read every ledger under `sources` and count each case's outcome in each run."""
    evidence = _Evidence()
    for path in ledger_files(sources):
        for block in read_blocks(path):
            # A torn line is as good as none: its trial stays missing.
            if not isinstance(block, Torn):
                _take(evidence, path, block)
    runs = tuple(sorted(evidence.runs))
    _keep_invalid(evidence)
    _count_replays_once(evidence)
    return Tallies(
        cases=_tallies(evidence, runs),
        runs=tuple(range(1, len(runs) + 1)),
        problems=tuple(_problems(evidence)),
    )


def _take(evidence: _Evidence, path: Path, block: Block) -> None:
    """Take in a block; the loop every trial passes, so it looks nothing up that the last line has settled."""
    index, codes = evidence.index, bytearray()
    run_id, run = "", -1
    for position, line in enumerate(block.lines):
        if type(line) is not TrialBrief:
            _take_rare(evidence, path, block, position)
            run = -1
            continue
        if line.phase == "collect":
            _take_uncollected(evidence, block.entry(position))
            continue
        number = index.get(line.case)
        if number is None:
            number = _add(evidence, line.case, block.entry(position))
        if line.run != run or line.run_id != run_id:
            run_id, run = line.run_id, line.run
            codes = evidence.codes.setdefault(_run_key(evidence, run_id, run), bytearray())
        if number >= len(codes):
            codes.extend(bytes(len(index) - len(codes)))
        code = _CODES[line.outcome]
        if code > codes[number]:  # noqa: PLR1730  max() would double what this line costs a million times
            codes[number] = code
        if code == _INVALID or line.replay is not None:
            _take_special(evidence, _run_key(evidence, run_id, run), number, line)


def _take_special(evidence: _Evidence, run: RunKey, number: int, line: TrialBrief) -> None:
    if line.outcome == "invalid":
        evidence.invalid[run, number] += 1
    elif line.replay is not None and line.outcome != "skip":
        evidence.replays.setdefault(number, {}).setdefault(line.replay, set()).add(run)


def _keep_invalid(evidence: _Evidence) -> None:
    """Trying again and again until the infrastructure holds would choose the evidence."""
    for (run, number), tries in evidence.invalid.items():
        codes = evidence.codes[run]
        if tries >= TRIES_MAX and codes[number] <= _CODES["pass"]:
            codes[number] = _INVALID


def _count_replays_once(evidence: _Evidence) -> None:
    """Of trials that had to come out alike the first stands for all, with the worst of what they came to."""
    for number, by_key in evidence.replays.items():
        for runs in _joined(by_key.values()):
            columns = [evidence.codes[run] for run in sorted(runs)]
            worst = max(codes[number] for codes in columns)
            for position, codes in enumerate(columns):
                codes[number] = _REPLAY if position else worst


def _joined(groups: Iterable[set[RunKey]]) -> list[set[RunKey]]:
    """The groups, those that share a run made one."""
    joined: list[set[RunKey]] = []
    for group in groups:
        apart = [one for one in joined if not one & group]
        joined = [*apart, group.union(*(one for one in joined if one & group))]
    return joined


def _take_rare(evidence: _Evidence, path: Path, block: Block, position: int) -> None:
    line = block.lines[position]
    if isinstance(line, Header):
        _take_header(evidence, path, line)
    elif isinstance(line, PlanBrief):
        _take_plan(evidence, line, block, position)


def _take_uncollected(evidence: _Evidence, entry: object) -> None:
    if isinstance(entry, Trial):
        evidence.uncollected.setdefault(entry.case, entry.reason)


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


def _take_plan(evidence: _Evidence, plan: PlanBrief, block: Block, position: int) -> None:
    key = _run_key(evidence, plan.run_id, plan.run)
    evidence.planned.add(key)
    index = evidence.index
    if not all(case.case in index for case in plan.cases):
        entry = block.entry(position)
        for known in entry.cases if isinstance(entry, RunPlan) else ():
            if known.case not in index:
                _add(evidence, known.case, known)
    codes = evidence.codes.setdefault(key, bytearray())
    codes.extend(bytes(len(index) - len(codes)))
    for case in plan.cases:
        number = index[case.case]
        if not codes[number]:
            codes[number] = _PLANNED


def _add(evidence: _Evidence, name: str, known: object) -> int:
    """Give a new case its number. Most cases are alike but for their name, and then share what is known."""
    assert isinstance(known, Case | Trial)  # noqa: S101  # a brief line and its entry come from the same bytes
    facts = (known.suite, known.priority, known.requirements, known.tests, known.workflow, known.marks)
    number = evidence.index[name] = len(evidence.facts)
    evidence.facts.append(evidence.alike.setdefault(facts, facts))
    return number


def _tallies(evidence: _Evidence, runs: tuple[RunKey, ...]) -> tuple[CaseTally, ...]:
    count = len(evidence.facts)
    columns = [bytes(evidence.codes.get(run, b"")).ljust(count, b"\0") for run in runs]
    # Most cases share their outcomes with many others, and then share the tuple too.
    outcomes: dict[tuple[int, ...], tuple[str, ...]] = {}
    rows: list[tuple[str, ...]] = []
    for row in zip(*columns, strict=True) if columns else [()] * count:
        words = outcomes.get(row)
        if words is None:
            words = outcomes[row] = tuple(_WORDS[code] for code in row if code)
        rows.append(words)
    facts = evidence.facts
    return tuple(_tally(name, facts[number], rows[number]) for name, number in sorted(evidence.index.items()))


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
