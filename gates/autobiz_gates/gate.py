"""What every gate has, whatever its kind."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from .entry import PRIORITIES, RUNS_MAX
from .fields import Field, flag, mark_expression, texts, whole
from .selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A named bar for the cases it selects."""

    kind: ClassVar[str]

    name: str
    selection: Selection = field(default_factory=Selection)
    runs: int = 3
    dry_run: bool = False


SELECTION_FIELDS: Final = (
    texts("suite", "Only cases of this suite, or of one of these."),
    texts("priority", "Only cases of this priority, or of one of these.", options=PRIORITIES),
    texts("requirement", "Only cases that cover this requirement, or one of these."),
    texts("workflow", "Only cases of this workflow, or of one of these."),
    mark_expression(
        "marks", "Only cases whose mark names satisfy this expression of and, or, not, brackets."
    ),
)

DRY_RUN: Final = flag("dry_run", "Report the decision but never let it block a deploy.")

GATE_FIELDS: Final[tuple[Field, ...]] = (
    *SELECTION_FIELDS,
    whole("runs", "How many runs the decision needs; fewer leave it undecided.", least=1, most=RUNS_MAX),
    DRY_RUN,
)


def selection_of(values: dict[str, Any]) -> dict[str, Any]:
    """Return a gate's values with the selection's keys folded into one selection."""
    names = {one.name for one in SELECTION_FIELDS}
    criteria = {name: value for name, value in values.items() if name in names}
    others = {name: value for name, value in values.items() if name not in names}
    return {**others, "selection": Selection(**criteria)}
