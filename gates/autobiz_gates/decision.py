"""A gate's answer, and how answers fold into one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .figures import Figures


class Decision(StrEnum):
    """What a gate says. Only open lets a deploy pass; undecided is not a milder no but a lack of evidence."""

    OPEN = "open"
    UNDECIDED = "undecided"
    SHUT = "shut"


_BADNESS = {Decision.OPEN: 0, Decision.UNDECIDED: 1, Decision.SHUT: 2}


def worst(decisions: Iterable[Decision]) -> Decision:
    """Return the worst of the decisions; of none at all, undecided."""
    return max(decisions, key=_BADNESS.__getitem__, default=Decision.UNDECIDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that must hold for a gate to open, and what would make it hold."""

    name: str
    decision: Decision
    reason: str
    clean_trials_more: int | None = None
    clean_cases_more: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "decision": str(self.decision),
            "reason": self.reason,
            "clean_trials_more": self.clean_trials_more,
            "clean_cases_more": self.clean_cases_more,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """What a gate decided, why, and every number it was decided from.

    A gate that looks at something else than trials has no figures: `asked` and `seen` say it in words.
    """

    gate: str
    kind: str
    decision: Decision
    dry_run: bool
    reason: str
    conditions: tuple[Condition, ...]
    figures: Figures | None
    asked: str = ""
    seen: str = ""

    @property
    def blocks(self) -> bool:
        """Whether this decision alone keeps a deploy from happening."""
        return not self.dry_run and self.decision is not Decision.OPEN

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, keys always in this order."""
        return {
            "gate": self.gate,
            "kind": self.kind,
            "decision": str(self.decision),
            "dry_run": self.dry_run,
            "blocks": self.blocks,
            "reason": self.reason,
            "asked": self.asked,
            "seen": self.seen,
            "conditions": [condition.to_dict() for condition in self.conditions],
            "figures": None if self.figures is None else self.figures.to_dict(),
        }


def fold_decisions(decisions: Iterable[GateDecision]) -> Decision:
    """Return the worst decision of the gates that can block; without such a gate nothing is decided."""
    return worst(one.decision for one in decisions if not one.dry_run)


def deploy_allowed(decisions: Iterable[GateDecision]) -> bool:
    """Return whether a deploy may happen: at least one gate can block, and each of those is open."""
    return fold_decisions(decisions) is Decision.OPEN
