"""Make steps of what a file says, with every expression compiled against the types that are known there."""

from collections.abc import Mapping
from typing import Any, Final

from autobiz_kernel.errors import CallError
from autobiz_kernel.expressions import ANYTHING, Expression, ExpressionError, Scope, Shape, leaves_of
from autobiz_kernel.graphs import (
    Call,
    CallStep,
    Choice,
    ChooseStep,
    EndStep,
    ExpectStep,
    Retry,
    RunStep,
    Step,
    Template,
    WaitStep,
    folded,
)
from autobiz_kernel.json_schema import Validator, compile_schema

from .complaint import CompileCode
from .desk import Desk, parts_of
from .file import StepEntry, WorkflowEntry
from .reading import Way

# What belongs to a step of each kind: what it needs, and what it may have besides.
_KINDS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "call": (frozenset({"next"}), frozenset({"arguments", "retry", "undo", "on_error"})),
    "choose": (frozenset({"otherwise"}), frozenset()),
    "wait_ms": (frozenset({"next"}), frozenset()),
    "expect": (frozenset({"next", "within_ms", "on_timeout"}), frozenset({"key", "payload"})),
    "run": (frozenset({"next"}), frozenset({"input", "each", "at_most", "on_error"})),
    "end": (frozenset(), frozenset({"reason"})),
}
# Stands for an expression that was complained of already, so that the rest can be looked at.
_UNREADABLE: Final = Expression(text="", type="DYN", used=(), names={}, made=None)
_ALWAYS: Final = frozenset({"visits_max"})


class StepMaker:
    """Makes the steps of one workflow."""

    def __init__(self, desk: Desk, name: str, entry: WorkflowEntry) -> None:
        self._desk, self._entry = desk, entry
        self._way: Way = ("workflows", name)
        self.shapes = {step: self._result(each) for step, each in entry.steps.items()}
        self._names = dict(leaves_of(entry.input, "input"))
        for step, shape in self.shapes.items():
            if shape is not None:
                self._names.update(leaves_of(shape, f"steps.{step}"))
        self._scope = Scope(self._names)
        self._item_scope: Scope | None = None

    def steps(self) -> dict[str, Step]:
        """Make all steps that can be made."""
        made = {name: self._step(name, entry) for name, entry in self._entry.steps.items()}
        return {name: step for name, step in made.items() if step is not None}

    def template(self, value: Any, way: Way, *, with_item: bool = False) -> Template:
        """Compile the expressions in a value, and mark its parts that have none."""
        return folded(self._template(value, way, with_item=with_item))

    def _template(self, value: Any, way: Way, *, with_item: bool = False) -> Template:
        """`==` at the beginning of a text stands for one `=`."""
        if isinstance(value, str) and value.startswith("="):
            if value.startswith("=="):
                return value[1:]
            return self._expression(value[1:], way, with_item=with_item)
        if isinstance(value, dict):
            return {
                name: self._template(each, (*way, name), with_item=with_item) for name, each in value.items()
            }
        if isinstance(value, list):
            return [
                self._template(each, (*way, index), with_item=with_item) for index, each in enumerate(value)
            ]
        return value

    def _result(self, entry: StepEntry) -> Shape | None:
        if entry.call is not None:
            contract = self._desk.contract_of(entry.call)
            return ANYTHING if contract is None else contract.output_schema
        if entry.expect is not None:
            return entry.payload or ANYTHING
        if entry.run is not None:
            one = self._desk.outputs.get(entry.run, ANYTHING)
            return one if entry.each is None else {"type": "array", "items": one}
        return None

    def _step(self, name: str, entry: StepEntry) -> Step | None:
        way = (*self._way, "steps", name)
        kind = self._kind(entry, way)
        if kind is None:
            return None
        shared: dict[str, Any] = {"name": name, "visits_max": entry.visits_max}
        if kind == "call":
            return self._call_step(entry, way, shared)
        if kind == "run":
            return self._run_step(entry, way, shared)
        if kind == "expect":
            return ExpectStep(
                event=str(entry.expect),
                key=self.template(entry.key, (*way, "key")),
                within_ms=entry.within_ms or 0,
                on_timeout=str(entry.on_timeout),
                next=str(entry.next),
                takes=self._payload(entry, way),
                **shared,
            )
        return self._still_step(kind, entry, way, shared)

    def _payload(self, entry: StepEntry, way: Way) -> Validator | None:
        try:
            return None if entry.payload is None else compile_schema(entry.payload, name="payload")
        except CallError as error:
            self._desk.complain(CompileCode.SHAPE, (*way, "payload"), str(error))
            return None

    def _still_step(self, kind: str, entry: StepEntry, way: Way, shared: dict[str, Any]) -> Step:
        """Make a step that neither calls nor runs anything."""
        if kind == "choose":
            choices = [
                Choice(when=self._condition(each.when, (*way, "choose", index, "when")), next=each.next)
                for index, each in enumerate(entry.choose or ())
            ]
            return ChooseStep(choices=tuple(choices), otherwise=str(entry.otherwise), **shared)
        if kind == "wait_ms":
            return WaitStep(wait_ms=entry.wait_ms or 0, next=str(entry.next), **shared)
        return EndStep(completes=entry.end == "completed", reason=entry.reason or "", **shared)

    def _call_step(self, entry: StepEntry, way: Way, shared: dict[str, Any]) -> CallStep:
        retry = entry.retry
        undo = entry.undo
        return CallStep(
            call=self._call(str(entry.call), entry.arguments or {}, (*way, "arguments")),
            next=str(entry.next),
            retry=Retry(**retry.model_dump()) if retry else Retry(),
            on_error={str(kind): to for kind, to in (entry.on_error or {}).items()},
            undo=None
            if undo is None or undo.call is None
            else self._call(undo.call, undo.arguments, (*way, "undo", "arguments")),
            **shared,
        )

    def _run_step(self, entry: StepEntry, way: Way, shared: dict[str, Any]) -> RunStep:
        each = None if entry.each is None else self._expression(entry.each.removeprefix("="), (*way, "each"))
        if entry.each is not None and entry.at_most is None:
            self._desk.complain(CompileCode.SHAPE, way, "runs for each item, so it needs at_most")
        if each is not None and not each.type.startswith(("LIST", "DYN")):
            self._desk.complain(CompileCode.EXPRESSION, (*way, "each"), f"gives {each.type} and no list")
        return RunStep(
            workflow=str(entry.run),
            input=self.template(entry.input or {}, (*way, "input"), with_item=entry.each is not None),
            next=str(entry.next),
            each=each,
            at_most=entry.at_most or 1,
            on_error={str(kind): to for kind, to in (entry.on_error or {}).items()},
            **shared,
        )

    def _call(self, reference: str, arguments: dict[str, Any], way: Way) -> Call:
        tool, operation, version = parts_of(reference)
        return Call(tool=tool, operation=operation, version=version, arguments=self.template(arguments, way))

    def _kind(self, entry: StepEntry, way: Way) -> str | None:
        given = {name for name in entry.model_fields_set if getattr(entry, name) is not None}
        kinds = sorted(given & _KINDS.keys())
        if len(kinds) != 1:
            said = f"says {' and '.join(kinds)}" if kinds else "says nothing that could be done"
            self._desk.complain(CompileCode.SHAPE, way, f"{said}; a step is one of {', '.join(_KINDS)}")
            return None
        kind = kinds[0]
        needed, allowed = _KINDS[kind]
        # What a step with `expect` waits for has its own timeout; `key` may well be given as null.
        for name in sorted(needed - given):
            self._desk.complain(CompileCode.SHAPE, way, f"a step with {kind} needs {name}")
        for name in sorted(given - needed - allowed - _ALWAYS - {kind}):
            self._desk.complain(CompileCode.SHAPE, (*way, name), f"does not belong to a step with {kind}")
        return kind if needed <= given else None

    def _condition(self, text: str, way: Way) -> Expression:
        made = self._expression(text, way)
        if made.type not in ("BOOL", "DYN"):
            self._desk.complain(CompileCode.EXPRESSION, way, f"gives {made.type} and is no condition")
        return made

    def _expression(self, text: str, way: Way, *, with_item: bool = False) -> Expression:
        if with_item and self._item_scope is None:
            self._item_scope = Scope(self._names | {"item": "DYN", "index": "INT"})
        scope = self._item_scope if with_item and self._item_scope is not None else self._scope
        try:
            return scope.compile(text.strip())
        except ExpressionError as error:
            self._desk.complain(CompileCode.EXPRESSION, way, str(error))
            return _UNREADABLE
