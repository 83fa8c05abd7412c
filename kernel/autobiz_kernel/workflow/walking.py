"""Walk through a workflow: enter steps, go on past all that neither calls nor waits, end, fail, and undo."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from autobiz_kernel.business import Compiled
from autobiz_kernel.canonical import canonical
from autobiz_kernel.expressions import Failure
from autobiz_kernel.graphs import CallStep, ChooseStep, EndStep, ExpectStep, RunStep, Step, WaitStep, filled

from .frames import DONE, FAILED, ON, ROOT, UNDO, Frame, State, frame_of, known_in, new_frame, path_of
from .words import FailureKind


class Walk:
    """One move of one state; `now_ms` is the moment of this move."""

    def __init__(self, compiled: Compiled, state: State, *, now_ms: int) -> None:
        self.graphs = compiled.graphs
        self.now_ms = now_ms
        # Only what moves in place is copied; all else is replaced whole, and so can be shared.
        self.state: State = {**state, "clock": now_ms}
        if "frames" in state:
            self.state["frames"] = {key: _own(frame) for key, frame in state["frames"].items()}
        # Where frames are about to go; a queue, because a workflow may turn a thousand times at once.
        self._ahead: deque[tuple[str, str]] = deque()

    def settle(self) -> None:
        """Go on until every frame calls, waits or has ended."""
        while self._ahead:
            self._go(*self._ahead.popleft())

    def step_of(self, frame: Frame) -> Step:
        return self.graphs[frame["workflow"]].steps[frame["at"]]

    def enter(self, key: str, name: str) -> None:
        """Let a frame go to a step next."""
        self._ahead.append((key, name))

    def _go(self, key: str, name: str) -> None:
        frame = self.state["frames"][key]
        while True:
            frame["at"] = name
            for left in ("wait", "tries", "yes", "word"):
                frame.pop(left, None)
            step = self.graphs[frame["workflow"]].steps[name]
            visits = frame["visits"].get(name, 0) + 1
            if visits > step.visits_max:
                words = f"would be visited more than {step.visits_max} times"
                return self.fail(key, FailureKind.INTERNAL, "VISITS", f"{name} {words}")
            frame["visits"][name] = visits
            if not isinstance(step, ChooseStep):
                return self._arrive(key, frame, step)
            chosen = self._choice(frame, step)
            if isinstance(chosen, Failure):
                return self.fail(key, FailureKind.VALIDATION, "EXPRESSION", f"{name}: {chosen.reason}")
            name = chosen

    def _choice(self, frame: Frame, step: ChooseStep) -> str | Failure:
        known = known_in(frame)
        for choice in step.choices:
            told = choice.when.holds(known)
            if isinstance(told, Failure):
                return told
            if told:
                return choice.next
        return step.otherwise

    def _arrive(self, key: str, frame: Frame, step: Step) -> None:
        match step:
            case WaitStep():
                frame["wait"] = {"for": "time", "due": self.now_ms + step.wait_ms}
            case ExpectStep():
                asked = filled(step.key, known_in(frame))
                if isinstance(asked, Failure):
                    return self.fail(
                        key, FailureKind.VALIDATION, "EXPRESSION", f"{step.name}: {asked.reason}"
                    )
                due = self.now_ms + step.within_ms
                frame["wait"] = {"for": "event", "event": step.event, "key": _key(asked), "due": due}
            case RunStep():
                self._run(key, frame, step)
            case EndStep():
                self._end(key, frame, step)
            case CallStep():
                told = filled(step.call.arguments, known_in(frame))
                if isinstance(told, Failure):
                    self.give_up(
                        key, frame, step.on_error, FailureKind.VALIDATION, "EXPRESSION",
                        f"{step.name}: {told.reason}",
                    )  # fmt: skip
        return None

    def _run(self, key: str, frame: Frame, step: RunStep) -> None:
        known = known_in(frame)
        items: Any = [None] if step.each is None else step.each.value(known)
        if not isinstance(items, list):
            why = items.reason if isinstance(items, Failure) else "is no list"
            return self.give_up(
                key, frame, step.on_error, FailureKind.VALIDATION, "EXPRESSION", f"{step.name}: {why}"
            )
        if len(items) > step.at_most:
            words = f"{step.name}: {len(items)} items, {step.at_most} at most"
            return self.give_up(key, frame, step.on_error, FailureKind.VALIDATION, "AT_MOST", words)
        given: list[Any] = []
        for index, item in enumerate(items):
            more = {} if step.each is None else {"item": item, "index": index}
            told = filled(step.input, known | more)
            if isinstance(told, Failure):
                return self.give_up(
                    key,
                    frame,
                    step.on_error,
                    FailureKind.VALIDATION,
                    "EXPRESSION",
                    f"{step.name}: {told.reason}",
                )
            given.append(told)
        if not items:
            frame["steps"][step.name] = [[]]
            return self.enter(key, step.next)
        path = path_of(key, frame)
        frame["wait"] = {"for": "children", "count": len(items)}
        graph = self.graphs[step.workflow]
        children = [f"{path}.{index}" for index in range(len(items))]
        for child, its in zip(children, given, strict=True):
            self.state["frames"][child] = new_frame(step.workflow, graph.start, its)
            self.enter(child, graph.start)
        return None

    def _end(self, key: str, frame: Frame, step: EndStep) -> None:
        if not step.completes:
            return self.fail(key, FailureKind.INTERNAL, "END", step.reason or step.name)
        output = filled(self.graphs[frame["workflow"]].output, known_in(frame))
        if isinstance(output, Failure):
            return self.fail(key, FailureKind.VALIDATION, "EXPRESSION", f"output: {output.reason}")
        frame["output"] = [output]
        frame["phase"] = DONE
        return self._over(key)

    def fail(self, key: str, kind: FailureKind, code: str, reason: str) -> None:
        """Fail a workflow: what it has done is undone, the latest first."""
        frame = self.state["frames"][key]
        frame.pop("wait", None)
        frame["failure"] = {"at": frame["at"], "kind": kind.value, "code": code, "reason": reason}
        self.undo_on(key, frame)

    def undo_on(self, key: str, frame: Frame) -> None:
        for left in ("wait", "tries", "yes", "word"):
            frame.pop(left, None)
        while frame["undo"] and "unsaid" in frame["undo"][-1]:
            entry = frame["undo"][-1]
            self.leave({"path": entry["path"], "code": "EXPRESSION", "reason": entry["unsaid"]})
            frame["undo"] = frame["undo"][:-1]
        frame["phase"] = UNDO if frame["undo"] else FAILED
        if frame["phase"] == FAILED:
            self._over(key)

    def leave(self, entry: dict[str, Any]) -> None:
        """Write down what could not be undone: people have to hear of it."""
        self.state["left"] = [*self.state.get("left", []), entry]

    def _over(self, key: str) -> None:
        """A workflow has ended: whoever ran it goes on when it was the last one."""
        if key == ROOT:
            return None
        path = key.rpartition(".")[0]
        parent_key = frame_of(path)
        frames = self.state["frames"]
        parent = frames[parent_key]
        step = self.step_of(parent)
        count = parent["wait"]["count"]
        children = [frames[f"{path}.{index}"] for index in range(count)]
        if not isinstance(step, RunStep) or any(child["phase"] in (ON, UNDO) for child in children):
            return None
        for index in range(count):
            del frames[f"{path}.{index}"]
        for child in children:
            # What has failed has undone itself; what is left of it is told with the run's end.
            parent["undo"] = parent["undo"] + (child["undo"] if child["phase"] == DONE else [])
        failed = [child for child in children if child["phase"] == FAILED]
        if failed:
            told = failed[0]["failure"]
            reason = (
                f"{len(failed)} of {count} failed, first at {told['at']}: {told['code']} {told['reason']}"
            )
            return self.give_up(parent_key, parent, step.on_error, FailureKind.CHILD, "CHILD", reason[:500])
        outputs = [child["output"][0] for child in children]
        parent["steps"][step.name] = [outputs if step.each is not None else outputs[0]]
        return self.enter(parent_key, step.next)

    def give_up(
        self, key: str, frame: Frame, on_error: Mapping[str, str], kind: FailureKind, code: str, reason: str
    ) -> None:
        """Take the error path that is named after the failure; without one the workflow fails."""
        if "cancelled" in self.state:
            # There is no way on any more, but back.
            return self.fail(key, kind, code, reason)
        to = on_error.get(kind.value)
        if to is None and kind is not FailureKind.DOUBT:
            to = on_error.get("any")
        if to is None:
            return self.fail(key, kind, code, reason)
        frame["error"] = {"at": frame["at"], "kind": kind.value, "code": code, "reason": reason}
        return self.enter(key, to)


def _own(frame: Frame) -> Frame:
    return {**frame, "steps": dict(frame["steps"]), "visits": dict(frame["visits"])}


def _key(value: Any) -> str:
    return value if isinstance(value, str) else canonical(value, name="key").decode()
