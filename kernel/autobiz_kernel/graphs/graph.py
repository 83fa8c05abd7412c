"""The kinds of steps that a workflow is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from autobiz_kernel.contract import Json
from autobiz_kernel.expressions import Expression
from autobiz_kernel.json_schema import Validator

from .template import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often a call is tried in all, and the pause between: doubling, with jitter from the seed."""

    attempts: int = 1
    base_ms: int = 500
    cap_ms: int = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One operation of a tool, with its arguments."""

    tool: str
    operation: str
    version: str
    arguments: Template

    @property
    def reference(self) -> str:
        return f"{self.tool}.{self.operation}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """Call a tool. `on_error` says where to go for a kind of failure; `undo` is done if all fails."""

    name: str
    call: Call
    next: str
    retry: Retry = field(default_factory=Retry)
    on_error: Mapping[str, str] = field(default_factory=dict)
    undo: Call | None = None
    visits_max: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Where to go under a condition."""

    when: Expression
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseStep:
    """Go where the first condition that holds says; one that cannot be judged fails the step."""

    name: str
    choices: tuple[Choice, ...]
    otherwise: str
    visits_max: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStep:
    """Wait for a time."""

    name: str
    wait_ms: int
    next: str
    visits_max: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectStep:
    """Wait for an event of this name and key, not for ever; one that `takes` does not fit is passed over."""

    name: str
    event: str
    key: Template
    within_ms: int
    on_timeout: str
    next: str
    takes: Validator | None = None
    visits_max: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStep:
    """Run another workflow, or one for each item of a list, and wait for all of them."""

    name: str
    workflow: str
    input: Template
    next: str
    each: Expression | None = None
    at_most: int = 1
    on_error: Mapping[str, str] = field(default_factory=dict)
    visits_max: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStep:
    """End the workflow; what fails undoes what it has done."""

    name: str
    completes: bool
    reason: str = ""
    visits_max: int = 1


Step: TypeAlias = CallStep | ChooseStep | WaitStep | ExpectStep | RunStep | EndStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """One workflow."""

    name: str
    start: str
    steps: Mapping[str, Step]
    input_schema: Json
    output: Template


def ways_from(step: Step) -> Iterator[tuple[str, str]]:
    """Every way out of a step: a word on the arrow, and where it leads."""
    match step:
        case CallStep() | RunStep():
            yield "", step.next
            yield from step.on_error.items()
        case ChooseStep():
            for choice in step.choices:
                yield choice.when.text, choice.next
            yield "otherwise", step.otherwise
        case WaitStep():
            yield f"after {step.wait_ms} ms", step.next
        case ExpectStep():
            yield step.event, step.next
            yield "timeout", step.on_timeout
        case EndStep():
            return
