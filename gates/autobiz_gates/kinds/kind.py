"""What a kind of gate brings along: its keys, how they become a gate, and how it decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from autobiz_gates.decision import Condition, Decision, GateDecision, worst
from autobiz_gates.fields import Complaints, Field
from autobiz_gates.figures import Figures
from autobiz_gates.gate import Gate, selection_of
from autobiz_gates.given import Given

G = TypeVar("G", bound=Gate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[G]):
    """One kind of gate. A new kind is one module with one of these, and one line in `registry.py`.

    `rules` says in JSON Schema what `build` checks between keys.
    """

    name: str
    doc: str
    fields: tuple[Field, ...]
    build: Callable[[str, dict[str, Any], Complaints], G | None]
    judge: Callable[[G, Given], GateDecision]
    rules: Mapping[str, Any] = field(default_factory=dict)


def builder_of(gate: type[G]) -> Callable[[str, dict[str, Any], Complaints], G | None]:
    """Return how a kind without rules between its keys becomes a gate: as soon as nothing is wrong."""

    def build(name: str, values: dict[str, Any], complaints: Complaints) -> G | None:
        return None if complaints.found else gate(name=name, **selection_of(values))

    return build


def decision_of(
    gate: Gate, conditions: list[Condition], figures: Figures | None, when_open: str, *, asked: str, seen: str
) -> GateDecision:
    """Return the worst of a gate's conditions, with the reasons that weigh as much."""
    decision = worst(condition.decision for condition in conditions)
    blame = [condition.reason for condition in conditions if condition.decision is decision]
    reason = when_open if decision is Decision.OPEN else "; ".join(blame)
    return GateDecision(
        gate=gate.name,
        kind=gate.kind,
        decision=decision,
        dry_run=gate.dry_run,
        reason=f"{gate.name} is {decision}: {reason}.",
        conditions=tuple(conditions),
        figures=figures,
        asked=asked,
        seen=seen,
    )
