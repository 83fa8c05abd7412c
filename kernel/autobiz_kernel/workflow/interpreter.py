"""Interpret a workflow: from a state and what has happened to the next state, without waiting."""

from typing import Any, Final

from autobiz_kernel.business import Compiled
from autobiz_kernel.contract import Json
from autobiz_kernel.errors import ReplayError
from autobiz_kernel.expressions import Failure
from autobiz_kernel.graphs import CallStep, ExpectStep, Retry, Step, WaitStep, filled

from .frames import ON, ROOT, UNDO, Frame, State, frame_of, known_in, living, new_frame, path_of
from .pausing import pause_ms
from .walking import Walk
from .words import (
    DEPENDENCY_OPEN,
    Answered,
    Came,
    Cancelled,
    Decided,
    Event,
    Failed,
    FailureKind,
    Held,
    Passed,
)

# What takes an effect back is worth more patience than most calls.
UNDO_RETRY: Final = Retry(attempts=8, base_ms=1_000, cap_ms=300_000)


class Interpreter:
    """Moves one state; `seed` decides what chance decides, `now_ms` is the moment of this one move."""

    def __init__(self, compiled: Compiled, state: State, *, now_ms: int, seed: str) -> None:
        self._walk = Walk(compiled, state, now_ms=now_ms)
        self._seed = seed

    @property
    def state(self) -> State:
        """The state after the move."""
        self._walk.settle()
        return self._walk.state

    def begin(self, workflow: str, given: Json) -> None:
        """Enter the first step of a run."""
        graph = self._walk.graphs[workflow]
        self.state["frames"] = {ROOT: new_frame(workflow, graph.start, given)}
        self._walk.enter(ROOT, graph.start)

    def begin_undoing(self, workflow: str, entries: list[Any]) -> None:
        """Begin a run that does nothing but undo what another one had to leave."""
        frame = new_frame(workflow, self._walk.graphs[workflow].start, {})
        self.state["frames"] = {ROOT: frame | {"undo": entries}}
        self._walk.fail(ROOT, FailureKind.INTERNAL, "UNDOING", "what another run has left is undone")

    def hear(self, event: Event) -> None:
        """Take in what has happened at a place where it was waited for, or that the run was called off."""
        if isinstance(event, Cancelled):
            return self._cancelled(event)
        key = frame_of(event.path)
        frame = self.state["frames"].get(key)
        if frame is None or frame["phase"] not in (ON, UNDO) or path_of(key, frame) != event.path:
            raise ReplayError(f"path {event.path}: {type(event).__name__} was not waited for here")
        match event:
            case Answered():
                self._answered(key, frame, event.result)
            case Failed():
                self._failed(key, frame, event)
            case Held():
                frame["wait"] = {
                    "for": "decision",
                    "id": str(event.approval_id),
                    "print": event.fingerprint.hex(),
                    "due": event.due_ms,
                }
            case Decided():
                self._decided(key, frame, event)
            case Passed():
                self._passed(key, frame)
            case Came():
                self._came(key, frame, event)
        return None

    def _cancelled(self, event: Cancelled) -> None:
        """Fail whatever is under way, the innermost first; what was done is undone as after any failure."""
        state = self._walk.state
        if "cancelled" in state:
            raise ReplayError(f"path {event.path}: the run was called off before")
        state["cancelled"] = [{"who": event.who, "reason": event.reason}]
        for key, frame in tuple(living(state)):
            wait = frame.get("wait") or {}
            if wait.get("for") == "children":
                # It fails when the last of them has ended.
                continue
            is_in_doubt = wait.get("for") == "word" or path_of(key, frame) in event.doubts
            if is_in_doubt:
                path = path_of(key, frame) if frame["phase"] == ON else frame["undo"][-1]["path"]
                words = "the run was called off while the effect may have happened"
                self._walk.leave({"path": path, "code": "UNCERTAIN", "reason": words})
            if frame["phase"] == ON:
                self._walk.fail(key, FailureKind.CANCELLED, "CANCELLED", event.reason)
            elif is_in_doubt:
                frame["undo"] = frame["undo"][:-1]
                self._walk.undo_on(key, frame)

    def _answered(self, key: str, frame: Frame, result: Json) -> None:
        if frame["phase"] == UNDO:
            frame["undo"] = frame["undo"][:-1]
            return self._walk.undo_on(key, frame)
        step = _call_step(self._walk.step_of(frame))
        frame["steps"][step.name] = [dict(result)]
        if step.undo is not None:
            arguments = filled(step.undo.arguments, known_in(frame))
            entry: dict[str, Any] = {"path": path_of(key, frame), "tool": step.undo.reference}
            if isinstance(arguments, Failure):
                # It has happened, and how to undo it cannot be said: that is told at the run's end.
                entry["unsaid"] = arguments.reason
            else:
                entry["arguments"] = arguments
            frame["undo"] = [*frame["undo"], entry]
        return self._walk.enter(key, step.next)

    def _failed(self, key: str, frame: Frame, event: Failed) -> None:
        frame.pop("word", None)
        if event.code in ("IN_FLIGHT", DEPENDENCY_OPEN):
            # Somebody is causing the effect, or no call was made: that is no attempt.
            frame["wait"] = {"for": "time", "due": max(event.retry_ms or 0, self._walk.now_ms + 1)}
            return None
        is_undoing = frame["phase"] == UNDO
        retry = UNDO_RETRY if is_undoing else _call_step(self._walk.step_of(frame)).retry
        tries = frame.get("tries", 0) + 1
        if event.kind.may_be_retried and tries < retry.attempts:
            frame["tries"] = tries
            pause = pause_ms(retry, attempt=tries, seed=f"{self._seed}/{event.path}")
            due = max(self._walk.now_ms + pause, event.retry_ms or 0)
            frame["wait"] = {"for": "time", "due": due}
            return None
        on_error = {} if is_undoing else _call_step(self._walk.step_of(frame)).on_error
        if event.kind is FailureKind.DOUBT and "doubt" not in on_error:
            # Nobody goes on while an effect may have happened: somebody has to find out.
            frame["wait"] = {"for": "word", "code": event.code}
            return None
        if is_undoing:
            left = {"path": frame["undo"][-1]["path"], "code": event.code, "reason": event.reason}
            self._walk.leave(left)
            frame["undo"] = frame["undo"][:-1]
            return self._walk.undo_on(key, frame)
        return self._walk.give_up(key, frame, on_error, event.kind, event.code, event.reason)

    def _decided(self, key: str, frame: Frame, event: Decided) -> None:
        wait = _wait(frame, event.path, "decision")
        if event.is_approved:
            frame["yes"] = {"id": wait["id"], "print": wait["print"]}
            del frame["wait"]
            return None
        told = Failed(path=event.path, kind=FailureKind.DENIED, code=event.code, reason=event.reason)
        del frame["wait"]
        return self._failed(key, frame, told)

    def _passed(self, key: str, frame: Frame) -> None:
        wait = frame.get("wait") or {}
        if wait.get("due", self._walk.now_ms + 1) > self._walk.now_ms:
            raise ReplayError(f"path {path_of(key, frame)}: the moment has not come")
        step = None if frame["phase"] == UNDO else self._walk.step_of(frame)
        if wait["for"] == "event" and isinstance(step, ExpectStep):
            self._walk.enter(key, step.on_timeout)
        elif wait["for"] == "time" and isinstance(step, WaitStep):
            self._walk.enter(key, step.next)
        else:
            del frame["wait"]

    def _came(self, key: str, frame: Frame, event: Came) -> None:
        wait = frame.get("wait") or {}
        is_word = wait.get("for") == "word" and isinstance(event.payload, dict)
        step = None if frame["phase"] == UNDO else self._walk.step_of(frame)
        if not is_word and not (wait.get("for") == "event" and isinstance(step, ExpectStep)):
            raise ReplayError(f"path {event.path}: no event is expected here")
        self.state["heard"] = [*self.state.get("heard", []), event.signal_id]
        if isinstance(step, ExpectStep):
            if step.takes is not None and not step.takes.is_valid(event.payload):
                # It is heard, and waited on for one that says what was agreed.
                return
            frame["steps"][step.name] = [event.payload]
            self._walk.enter(key, step.next)
        else:
            frame["word"] = [event.payload]
            del frame["wait"]


def moved(compiled: Compiled, state: State, event: Event, *, now_ms: int, seed: str) -> State:
    """Return the state after something has happened."""
    made = Interpreter(compiled, state, now_ms=now_ms, seed=seed)
    made.hear(event)
    return made.state


def begun(compiled: Compiled, workflow: str, given: Json, *, now_ms: int, seed: str) -> State:
    """Return the first state of a run."""
    made = Interpreter(compiled, {}, now_ms=now_ms, seed=seed)
    made.begin(workflow, given)
    return made.state


def undoing(compiled: Compiled, workflow: str, entries: list[Any], *, now_ms: int, seed: str) -> State:
    """Return the first state of a run that undoes what another one has left."""
    made = Interpreter(compiled, {}, now_ms=now_ms, seed=seed)
    made.begin_undoing(workflow, entries)
    return made.state


def _call_step(step: Step) -> CallStep:
    if not isinstance(step, CallStep):
        raise ReplayError(f"step {step.name}: it calls nothing, so no call can have ended here")
    return step


def _wait(frame: Frame, path: str, wanted: str) -> Any:
    wait = frame.get("wait") or {}
    if wait.get("for") != wanted:
        raise ReplayError(f"path {path}: no {wanted} is waited for here")
    return wait
