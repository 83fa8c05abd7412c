"""Which of a gate's cases it leaves out today, and what is wrong if there are too many or the wrong ones."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from .decision import Condition, Decision
from .flakes import Quarantine, QuarantineEntry, caps_exceeded
from .gate import Gate
from .patterns import Cases
from .tally import CaseTally, Tallies
from .wholeness import named

# All other kinds count a case as it is, quarantined or not.
_HEEDING: Final = ("p0", "p1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """A gate's cases: those that count, those that are quarantined, and what keeps the gate from opening.

    `expired` names cases that are in the file and count all the same, because their last day is over.
    """

    counted: Cases
    quarantined: tuple[CaseTally, ...] = ()
    expired: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


def parted(cases: Sequence[CaseTally], quarantine: Quarantine, today: date) -> Parted:
    """Leave out the cases that an entry in force names; whatever is doubtful about an entry, its case counts.

    A case that must not be quarantined, or more of them than the caps allow, is a mistake of the file and no
    failure of the subject: the gate is undecided until somebody corrects it, however well the rest did.
    """
    by_case = quarantine.by_case
    entries = [(case, by_case[case.case]) for case in cases if case.case in by_case] if by_case else []
    if not entries:
        return Parted(counted=Cases(cases) if not isinstance(cases, Cases) else cases)
    wrong = {case.case: flaw for case, entry in entries if (flaw := _flaw(case, entry))}
    out = {case.case for case, entry in entries if entry.holds_on(today) and case.case not in wrong}
    quarantined = tuple(case for case in cases if case.case in out)
    return Parted(
        counted=Cases(case for case in cases if case.case not in out),
        quarantined=quarantined,
        expired=tuple(case.case for case, entry in entries if entry.expired_on(today)),
        conditions=tuple(_conditions(cases, quarantined, wrong, quarantine)),
    )


def left_out(cases: Sequence[CaseTally], quarantine: Quarantine, today: date) -> frozenset[str]:
    """Return the cases whose failures are excused today; none, if they are too many or one is wrong."""
    split = parted(cases, quarantine, today)
    return frozenset() if split.conditions else frozenset(case.case for case in split.quarantined)


def quarantine_flaws(
    gates: Iterable[Gate], tallies: Tallies, quarantine: Quarantine, today: date
) -> Iterator[str]:
    """Say what keeps each gate that heeds the quarantine from opening, whatever the outcomes."""
    for gate in gates:
        if gate.kind in _HEEDING:
            cases = [case for case in tallies.cases if gate.selection.picks(case)]
            yield from (
                f"gate {gate.name!r}: {one.reason}" for one in parted(cases, quarantine, today).conditions
            )


def _flaw(case: CaseTally, entry: QuarantineEntry) -> str:
    """Say what the evidence knows better than the entry."""
    if case.priority == "P0":
        return "P0, which is never quarantined"
    if case.priority not in (None, entry.priority):
        return f"{case.priority} and not {entry.priority} as its entry says"
    return ""


def _conditions(
    cases: Sequence[CaseTally],
    quarantined: Sequence[CaseTally],
    wrong: dict[str, str],
    quarantine: Quarantine,
) -> Iterator[Condition]:
    if wrong:
        told = "; ".join(f"{named([case])} is {flaw}" for case, flaw in wrong.items())
        yield _undecided("quarantine", f"{told}: take it out of {quarantine.path}")
    priorities = {case.case: case.priority or quarantine.by_case[case.case].priority for case in quarantined}
    every = [priorities.get(case.case, case.priority) for case in cases]
    for excess in caps_exceeded(every, list(priorities.values())):
        yield _undecided("quarantine", f"{excess}: {named(list(priorities))}")


def _undecided(name: str, reason: str) -> Condition:
    return Condition(name=name, decision=Decision.UNDECIDED, reason=reason)
