"""Compile a business: every check at once, and only if all are content a frozen value with a digest."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from pydantic import ValidationError

from autobiz_kernel.budget import BoundsConfig
from autobiz_kernel.canonical import canonical
from autobiz_kernel.contract import ToolContract
from autobiz_kernel.errors import CallError, CanonicalError, KernelError
from autobiz_kernel.graphs import CallStep, Graph
from autobiz_kernel.json_schema import Validator, compile_schema
from autobiz_kernel.loop_detection import LoopConfig

from .complaint import CompileCode, Complaint
from .desk import Desk, Where, parts_of
from .file import BoundsEntry, BusinessFile
from .fitting import shape_of_template
from .law import bounds_of, check_law
from .pinning import Shelf, check_pins
from .reading import Read, read_text
from .steps import StepMaker
from .ways import PLACE_MAX, check_ways, longest_place


class CompileError(KernelError):
    """A configuration does not compile; `complaints` are all that is wrong with it."""

    def __init__(self, complaints: Iterable[Complaint], file: str) -> None:
        self.complaints = tuple(sorted(complaints))
        super().__init__("\n".join(each.told(file) for each in self.complaints))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A business that may run: `body` is the canonical text of all that it says, and `sha256` its digest."""

    body: bytes
    sha256: bytes
    file: BusinessFile = field(repr=False)
    graphs: Mapping[str, Graph] = field(repr=False)
    inputs: Mapping[str, Validator] = field(repr=False)
    contracts: Mapping[Where, ToolContract] = field(repr=False)

    def __post_init__(self) -> None:
        if hashlib.sha256(self.body).digest() != self.sha256:
            raise KernelError("the configuration is not the one that was compiled; compile it anew")

    def bounds_of(self, workflow: str) -> BoundsConfig:
        """Return what one run of a workflow may use; declared retries are no loops."""
        entry = self.file.workflows[workflow]
        caps = {name: value or 1 for name, value in bounds_of(self.file.bounds, entry.bounds).items()}
        said = entry.bounds or self.file.bounds or BoundsEntry()
        loops = LoopConfig(turns_max=said.turns_max, polling=self._retried(said.turns_max) | said.polling)
        return BoundsConfig(**caps, loops=loops)

    def _retried(self, turns: int) -> dict[str, int]:
        """How often each tool may be asked the same in a row: as declared, once held, once found busy."""
        polling: dict[str, int] = {}
        for graph in self.graphs.values():
            for step in graph.steps.values():
                if isinstance(step, CallStep) and step.retry.attempts > 1:
                    name = f"{step.call.tool}.{step.call.operation}"
                    polling[name] = max(turns, step.retry.attempts + 2, polling.get(name, 0))
        return polling


def compile_business(
    text: str, contracts: Iterable[ToolContract], *, file: str = "business.yaml", shelf: Shelf | None = None
) -> Compiled:
    """Compile, or raise with everything that is wrong; `shelf` is where the pins' prompts and prices are."""
    registry = {(each.name, each.operation, each.version): each for each in contracts}
    read = read_text(text)
    found = [
        Complaint(line=line, code=CompileCode.FILE, where="the file", words=words)
        for line, words in read.complaints
    ]
    said, complaints = _said(read) if not found else (None, found)
    if said is None:
        raise CompileError(complaints, file)
    desk = Desk(file=said, read=read, contracts=registry)
    check_law(desk)
    check_pins(desk, shelf)
    graphs, inputs = _graphs(desk)
    if desk.complaints:
        raise CompileError(desk.complaints, file)
    body = _body(desk)
    return Compiled(
        body=body,
        sha256=hashlib.sha256(body).digest(),
        file=said,
        graphs=graphs,
        inputs=inputs,
        contracts={where: registry[where] for where in (parts_of(use.tool) for use in said.tools)},
    )


def _said(read: Read) -> tuple[BusinessFile | None, list[Complaint]]:
    try:
        # As JSON, because that is what the strict reading of lists and ids is defined for.
        return BusinessFile.model_validate_json(orjson.dumps(read.data)), []
    except ValidationError as error:
        return None, [
            Complaint(
                line=read.line_of(tuple(each["loc"])),
                code=CompileCode.SHAPE,
                where=".".join(str(part) for part in each["loc"]) or "the file",
                words=_plain(each["msg"]),
            )
            for each in error.errors(include_url=False)
        ]
    except (orjson.JSONEncodeError, TypeError) as error:
        return None, [Complaint(line=1, code=CompileCode.FILE, where="the file", words=str(error))]


def _plain(message: str) -> str:
    return {
        "Extra inputs are not permitted": "is not known here; see the reference for what is",
        "Field required": "is missing",
    }.get(message, message[:1].lower() + message[1:])


def _graphs(desk: Desk) -> tuple[dict[str, Graph], dict[str, Validator]]:
    graphs: dict[str, Graph] = {}
    inputs: dict[str, Validator] = {}
    lengths: dict[str, int] = {}
    for name in _in_order(desk):
        entry = desk.file.workflows[name]
        maker = StepMaker(desk, name, entry)
        steps = maker.steps()
        output = maker.template(entry.output, ("workflows", name, "output"))
        graph = Graph(name=name, start=entry.start, steps=steps, input_schema=entry.input, output=output)
        if len(steps) == len(entry.steps):
            check_ways(desk, graph, entry, maker.shapes)
        roots = {"input": entry.input} | {
            f"steps.{step}": shape for step, shape in maker.shapes.items() if shape is not None
        }
        desk.outputs[name] = shape_of_template(output, roots)[0]
        try:
            inputs[name] = compile_schema(entry.input, name="input")
        except CallError as error:
            desk.complain(CompileCode.SHAPE, ("workflows", name, "input"), str(error))
        graphs[name] = graph
        lengths[name] = longest_place(graph, lengths)
        if lengths[name] + 1 > PLACE_MAX:
            words = f"a place in it would have a name of {lengths[name] + 1} characters, {PLACE_MAX} at most"
            desk.complain(CompileCode.SHAPE, ("workflows", name), f"{words}; use shorter names")
    return graphs, inputs


def _in_order(desk: Desk) -> tuple[str, ...]:
    """Workflows that are run by others come first; those that run themselves are complained of."""
    asks = {
        name: sorted({step.run for step in entry.steps.values() if step.run} & desk.file.workflows.keys())
        for name, entry in desk.file.workflows.items()
    }
    order: dict[str, None] = {}
    rest = sorted(asks)
    while rest:
        ready = [name for name in rest if all(each in order for each in asks[name])]
        if not ready:
            for name in rest:
                if _comes_back(asks, name):
                    words = "runs itself, at last; workflows call others only downwards"
                    desk.complain(CompileCode.RECURSION, ("workflows", name), words)
            ready = rest
        order.update(dict.fromkeys(ready))
        rest = [name for name in rest if name not in order]
    return tuple(order)


def _comes_back(asks: Mapping[str, list[str]], name: str) -> bool:
    seen: set[str] = set()
    open_ = list(asks[name])
    while open_:
        each = open_.pop()
        if each == name:
            return True
        if each not in seen:
            seen.add(each)
            open_.extend(asks[each])
    return False


def _body(desk: Desk) -> bytes:
    """Write down all that was said, with every default and the digest of every contract."""
    said: dict[str, Any] = orjson.loads(desk.file.model_dump_json(by_alias=True))
    for use in said["tools"]:
        use["sha256"] = desk.contracts[parts_of(use["tool"])].sha256()
    try:
        return canonical(said, name="configuration")
    except CanonicalError as error:
        raise CompileError(
            [Complaint(line=1, code=CompileCode.FILE, where="the file", words=str(error))], "the file"
        ) from error
