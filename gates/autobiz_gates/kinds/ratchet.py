"""Kind ratchet: a count that may only fall, against a baseline that the repository keeps."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.fields import Complaints, text
from autobiz_gates.gate import DRY_RUN, Gate
from autobiz_gates.given import Given
from autobiz_gates.json_number import NumberError, read_number

from .kind import Kind, decision_of
from .metric import json_place


@dataclass(frozen=True, slots=True, kw_only=True)
class RatchetGate(Gate):
    """The baseline is a reviewed file: lowering it is a commit, raising it is one that people see."""

    kind: ClassVar[str] = "ratchet"

    file: str
    pointer: str
    baseline: str


def judge_ratchet(gate: RatchetGate, given: Given) -> GateDecision:
    """Equal or less opens; both numbers stand at the same place of their files."""
    try:
        before = read_number(given.root, gate.baseline, gate.pointer)
        now = read_number(given.root, gate.file, gate.pointer)
    except NumberError as error:
        condition = Condition(name="count", decision=Decision.UNDECIDED, reason=str(error))
        return decision_of(gate, [condition], None, "", asked="no rise", seen="nothing")
    reason = f"{gate.file}#{gate.pointer} is {now:g}, the baseline {before:g}"
    if now < before:
        reason += f"; lower {gate.baseline} so that it cannot rise again"
    decision = Decision.SHUT if now > before else Decision.OPEN
    condition = Condition(name="count", decision=decision, reason=reason)
    return decision_of(gate, [condition], None, reason, asked=f"<= {before:g}", seen=f"{now:g}")


def _build(name: str, values: dict[str, Any], complaints: Complaints) -> RatchetGate | None:
    if values.get("file") is not None and values.get("file") == values.get("baseline"):
        complaints.say(("baseline",), "is the file itself, which can never be above itself; name another")
    return None if complaints.found else RatchetGate(name=name, **values)


RATCHET: Final = Kind(
    name="ratchet",
    doc="A count in a JSON file has not risen above the baseline that the repository keeps.",
    fields=(
        *json_place(),
        text("baseline", "A JSON file with the baseline at the same pointer.", required=True),
        DRY_RUN,
    ),
    build=_build,
    judge=judge_ratchet,
)
