"""Follow a stage's ledger files while they grow: the progress of a run is read from its evidence."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autobiz_gates import TRIES_MAX, RunPlan, Trial
from autobiz_gates.statistics import wilson_lower
from autobiz_harness.batch import Batch

_line = msgspec.json.Decoder(RunPlan | Trial)


@dataclass(slots=True)
class Watch:
    """Counts of one stage's run, brought up to date by `look`."""

    ledger: Path
    stage: str
    run: int
    passed_before: int = 0
    bad_before: int = 0
    batch: Batch | None = None
    seed: int = 0
    planned: set[str] = field(default_factory=set)
    tries_invalid: Counter[str] = field(default_factory=Counter)
    outcomes: dict[str, str] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    uncollected: list[tuple[str, str]] = field(default_factory=list)
    _read: dict[Path, int] = field(default_factory=dict)

    def look(self) -> None:
        """Take in the whole lines that were written since the last look."""
        for path in sorted(self.ledger.glob(f"{self.stage}-r{self.run}-*.jsonl")):
            start = self._read.get(path, 0)
            with path.open("rb") as file:
                file.seek(start)
                data = file.read()
            whole = data.rfind(b"\n") + 1
            self._read[path] = start + whole
            for raw in data[:whole].splitlines():
                self._take(raw)

    def count(self, *outcomes: str) -> int:
        return sum(outcome in outcomes for outcome in self.outcomes.values())

    @property
    def done(self) -> int:
        return len(self.outcomes)

    @property
    def missing(self) -> list[str]:
        return sorted(self.due - self.outcomes.keys())

    @property
    def due(self) -> set[str]:
        """The cases that are to be tried by now: those of later batches are not."""
        return self.planned if self.batch is None else self.batch.take_all_so_far(self.planned, self.seed)

    @property
    def invalid(self) -> list[str]:
        return sorted(case for case, outcome in self.outcomes.items() if outcome == "invalid")

    @property
    def to_try_again(self) -> list[str]:
        """What the infrastructure spoiled, and not too often yet."""
        return [case for case in self.invalid if self.tries_invalid[case] < TRIES_MAX]

    @property
    def lower_bound(self) -> float | None:
        """Wilson lower bound of what has been judged so far, in this run of the stage and those before."""
        judged = self.passed_before + self.bad_before + self.done - self.count("skip", "invalid")
        return wilson_lower(self.passed_before + self.count("pass"), judged) if judged else None

    def _take(self, raw: bytes) -> None:
        try:
            line = _line.decode(raw)
        except msgspec.DecodeError:
            return
        if isinstance(line, RunPlan):
            self.planned.update(case.case for case in line.cases)
        elif line.phase == "collect":
            self.uncollected.append((line.case, line.reason))
        else:
            self.outcomes[line.case] = str(line.outcome)
            self.tries_invalid[line.case] += line.outcome == "invalid"
            if line.outcome in ("fail", "unknown"):
                self.failures.append((line.case, line.reason))
