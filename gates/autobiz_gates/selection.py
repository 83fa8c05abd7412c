"""Which cases a gate looks at."""

from dataclasses import dataclass
from typing import Protocol

from .marks import MarkExpression


class Selectable(Protocol):
    """What is known of a case, a planned one and a trial alike."""

    @property
    def suite(self) -> str | None: ...
    @property
    def priority(self) -> str | None: ...
    @property
    def requirements(self) -> tuple[str, ...]: ...
    @property
    def workflow(self) -> str | None: ...
    @property
    def marks(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Every criterion that is given must match; within one criterion any of its values will do."""

    suite: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    requirement: tuple[str, ...] = ()
    workflow: tuple[str, ...] = ()
    marks: MarkExpression | None = None

    def picks(self, case: Selectable) -> bool:
        return (
            (not self.suite or case.suite in self.suite)
            and (not self.priority or case.priority in self.priority)
            and (not self.requirement or not set(self.requirement).isdisjoint(case.requirements))
            and (not self.workflow or case.workflow in self.workflow)
            and (self.marks is None or self.marks.holds(case.marks))
        )

    def __str__(self) -> str:
        given = [
            f"{name} {' or '.join(values)}"
            for name, values in (
                ("suite", self.suite),
                ("priority", self.priority),
                ("requirement", self.requirement),
                ("workflow", self.workflow),
            )
            if values
        ]
        if self.marks is not None:
            given.append(f"marks {self.marks.text!r}")
        return ", ".join(given) or "every case"
