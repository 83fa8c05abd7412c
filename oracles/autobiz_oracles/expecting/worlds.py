"""Expectations of the world afterwards: states, stores, telemetry, and two trials side by side."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from autobiz_oracles.calibration import Calibration
from autobiz_oracles.complaints import nothing_wrong
from autobiz_oracles.durability import AfterCrash, nothing_invented, nothing_lost
from autobiz_oracles.graded import graded
from autobiz_oracles.observability import LogLine, Metrics, logged, metric_moved, nothing_else_moved
from autobiz_oracles.relations import Relation, alike, related
from autobiz_oracles.rubric import Rubric
from autobiz_oracles.security import leaks_nothing
from autobiz_oracles.state_change import became, changed_only, replay_agrees, version_raised
from autobiz_oracles.verdict import OracleType
from autobiz_oracles.vote import Judge

from .chain import Chain

__tracebackhide__ = True


class ExpectState(Chain):
    """Of a state before and after."""

    __slots__ = ("_after", "_before")

    def __init__(self, before: object, after: object, where: str) -> None:
        super().__init__(OracleType.STATE_CHANGE, where)
        self._before, self._after = before, after

    def changed_only(self, *pointers: str) -> "ExpectState":
        return self._settle(changed_only(self._before, self._after, *pointers))

    def unchanged(self) -> "ExpectState":
        return self._settle(changed_only(self._before, self._after))

    def became(self, pointer: str, value: object) -> "ExpectState":
        return self._settle(became(self._after, pointer, value))

    def version_raised(self, pointer: str = "/version", *, by: int = 1) -> "ExpectState":
        return self._settle(version_raised(self._before, self._after, pointer, by=by))


class ExpectReplay(Chain):
    """Of the state hashes of a run and its replay."""

    __slots__ = ("_recorded", "_replayed")

    def __init__(self, recorded: str | None, replayed: str | None, where: str) -> None:
        super().__init__(OracleType.STATE_CHANGE, where)
        self._recorded, self._replayed = recorded, replayed

    def agrees(self) -> "ExpectReplay":
        return self._settle(replay_agrees(self._recorded, self._replayed))


class ExpectDurability(Chain):
    """Of a store after a crash."""

    __slots__ = ("_crash",)

    def __init__(self, crash: AfterCrash | None, where: str) -> None:
        super().__init__(OracleType.DURABILITY, where)
        self._crash = crash

    def nothing_lost(self) -> "ExpectDurability":
        return self._settle(nothing_lost(self._crash))

    def nothing_invented(self) -> "ExpectDurability":
        return self._settle(nothing_invented(self._crash))


class ExpectSecurity(Chain):
    """Of all bytes that were stored or sent."""

    __slots__ = ("_places",)

    def __init__(self, places: Mapping[str, bytes | str | None] | None, where: str) -> None:
        super().__init__(OracleType.SECURITY, where)
        self._places = places

    def leaks_nothing(
        self, *, allowed: Collection[str] = (), secrets: Collection[str] = ()
    ) -> "ExpectSecurity":
        return self._settle(leaks_nothing(self._places, allowed=allowed, secrets=secrets))


class ExpectMetrics(Chain):
    """Of metrics before and after."""

    __slots__ = ("_after", "_before", "_named")

    def __init__(self, before: Metrics | None, after: Metrics | None, where: str) -> None:
        super().__init__(OracleType.OBSERVABILITY, where)
        self._before, self._after = before, after
        self._named: list[str] = []

    def moved(self, name: str, *, by: Decimal | float = 1) -> "ExpectMetrics":
        self._named.append(name)
        return self._settle(metric_moved(self._before, self._after, name, by=by))

    def nothing_else(self) -> "ExpectMetrics":
        """No metric moved but those that this chain has named before."""
        return self._settle(nothing_else_moved(self._before, self._after, *self._named))


class ExpectLog(Chain):
    """Of the lines of a log."""

    __slots__ = ("_lines",)

    def __init__(self, lines: Sequence[LogLine] | None, where: str) -> None:
        super().__init__(OracleType.OBSERVABILITY, where)
        self._lines = lines

    def tells(self, event: str, *, times: int = 1, fields: Mapping[str, object] | None = None) -> "ExpectLog":
        return self._settle(logged(self._lines, event, times=times, fields=fields))


class ExpectWorlds(Chain):
    """Of what two trials left behind."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: object, second: object, where: str) -> None:
        super().__init__(OracleType.CONSISTENCY, where)
        self._first, self._second = first, second

    def related_by(self, relation: Relation | None) -> "ExpectWorlds":
        return self._settle(related(self._first, self._second, relation))

    def alike(self, *, ignoring: Collection[str] = ()) -> "ExpectWorlds":
        return self._settle(alike(self._first, self._second, ignoring=ignoring))


class ExpectComplaints(Chain):
    """Of what a search complains of."""

    __slots__ = ("_about", "_complaints")

    def __init__(
        self, complaints: Sequence[object] | None, about: Collection[object] | None, where: str
    ) -> None:
        super().__init__(OracleType.CONSISTENCY, where)
        self._complaints, self._about = complaints, about

    def none(self) -> "ExpectComplaints":
        return self._settle(nothing_wrong(self._complaints, self._about))


class ExpectText(Chain):
    """Of a text that only a reader can judge."""

    __slots__ = ("_text",)

    def __init__(self, text: str | None, where: str) -> None:
        super().__init__(OracleType.CONSISTENCY, where)
        self._text = text

    def graded(self, rubric: Rubric, *, judge: Judge, calibration: Calibration | None) -> "ExpectText":
        return self._settle(graded(self._text, rubric=rubric, judge=judge, calibration=calibration))
