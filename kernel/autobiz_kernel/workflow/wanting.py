"""Say what a run wants: the calls it would make now, and what it waits for."""

from typing import Any
from uuid import UUID

from autobiz_kernel.business import Compiled
from autobiz_kernel.errors import ReplayError
from autobiz_kernel.expressions import Failure
from autobiz_kernel.graphs import CallStep, filled
from autobiz_kernel.ruling import Approval, Asked

from .frames import UNDO, Frame, State, known_in, living, path_of
from .words import CallWanted, DecisionWanted, EventWanted, TimeWanted, Wanted, WordWanted


def wanted(compiled: Compiled, state: State) -> tuple[Wanted, ...]:
    """Return what is wanted, in the order of the frames; nothing is wanted of a run that has ended."""
    found = (_wanted_by(compiled, key, frame) for key, frame in living(state))
    return tuple(each for each in found if each is not None)


def effects_ahead(compiled: Compiled, state: State) -> tuple[CallWanted, ...]:
    """Return the effects that workflows would cause next, were they to go on: some may have begun."""
    found: list[CallWanted] = []
    for key, frame in living(state):
        step = compiled.graphs[frame["workflow"]].steps[frame["at"]]
        if frame["phase"] == UNDO or not isinstance(step, CallStep):
            continue
        if compiled.contracts[step.call.tool, step.call.operation, step.call.version].effect_class.is_effect:
            found.append(_call(compiled, path_of(key, frame), frame))
    return tuple(found)


def asked_of(call: CallWanted) -> Asked:
    """Say it as the kernel is asked."""
    approval = None
    if call.approval is not None:
        approval = Approval(approval_id=call.approval[0], fingerprint=call.approval[1])
    return Asked(
        path=call.path,
        tool=call.tool,
        operation=call.operation,
        version=call.version,
        arguments=call.arguments,
        approval=approval,
    )


def _wanted_by(compiled: Compiled, key: str, frame: Frame) -> Wanted | None:
    path = path_of(key, frame)
    wait: dict[str, Any] | None = frame.get("wait")
    if wait is None:
        return _call(compiled, path, frame)
    match wait["for"]:
        case "time":
            return TimeWanted(path=path, due_ms=wait["due"])
        case "event":
            return EventWanted(path=path, event=wait["event"], key=wait["key"], due_ms=wait["due"])
        case "decision":
            return DecisionWanted(
                path=path,
                approval_id=UUID(wait["id"]),
                fingerprint=bytes.fromhex(wait["print"]),
                due_ms=wait["due"],
                call=_call(compiled, path, frame),
            )
        case "word":
            return WordWanted(path=path)
    return None


def _call(compiled: Compiled, path: str, frame: Frame) -> CallWanted:
    if frame["phase"] == UNDO:
        entry = frame["undo"][-1]
        reference, arguments = entry["tool"], entry["arguments"]
        operation, _, version = reference.partition("@")
        tool, _, name = operation.partition(".")
    else:
        step = compiled.graphs[frame["workflow"]].steps[frame["at"]]
        if not isinstance(step, CallStep):
            raise ReplayError(f"path {path}: the step calls nothing and waits for nothing")
        told = filled(step.call.arguments, known_in(frame))
        if isinstance(told, Failure):
            raise ReplayError(f"path {path}: arguments had values when the step was entered: {told.reason}")
        arguments = told
        tool, name, version = step.call.tool, step.call.operation, step.call.version
    yes, word = frame.get("yes"), frame.get("word")
    return CallWanted(
        path=path,
        tool=tool,
        operation=name,
        version=version,
        arguments=arguments,
        approval=None if yes is None else (UUID(yes["id"]), bytes.fromhex(yes["print"])),
        word=None if word is None else word[0],
    )
