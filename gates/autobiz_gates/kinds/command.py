"""Kind command: a program says yes with exit code 0."""

import os
import signal
import subprocess
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.fields import Complaints, Field, KeyPath, number
from autobiz_gates.gate import DRY_RUN, Gate
from autobiz_gates.given import Given

from .kind import Kind, builder_of, decision_of

_SAID_CHARS_MAX = 200
# What vouches for a decision must not be within reach of what is decided about.
_SIGNING = "AUTOBIZ_SIGNING_"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandGate(Gate):
    """A program that is run in the project's folder, without a shell."""

    kind: ClassVar[str] = "command"

    command: tuple[str, ...]
    limit_s: float = 60.0


def judge_command(gate: CommandGate, given: Given) -> GateDecision:
    """Another exit code shuts; a program that does not start, or does not end, has answered nothing."""
    try:
        process = subprocess.Popen(
            gate.command,
            cwd=given.root,
            env={name: value for name, value in os.environ.items() if not name.startswith(_SIGNING)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return _answer(
            gate, Decision.UNDECIDED, f"could not be started: {error.strerror or error}", "nothing"
        )
    try:
        said, _ = process.communicate(timeout=gate.limit_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return _answer(gate, Decision.UNDECIDED, f"did not end within {gate.limit_s:g} s", "nothing")
    code = process.returncode
    decision = Decision.OPEN if code == 0 else Decision.SHUT
    lines = said.decode("utf-8", "replace").strip().splitlines()
    last = f": {lines[-1][:_SAID_CHARS_MAX]}" if lines and code else ""
    return _answer(gate, decision, f"ended with {code}{last}", str(code))


def _answer(gate: CommandGate, decision: Decision, what: str, seen: str) -> GateDecision:
    reason = f"{' '.join(gate.command)} {what}"
    condition = Condition(name="command", decision=decision, reason=reason)
    return decision_of(gate, [condition], None, reason, asked="exit code 0", seen=seen)


def _command(value: Any, at: KeyPath, complaints: Complaints) -> tuple[str, ...] | None:
    if (
        isinstance(value, list)
        and value
        and all(isinstance(word, str) and word and "\0" not in word for word in value)
    ):
        return tuple(value)
    complaints.say(at, 'must be the program and its arguments, as in ["make", "check"]; no shell is involved')
    return None


_FIELDS: Final[tuple[Field, ...]] = (
    Field(
        name="command",
        doc="The program and its arguments; it runs in the project's folder, without a shell.",
        read=_command,
        schema={"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
        required=True,
    ),
    number(
        "limit_s", "Seconds after which it is ended and the gate undecided (60).", above=0.0, most=86_400.0
    ),
    DRY_RUN,
)


COMMAND: Final = Kind(
    name="command",
    doc="A program answers with exit code 0.",
    fields=_FIELDS,
    build=builder_of(CommandGate),
    judge=judge_command,
)
