"""Check the ways through a workflow: names, ends, cycles, what is undone, what an error path forgets."""

from collections.abc import Iterator, Mapping
from typing import Final

from autobiz_kernel.contract import Recovery
from autobiz_kernel.expressions import Expression, Shape
from autobiz_kernel.graphs import (
    CallStep,
    ChooseStep,
    EndStep,
    ExpectStep,
    Graph,
    RunStep,
    Step,
    always_done,
    cycles_without_bound,
    expressions_of,
    may_escape,
    reachable,
    ways_from,
)

from .complaint import CompileCode
from .desk import Desk
from .file import WorkflowEntry
from .fitting import misfits

# As many characters as the books take for a place.
PLACE_MAX: Final = 120


def longest_place(graph: Graph, lengths: Mapping[str, int]) -> int:
    """Return how long the name of a place may become, those in workflows that are run included."""
    longest = len("/undo:1000")
    for name, step in graph.steps.items():
        length = len(f"/{name}:{step.visits_max}")
        if isinstance(step, RunStep):
            length += len(f".{step.at_most}") + lengths.get(step.workflow, 0)
        longest = max(longest, length)
    return longest


def check_ways(desk: Desk, graph: Graph, entry: WorkflowEntry, shapes: Mapping[str, Shape | None]) -> None:
    """Check one workflow of which every step could be made."""
    if not _check_names(desk, graph):
        return
    way = ("workflows", graph.name, "steps")
    alive = reachable(graph, graph.start)
    for name in sorted(graph.steps.keys() - alive):
        desk.complain(CompileCode.UNREACHABLE, (*way, name), "no way leads here")
    for cycle in cycles_without_bound(graph):
        words = f"{' > '.join((*cycle, cycle[0]))} may turn for ever; give one of them visits_max"
        desk.complain(CompileCode.CYCLE, (*way, cycle[0]), words)
    for name in sorted(alive):
        if not any(isinstance(graph.steps[to], EndStep) for to in reachable(graph, name)):
            desk.complain(CompileCode.ENDLESS, (*way, name), "no end can be reached from here")
    roots = {"input": entry.input} | {
        f"steps.{name}": shape for name, shape in shapes.items() if shape is not None
    }
    for name in sorted(alive):
        step = graph.steps[name]
        if isinstance(step, CallStep):
            _check_call(desk, graph, step, entry, roots)
        if isinstance(step, RunStep):
            _check_run(desk, graph, step, roots)
    _check_values(desk, graph)


def _check_names(desk: Desk, graph: Graph) -> bool:
    way = ("workflows", graph.name)
    before = len(desk.complaints)
    if graph.start not in graph.steps:
        desk.complain(CompileCode.NAME, (*way, "start"), f"no step {graph.start!r}")
    for name, step in graph.steps.items():
        for word, to in ways_from(step):
            if to not in graph.steps:
                words = f"leads to {to!r}, which is no step{f' ({word})' if word else ''}"
                desk.complain(CompileCode.NAME, (*way, "steps", name), words)
        if isinstance(step, RunStep) and step.workflow not in desk.file.workflows:
            desk.complain(CompileCode.NAME, (*way, "steps", name, "run"), f"no workflow {step.workflow!r}")
    return len(desk.complaints) == before


def _check_call(
    desk: Desk, graph: Graph, step: CallStep, entry: WorkflowEntry, roots: Mapping[str, Shape]
) -> None:
    way = ("workflows", graph.name, "steps", step.name)
    said = entry.steps[step.name]
    contract = desk.contract_of(step.call.reference)
    if contract is None:
        return
    for where, words in misfits(step.call.arguments, contract.input_schema, roots):
        desk.complain(CompileCode.ARGUMENTS, (*way, "arguments", *where.split(".")), f"{where} {words}")
    if not contract.effect_class.is_effect:
        return
    if said.undo is None or (said.undo.call is None) == (said.undo.none is None):
        desk.complain(
            CompileCode.UNDO,
            (*way, "undo"),
            f"{step.call.reference} changes the world: say `undo: {{call: ...}}`, or `undo: {{none: why}}`",
        )
    if step.undo is not None:
        undoing = desk.contract_of(step.undo.reference)
        if undoing is not None:
            for where, words in misfits(step.undo.arguments, undoing.input_schema, roots):
                place = (*way, "undo", "arguments", *where.split("."))
                desk.complain(CompileCode.ARGUMENTS, place, f"{where} {words}")
    target = step.on_error.get("doubt")
    if target is not None and _forgets(graph, step, target):
        recovery = "" if contract.recovery is Recovery.UNREPEATABLE else " although it could be found out"
        desk.complain(
            CompileCode.DOUBT,
            (*way, "on_error"),
            f"doubt leads to {target} and on to a good end without asking for {step.call.tool}."
            f"{step.call.operation} again: the effect may yet have happened and is forgotten{recovery}",
        )


def _forgets(graph: Graph, step: CallStep, target: str) -> bool:
    same = {
        name
        for name, other in graph.steps.items()
        if isinstance(other, CallStep)
        and (other.call.tool, other.call.operation) == (step.call.tool, step.call.operation)
    }
    return may_escape(graph, target, barred=same)


def _check_run(desk: Desk, graph: Graph, step: RunStep, roots: Mapping[str, Shape]) -> None:
    way = ("workflows", graph.name, "steps", step.name)
    asked = desk.file.workflows.get(step.workflow)
    if asked is None:
        return
    for where, words in misfits(step.input, asked.input, roots):
        desk.complain(CompileCode.ARGUMENTS, (*way, "input", *where.split(".")), f"{where} {words}")


def _check_values(desk: Desk, graph: Graph) -> None:
    before = always_done(graph)
    for name, done in before.items():
        step = graph.steps[name]
        for expression in _expressions_of(step):
            _check_used(desk, graph, name, expression, done)
        if isinstance(step, CallStep) and step.undo is not None:
            for expression in expressions_of(step.undo.arguments):
                _check_used(desk, graph, name, expression, done | {name})
        if isinstance(step, EndStep) and step.completes:
            for expression in expressions_of(graph.output):
                _check_used(desk, graph, name, expression, done)


def _check_used(desk: Desk, graph: Graph, name: str, expression: Expression, done: frozenset[str]) -> None:
    for used in expression.used:
        root, _, rest = used.partition(".")
        needed = rest.partition(".")[0]
        if root == "steps" and needed not in done:
            way = ("workflows", graph.name, "steps", name)
            words = (
                f"{expression.text} needs the result of {needed}, which is not there on every way to {name}"
            )
            desk.complain(CompileCode.VALUE, way, words)


def _expressions_of(step: Step) -> Iterator[Expression]:
    match step:
        case CallStep():
            yield from expressions_of(step.call.arguments)
        case ChooseStep():
            yield from (choice.when for choice in step.choices)
        case ExpectStep():
            yield from expressions_of(step.key)
        case RunStep():
            yield from expressions_of([step.input, step.each])
