"""Exit criteria: sentences that hold when all of their gates are open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, Final

from .decision import Decision, GateDecision, fold_decisions, worst
from .fields import Complaints, KeyPath, near, read_fields, shown, text, texts, too_many
from .gatefile import NAME_PATTERN, GateFile, gates_of
from .toml_file import read_toml

FIELDS: Final = (
    text("says", "The criterion in a sentence.", required=True),
    texts("gates", "The gates of this file that must all be open for it to hold.", required=True),
)
_KEYS: Final = ("criterion", "gate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One sentence, and the names of the gates that prove it."""

    name: str
    says: str
    gates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaFile:
    """Criteria in the order of their file, with the gates that they name."""

    gate_file: GateFile
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionDecision:
    """What a criterion comes to: the worst of its gates, with their reasons."""

    criterion: str
    says: str
    decision: Decision
    reason: str
    gates: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, keys always in this order."""
        return {
            "criterion": self.criterion,
            "says": self.says,
            "decision": str(self.decision),
            "reason": self.reason,
            "gates": list(self.gates),
        }


def read_criteria_file(path: str | PathLike[str]) -> CriteriaFile:
    """Read `[criterion.NAME]` tables and the `[gate.NAME]` tables that they are made of."""
    file = read_toml(path)
    found: list[tuple[KeyPath, str]] = [
        ((key,), f"unknown key {key!r}; tables are named [criterion.NAME] or [gate.NAME].{near(key, _KEYS)}")
        for key in file.table
        if key not in _KEYS
    ]
    gates = gates_of(file.table, ("gate",), found)
    tables = file.table.get("criterion", {})
    declared = file.table.get("gate")
    names = tuple(declared) if isinstance(declared, dict) else ()
    criteria = _criteria_of(tables, names, found)
    used = {name for one in criteria for name in one.gates}
    found += [
        (
            ("gate", name),
            f"gate {name!r}: no criterion names it, so nobody would see it; remove it or name it",
        )
        for name in names
        if name not in used
    ]
    file.raise_if_any(found)
    return CriteriaFile(
        gate_file=GateFile(path=file.name, sha256=file.sha256, gates=gates), criteria=tuple(criteria)
    )


def decide_criteria(
    criteria: Sequence[Criterion], decisions: Sequence[GateDecision]
) -> tuple[CriterionDecision, ...]:
    """Return each criterion's decision from those of its gates; a dry run proves nothing."""
    by_name = {one.gate: one for one in decisions}
    return tuple(_decided(one, [by_name[name] for name in one.gates]) for one in criteria)


def fold_criteria(decided: Sequence[CriterionDecision]) -> Decision:
    """Return the worst decision of all criteria."""
    return worst(one.decision for one in decided)


def _decided(criterion: Criterion, gates: Sequence[GateDecision]) -> CriterionDecision:
    decision = fold_decisions(gates)
    weighing = [one.reason for one in gates if one.decision is decision and not one.dry_run]
    return CriterionDecision(
        criterion=criterion.name,
        says=criterion.says,
        decision=decision,
        reason=" ".join(weighing) or "All of its gates are dry runs, which prove nothing.",
        gates=criterion.gates,
    )


def _criteria_of(tables: Any, gates: Sequence[str], found: list[tuple[KeyPath, str]]) -> list[Criterion]:
    if not isinstance(tables, dict):
        found.append(
            (("criterion",), f"criterion must hold tables named [criterion.NAME], not {shown(tables)}")
        )
        return []
    if not tables and not found:
        found.append(((), "no criterion: nothing would be answered"))
    many = too_many(tables, "criterion")
    if many:
        found.append((("criterion",), many))
        return []
    criteria = []
    for name, table in tables.items():
        complaints = Complaints(name, noun="criterion")
        if not re.fullmatch(NAME_PATTERN, name):
            complaints.say((), "a name has 1 to 64 letters, digits, dots, dashes or underscores")
        values = read_fields(FIELDS, table, (), complaints)
        chosen = values.get("gates") or ()
        for gate in chosen:
            if gate not in gates:
                complaints.say(
                    ("gates",), f"name {gate!r}, and there is no such gate in this file.{near(gate, gates)}"
                )
        if len(set(chosen)) < len(chosen):
            complaints.say(("gates",), "name a gate twice")
        found.extend((("criterion", name, *at), words) for at, words in complaints.found)
        criteria.append(Criterion(name=name, says=values.get("says") or "", gates=tuple(chosen)))
    return criteria
