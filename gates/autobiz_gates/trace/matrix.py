"""The matrix: for each id of a registry, what the trials of some ledgers came to. A pure fold of both.

A case is *judged* when a trial of it passed or failed. Skipped, unknown, invalid and merely planned cases are
not: nothing was learned from them about what they trace.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from autobiz_gates.entry import Case, RunPlan, Trial, TrialOutcome

from .registry import Registry


class Judgement(StrEnum):
    """What an id's cases came to, the worst of them."""

    FAILED = "failed"
    PASSED = "passed"
    UNJUDGED = "unjudged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One id: the test ids, oracle types and workflows it is traced through, and its cases' judgement."""

    kind: str
    name: str
    says: str
    judgement: Judgement
    cases: int
    tests: tuple[str, ...] = ()
    oracles: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON says it."""
        return {
            "kind": self.kind,
            "id": self.name,
            "says": self.says,
            "judgement": str(self.judgement),
            "cases": self.cases,
            "tests": list(self.tests),
            "oracles": list(self.oracles),
            "workflows": list(self.workflows),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All rows; what is missing from them or from the registry; and what is missing but not built yet."""

    rows: tuple[Row, ...]
    problems: tuple[str, ...]
    awaited: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether everything that there is to show is shown; what is not built yet is not."""
        return not self.problems and not self.awaited

    def of(self, kind: str) -> tuple[Row, ...]:
        """The rows of one kind: requirement, test, oracle or workflow."""
        return tuple(row for row in self.rows if row.kind == kind)


@dataclass(slots=True)
class _Seen:
    """What the ledgers hold of one case, over all of its trials."""

    requirements: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)
    workflows: set[str] = field(default_factory=set)
    oracles: set[str] = field(default_factory=set)
    outcomes: set[str] = field(default_factory=set)

    @property
    def judgement(self) -> Judgement:
        if TrialOutcome.FAIL in self.outcomes:
            return Judgement.FAILED
        return Judgement.PASSED if TrialOutcome.PASS in self.outcomes else Judgement.UNJUDGED


def matrix_of(registry: Registry, lines: Iterable[object]) -> Matrix:
    """Fold the lines of ledgers, in any order and from any number of runs, into the registry's matrix."""
    seen: defaultdict[str, _Seen] = defaultdict(_Seen)
    for line in lines:
        if isinstance(line, RunPlan):
            for case in line.cases:
                _know(seen[case.case], case)
        elif isinstance(line, Trial):
            one = seen[line.case]
            _know(one, line)
            one.outcomes.add(line.outcome)
            one.oracles.update(verdict.type for verdict in line.oracles)
    cases = tuple(seen.values())
    rows = (
        *_requirement_rows(registry, cases),
        *_test_rows(registry, cases),
        *(
            _row("oracle", name, "", [one for one in cases if name in one.oracles])
            for name in registry.oracle_types
        ),
        *(
            _row("workflow", entry.name, entry.says, [one for one in cases if entry.name in one.workflows])
            for entry in registry.workflows
        ),
    )
    awaits = {one.name: one.awaits for one in registry.requirements}
    awaits |= {one.name: one.awaits for one in registry.workflows}
    return Matrix(
        rows=rows,
        problems=(*_gaps(rows, awaits), *_strangers(registry, seen)),
        awaited=tuple(_awaited(rows, awaits)),
    )


def _know(one: _Seen, case: Case | Trial) -> None:
    one.requirements.update(case.requirements)
    one.tests.update(case.tests)
    if case.workflow is not None:
        one.workflows.add(case.workflow)


def _requirement_rows(registry: Registry, cases: Sequence[_Seen]) -> Iterable[Row]:
    """A requirement is traced by the cases that carry its id, and by those that carry one of its test ids."""
    tests = {entry.name: entry for entry in registry.tests}
    for entry in registry.requirements:
        names = set(entry.tests)
        mine = [one for one in cases if entry.name in one.requirements or not names.isdisjoint(one.tests)]
        yield _row(
            "requirement",
            entry.name,
            entry.says,
            mine,
            # One that names no test ids is shown with those that its cases carry.
            tests=entry.tests or tuple(sorted({name for one in mine for name in one.tests})),
            promised=tuple(each for name in entry.tests for each in tests[name].oracles),
            workflows=tuple(each for name in entry.tests for each in tests[name].workflows),
        )


def _test_rows(registry: Registry, cases: Sequence[_Seen]) -> Iterable[Row]:
    for entry in registry.tests:
        mine = [one for one in cases if entry.name in one.tests]
        yield _row("test", entry.name, entry.says, mine, promised=entry.oracles, workflows=entry.workflows)


def _row(
    kind: str,
    name: str,
    says: str,
    cases: Sequence[_Seen],
    *,
    tests: tuple[str, ...] = (),
    promised: tuple[str, ...] = (),
    workflows: tuple[str, ...] = (),
) -> Row:
    judged = [one for one in cases if one.judgement is not Judgement.UNJUDGED]
    judgement = min((one.judgement for one in judged), key=_RANK.index, default=Judgement.UNJUDGED)
    return Row(
        kind=kind,
        name=name,
        says=says,
        judgement=judgement,
        cases=len(judged),
        tests=tests,
        oracles=tuple(sorted({*promised, *(each for one in judged for each in one.oracles)})),
        workflows=tuple(sorted({*workflows, *(each for one in judged for each in one.workflows)})),
    )


_RANK = (Judgement.FAILED, Judgement.PASSED, Judgement.UNJUDGED)
_WANTING = {
    "requirement": "no judged test shows it; mark one with requirement({0!r}) or with one of its test ids",
    "oracle": "it is declared, and no oracle of this type judged anything",
    "workflow": "no judged test goes through it; mark one with workflow({0!r})",
}


def _gaps(rows: Iterable[Row], awaits: Mapping[str, str]) -> Iterable[str]:
    for row in rows:
        if row.kind not in _WANTING:
            continue
        is_judged, awaited = row.judgement is not Judgement.UNJUDGED, awaits.get(row.name)
        if not is_judged and not awaited:
            yield f"{row.kind} {row.name}: {_WANTING[row.kind].format(row.name)}"
        if is_judged and awaited:
            yield f"{row.kind} {row.name}: it is judged, so it no longer awaits {awaited}; take awaits out"


def _awaited(rows: Iterable[Row], awaits: Mapping[str, str]) -> Iterable[str]:
    for row in rows:
        if row.judgement is Judgement.UNJUDGED and row.kind in _WANTING and awaits.get(row.name):
            yield f"{row.kind} {row.name}: nothing can show it yet; it awaits {awaits[row.name]}"


def _strangers(registry: Registry, seen: dict[str, _Seen]) -> Iterable[str]:
    """Ids that tests carry and the registry does not know; a mistyped id would trace nothing, unseen."""
    from autobiz_gates.fields import near

    known = {
        "requirement": ([entry.name for entry in registry.requirements], "requirements"),
        "test id": ([entry.name for entry in registry.tests], "tests"),
        "workflow": ([entry.name for entry in registry.workflows], "workflows"),
    }
    for noun, (names, attribute) in known.items():
        carriers: defaultdict[str, list[str]] = defaultdict(list)
        for case, one in seen.items():
            for name in getattr(one, attribute) - set(names):
                carriers[name].append(case)
        for name, cases in sorted(carriers.items()):
            more = f" and {len(cases) - 1} more" if len(cases) > 1 else ""
            words = f"{noun} {name}: is not in {registry.path}, and {cases[0]}{more} carries it."
            yield f"{words}{near(name, names)}"
