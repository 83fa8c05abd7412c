"""Gather what ledger lines say of cases: a byte for each case and run, a megabyte for a million trials."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .blocks import Block, Part, TrialBrief, read_blocks
from .entry import AlikeCases, Facts, Header, RunPlan, Trial, facts_of
from .ledger import Torn

# Two entries for one trial (a crash seen from two sides, a rerun) never replace each other: the worst stays.
CODES: Final = {"missing": 1, "invalid": 2, "skip": 3, "pass": 4, "unknown": 5, "fail": 6}
_PLANNED, _INVALID = CODES["missing"], CODES["invalid"]

# A run as the lines name it: which invocation, and its number there.
RunName = tuple[str, int]


@dataclass(slots=True)
class Gathered:
    """What the lines read so far say."""

    index: dict[str, int] = field(default_factory=dict)
    facts: list[Facts] = field(default_factory=list)
    codes: dict[RunName, bytearray] = field(default_factory=dict)
    planned: set[RunName] = field(default_factory=set)
    headers: list[tuple[str, Header]] = field(default_factory=list)
    uncollected: dict[str, str] = field(default_factory=dict)
    invalid: Counter[tuple[RunName, int]] = field(default_factory=Counter)
    replays: dict[int, dict[str, set[RunName]]] = field(default_factory=dict)
    _alike: dict[Facts, Facts] = field(default_factory=dict)

    def number(self, name: str, facts: Facts) -> int:
        """The number of a case, a new one if need be. Most are alike but for their name, and share facts."""
        number = self.index.setdefault(name, len(self.facts))
        if number == len(self.facts):
            self.facts.append(self._alike.setdefault(facts, facts))
        return number

    def know(self, alike: AlikeCases) -> None:
        """Give those of these cases that have none a number; a plan may name a hundred thousand at once."""
        index = self.index
        new = [name for name in dict.fromkeys(alike.cases) if name not in index]
        index.update(zip(new, range(len(self.facts), len(self.facts) + len(new)), strict=True))
        facts = facts_of(alike)
        self.facts += [self._alike.setdefault(facts, facts)] * len(new)

    def column(self, run: RunName) -> bytearray:
        """The codes of a run, one for each case known so far; 0 says that nothing is known."""
        codes = self.codes.setdefault(run, bytearray())
        codes.extend(bytes(len(self.facts) - len(codes)))
        return codes


def gather(parts: Iterable[Part], into: Gathered | None = None) -> Gathered:
    """Read the lines of these parts of files, and add what they say."""
    gathered = Gathered() if into is None else into
    for part in parts:
        for block in read_blocks(part):
            # A torn line is as good as none: its trial stays missing.
            if not isinstance(block, Torn):
                _take(gathered, part.path, block)
    return gathered


def _take(gathered: Gathered, path: Path, block: Block) -> None:
    """Take in a block; the loop every trial passes, so it looks nothing up that the last line has settled."""
    index, codes = gathered.index, bytearray()
    run_id, run = "", -1
    for position, line in enumerate(block.lines):
        if not isinstance(line, TrialBrief):
            _take_rare(gathered, path, block, position)
            run = -1
            continue
        if line.phase == "collect":
            _take_uncollected(gathered, block.entry(position))
            continue
        number = index.get(line.case)
        if number is None:
            number = gathered.number(line.case, _facts_of(block.entry(position)))
        if line.run != run or line.run_id != run_id:
            run_id, run = line.run_id, line.run
            codes = gathered.column((run_id, run))
        if number >= len(codes):
            codes.extend(bytes(len(index) - len(codes)))
        code = CODES[line.outcome]
        if code > codes[number]:  # noqa: PLR1730  max() would double what this line costs a million times
            codes[number] = code
        if code == _INVALID or line.replay is not None:
            _take_special(gathered, number, line)


def _take_special(gathered: Gathered, number: int, line: TrialBrief) -> None:
    run = line.run_id, line.run
    if line.outcome == "invalid":
        gathered.invalid[run, number] += 1
    elif line.replay is not None and line.outcome != "skip":
        gathered.replays.setdefault(number, {}).setdefault(line.replay, set()).add(run)


def _take_rare(gathered: Gathered, path: Path, block: Block, position: int) -> None:
    line = block.lines[position]
    if isinstance(line, Header):
        gathered.headers.append((str(path), line))
    elif isinstance(line, RunPlan):
        _take_plan(gathered, line)


def _take_uncollected(gathered: Gathered, entry: object) -> None:
    if isinstance(entry, Trial):
        gathered.uncollected.setdefault(entry.case, entry.reason)


def _take_plan(gathered: Gathered, plan: RunPlan) -> None:
    gathered.planned.add((plan.run_id, plan.run))
    for alike in plan.groups:
        gathered.know(alike)
    codes = gathered.column((plan.run_id, plan.run))
    for alike in plan.groups:
        for number in map(gathered.index.__getitem__, alike.cases):
            if not codes[number]:
                codes[number] = _PLANNED


def _facts_of(entry: object) -> Facts:
    assert isinstance(entry, Trial)  # noqa: S101  # a brief line and its entry come from the same bytes
    return facts_of(entry)
