"""Judge whether an operator would have seen it: metrics that moved, lines that were logged."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol, TypeAlias

from .differences import differences
from .evidence import looked_at, mapped, measured
from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import OracleType

Metrics: TypeAlias = Mapping[str, Decimal | float]


class LogLine(Protocol):
    """One structured line of a log."""

    @property
    def event(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, object]: ...


@oracle(OracleType.OBSERVABILITY)
def metric_moved(
    before: Metrics | None, after: Metrics | None, name: str, *, by: Decimal | float = 1
) -> Finding:
    """A counter stands higher by so much; one that was not there before began at nought."""
    old, new = mapped(before, "the metrics before"), mapped(after, "the metrics after")
    if name not in new:
        return Finding(holds=False, reason=f"there is no metric {name}", observed="absent", expected=f"+{by}")
    moved = measured(new[name], name) - measured(old.get(name, 0), name)
    return Finding(
        holds=moved == measured(by, "the step"),
        reason=f"{name} moved by {moved}",
        observed=f"{moved:+}",
        expected=f"+{by}",
    )


@oracle(OracleType.OBSERVABILITY)
def nothing_else_moved(before: Metrics | None, after: Metrics | None, *names: str) -> Finding:
    """No metric but these stands elsewhere than it did, and none has gone."""
    old, new = mapped(before, "the metrics before"), mapped(after, "the metrics after")
    if old and before is after:
        raise MissingEvidenceError("the metrics were read once, and are compared with themselves")
    rest = sorted((old.keys() | new.keys()) - set(names))
    moved = [
        one for one in rest if one not in new or measured(new[one], one) != measured(old.get(one, 0), one)
    ]
    return Finding(
        holds=not moved,
        reason=f"{len(moved)} other metrics moved: {', '.join(moved)}" if moved else "no other metric moved",
        observed=", ".join(moved),
        expected=", ".join(names),
        is_hollow=not old and not new,
    )


@oracle(OracleType.OBSERVABILITY)
def logged(
    lines: Sequence[LogLine] | None, event: str, *, times: int = 1, fields: Mapping[str, object] | None = None
) -> Finding:
    """The log tells of an event so many times, with these fields."""
    if times < 0:
        raise MissingEvidenceError(f"nothing is logged {times} times")
    wanted = dict(fields or {})
    named = [line for line in looked_at(lines, "the log") if line.event == event]
    whole = [line for line in named if _holds(line, wanted)]
    return Finding(
        holds=len(whole) == times,
        reason=f"{event} is logged {len(whole)} of {times} times as wanted, {len(named)} times at all",
        observed=f"{len(whole)} times",
        expected=f"{times} times" + (f" with {wanted}" if wanted else ""),
        diff="\n".join(str(dict(line.fields)) for line in named if line not in whole),
        is_hollow=not lines,
    )


def _holds(line: LogLine, wanted: Mapping[str, object]) -> bool:
    return all(name in line.fields and not differences(line.fields[name], wanted[name]) for name in wanted)
