"""Kind metric: a number that something else measured stays within its limits."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.fields import Complaints, Field, KeyPath, real, text
from autobiz_gates.gate import DRY_RUN, Gate
from autobiz_gates.given import Given
from autobiz_gates.json_number import NumberError, read_number

from .kind import Kind, decision_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricGate(Gate):
    """Limits for a number in a JSON file: a latency, a ratio, a cost."""

    kind: ClassVar[str] = "metric"

    file: str
    pointer: str
    at_least: float | None = None
    at_most: float | None = None


def judge_metric(gate: MetricGate, given: Given) -> GateDecision:
    """A number that is not there leaves the gate undecided; it is never taken for a good one."""
    asked = " and ".join(
        f"{sign} {limit:g}"
        for sign, limit in ((">=", gate.at_least), ("<=", gate.at_most))
        if limit is not None
    )
    try:
        number = read_number(given.root, gate.file, gate.pointer)
    except NumberError as error:
        condition = Condition(name="number", decision=Decision.UNDECIDED, reason=str(error))
        return decision_of(gate, [condition], None, "", asked=asked, seen="nothing")
    low = gate.at_least is not None and number < gate.at_least
    high = gate.at_most is not None and number > gate.at_most
    decision = Decision.SHUT if low or high else Decision.OPEN
    reason = f"{gate.file}#{gate.pointer} is {number:g}, asked for is {asked}"
    condition = Condition(name="number", decision=decision, reason=reason)
    return decision_of(gate, [condition], None, reason, asked=asked, seen=f"{number:g}")


def json_place(complaints_of: str = "file") -> tuple[Field, Field]:
    """The two keys that name a number: a JSON file below the project and a pointer into it."""
    return (
        text(complaints_of, "A JSON file, relative to the project.", required=True),
        Field(
            name="pointer",
            doc="Where the number stands in it, as an RFC 6901 pointer; empty means the whole file.",
            read=_pointer,
            schema={"type": "string", "pattern": "^(/.*)?$"},
            required=True,
        ),
    )


def _pointer(value: Any, at: KeyPath, complaints: Complaints) -> str | None:
    if isinstance(value, str) and (not value or value.startswith("/")):
        return value
    complaints.say(at, f"must be a JSON pointer such as '/latency/p95', not {value!r}")
    return None


_FIELDS: Final[tuple[Field, ...]] = (
    *json_place(),
    real("at_least", "The number must not be below this."),
    real("at_most", "The number must not be above this."),
    DRY_RUN,
)


def _build(name: str, values: dict[str, Any], complaints: Complaints) -> MetricGate | None:
    low, high = values.get("at_least"), values.get("at_most")
    if low is None and high is None:
        complaints.say((), "needs 'at_least', 'at_most' or both: without a limit nothing would be decided")
    elif low is not None and high is not None and low > high:
        complaints.say(("at_least",), f"is {low:g}, above 'at_most' = {high:g}: no number satisfies both")
    return None if complaints.found else MetricGate(name=name, **values)


METRIC: Final = Kind(
    name="metric",
    doc="A number in a JSON file stays within its limits.",
    fields=_FIELDS,
    build=_build,
    judge=judge_metric,
)
