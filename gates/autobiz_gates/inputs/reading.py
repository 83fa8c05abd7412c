"""What one result of a foreign file says: the value that every input is read into."""

from dataclasses import dataclass
from pathlib import Path

from autobiz_gates.entry import PRIORITIES
from autobiz_gates.errors import LedgerError

# The worst stays where one case left several results; what could not be judged is worse than a pass.
BADNESS = {"skip": 0, "pass": 1, "unknown": 2, "fail": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One result of one case."""

    case: str
    outcome: str
    suite: str | None = None
    priority: str | None = None
    requirements: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    workflow: str | None = None
    marks: tuple[str, ...] = ()


def reading_of(case: str, outcome: str, suite: str | None, named: list[tuple[str, str]]) -> Reading:
    """A reading with the facts that labels or properties state; names that mean nothing here are left out."""
    facts: dict[str, list[str]] = {}
    for name, value in named:
        facts.setdefault(name, []).append(value)
    priority = next((value for value in facts.get("priority", ()) if value in PRIORITIES), None)
    return Reading(
        case=case,
        outcome=outcome,
        suite=next(iter(facts.get("suite", ())), suite),
        priority=priority,
        requirements=tuple(dict.fromkeys(facts.get("requirement", ()))),
        tests=tuple(dict.fromkeys(facts.get("test_id", ()))),
        workflow=next(iter(facts.get("workflow", ())), None),
        marks=tuple(sorted({*facts.get("tag", ()), *facts.get("mark", ())})),
    )


def refusal(path: Path, line: int | None, words: str) -> LedgerError:
    """A refusal that says where, what, and (in the words) what to do."""
    return LedgerError(f"{path}:{line}: {words}" if line else f"{path}: {words}")
