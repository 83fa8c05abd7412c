"""Kind soak: over days of events the bound over sessions reaches the floor, and the switch never fired."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.entry import Header, Trial
from autobiz_gates.errors import LedgerError
from autobiz_gates.events import Event, Events, read_events
from autobiz_gates.fields import choice, number, text, whole
from autobiz_gates.figures import METHOD_CASES, Figures, case_figures, cut
from autobiz_gates.gate import DRY_RUN, SELECTION_FIELDS, Gate
from autobiz_gates.given import Given
from autobiz_gates.ledger import ledger_files, read_lines
from autobiz_gates.selection import Selection
from autobiz_gates.statistics import case_lower, case_upper, ecusum, min_cases
from autobiz_gates.tally import CaseTally
from autobiz_gates.wholeness import named

from .kind import Kind, builder_of, decision_of

CLUSTERS: Final = ("case", "test", "workflow")
# What the switch bets on: that the rate fell by ten points below the floor.
_FALL: Final = 0.1
_BLOCK: Final = timedelta(hours=24)
_SUITE: Final = Selection(suite=("soak",))


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakGate(Gate):
    """One verdict, at an end fixed beforehand: the first instant with enough days, events and sessions.

    Looking every day and stopping when it is reached would pass a subject on the floor three times as often;
    so what comes after the end can still fire the switch, but never mend the bound.
    """

    kind: ClassVar[str] = "soak"

    floor: float
    ledger: str | None = None
    days_min: int = 7
    events_min: int = 300
    events_per_day_min: int = 20
    cluster: str = "case"
    confidence: float = 0.95
    sided: int = 2

    @property
    def sessions_min(self) -> int:
        """How many sessions a subject needs that never fails."""
        return min_cases(0.0, self.floor, self.confidence, self.sided)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """The events that the verdict is about: up to the end, or all where it has not come."""

    events: Sequence[Event]
    sessions: dict[str, list[bool]]
    over: bool

    @property
    def began(self) -> datetime:
        return self.events[0].at

    @property
    def span(self) -> timedelta:
        return self.events[-1].at - self.began


def judge_soak(gate: SoakGate, given: Given) -> GateDecision:
    """Too short or too few is undecided; a switch that fired, or a bound out of reach, shuts."""
    selection = gate.selection if gate.selection != Selection() else _SUITE
    sources = [given.root / gate.ledger] if gate.ledger is not None else list(given.ledgers)
    try:
        soaked = read_events(sources, selection, lambda trial: _cluster(trial, gate.cluster))
        elsewhere = _other_run(gate, given, soaked)
    except LedgerError as error:
        return _answer(gate, [_undecided("ledger", given.told(error))], None)
    conditions = [_undecided("problems", words) for words in soaked.problems] + elsewhere
    if not soaked.events:
        conditions.append(_undecided("events", f"no event of {selection}"))
        return _answer(gate, conditions, None)
    if soaked.missing:
        words = f"{len(soaked.missing)} planned trials left no outcome, in {named(soaked.missing)}"
        conditions.append(_undecided("missing", words))
    stretch = _stretch(gate, soaked.events)
    conditions += _long_enough(gate, stretch, soaked.others)
    conditions += [_steady(gate, stretch), _switch(gate, soaked.events), _bound(gate, stretch)]
    return _answer(gate, conditions, _figures(gate, stretch))


def _other_run(gate: SoakGate, given: Given, soaked: Events) -> list[Condition]:
    """A soak of another commit says nothing about the one that the run was of."""
    if gate.ledger is None or soaked.subject is None or not given.ledgers:
        return []
    tried = {
        line.subject.commit
        for path in ledger_files(given.ledgers)
        for line in (next(read_lines(path), None),)
        if isinstance(line, Header)
    }
    if tried == {soaked.subject.commit}:
        return []
    names = " and ".join(sorted(commit[:12] for commit in tried))
    words = f"the soak is of commit {soaked.subject.commit[:12]}, and the run of {names or 'none'}"
    return [_undecided("subject", words)]


def _stretch(gate: SoakGate, events: Sequence[Event]) -> _Stretch:
    sessions: dict[str, list[bool]] = {}
    began, needed, end = events[0].at, gate.sessions_min, None
    for place, event in enumerate(events):
        if end is not None and event.at > end:
            return _Stretch(events=events[:place], sessions=sessions, over=True)
        sessions.setdefault(event.cluster, []).append(event.passed)
        long = event.at - began >= gate.days_min * _BLOCK
        if end is None and long and place + 1 >= gate.events_min and len(sessions) >= needed:
            end = event.at
    return _Stretch(events=events, sessions=sessions, over=end is not None)


def _long_enough(gate: SoakGate, stretch: _Stretch, others: int) -> list[Condition]:
    days, events, sessions = stretch.span / _BLOCK, len(stretch.events), len(stretch.sessions)
    lasted = f"{int(days * 100) / 100:g}"
    again = f"; the clock restarted with a new subject, {others} events before do not count" if others else ""
    since = f"since {stretch.began:%Y-%m-%d %H:%M} UTC{again}"
    needed = gate.sessions_min
    return [
        _at_least("days", int(days) >= gate.days_min, f"lasted {lasted} of {gate.days_min} days {since}"),
        _at_least("events", events >= gate.events_min, f"has {events} of {gate.events_min} events"),
        _at_least("sessions", sessions >= needed, f"has {sessions} of {needed} sessions"),
    ]


def _steady(gate: SoakGate, stretch: _Stretch) -> Condition:
    """Every whole 24 hours since the first event must have had its events; a pause is no soak."""
    blocks = [0] * (stretch.span // _BLOCK)
    for event in stretch.events:
        place = (event.at - stretch.began) // _BLOCK
        if place < len(blocks):
            blocks[place] += 1
    thin = [place for place, count in enumerate(blocks) if count < gate.events_per_day_min]
    if not thin:
        words = f"each of {len(blocks)} whole days had at least {gate.events_per_day_min} events"
        return Condition(name="every day", decision=Decision.OPEN, reason=words)
    place = thin[0]
    words = (
        f"the 24 hours from {stretch.began + place * _BLOCK:%Y-%m-%d %H:%M} UTC had {blocks[place]} events, "
        f"{gate.events_per_day_min} are needed"
        + (f", as in {len(thin) - 1} other days" if len(thin) > 1 else "")
        + "; start the soak anew"
    )
    return _undecided("every day", words)


def _switch(gate: SoakGate, events: Sequence[Event]) -> Condition:
    seen = ecusum((event.passed for event in events), good=gate.floor, bad=gate.floor - _FALL)
    if seen["alarm_after"] is None:
        words = f"the kill switch stands at {seen['value']:.3g} of 100"
        return Condition(name="kill switch", decision=Decision.OPEN, reason=words)
    at = events[seen["alarm_after"] - 1].at
    words = f"the kill switch fired at event {seen['alarm_after']}, {at:%Y-%m-%d %H:%M} UTC"
    return Condition(name="kill switch", decision=Decision.SHUT, reason=words)


def _bound(gate: SoakGate, stretch: _Stretch) -> Condition:
    passes = [sum(session) for session in stretch.sessions.values()]
    sizes = [len(session) for session in stretch.sessions.values()]
    lcb = case_lower(passes, sizes, gate.confidence, gate.sided)
    words = f"LCB {cut(lcb)} over {len(sizes)} sessions"
    if stretch.over:
        # Enough sessions for a subject that never fails: what is lacking was lost to failures.
        decision = Decision.OPEN if lcb >= gate.floor else Decision.SHUT
        verb = "reaches" if decision is Decision.OPEN else "is at its end below"
        return Condition(name="bound", decision=decision, reason=f"{words} {verb} {gate.floor:g}")
    if case_upper(passes, sizes, gate.confidence, gate.sided) < gate.floor:
        words = f"{words} is below {gate.floor:g}, and so is the upper bound"
        return Condition(name="bound", decision=Decision.SHUT, reason=words)
    return _undecided("bound", f"{words} so far, judged when days, events and sessions are enough")


def _figures(gate: SoakGate, stretch: _Stretch) -> Figures:
    cases = [
        CaseTally(case=name, outcomes=tuple("pass" if passed else "fail" for passed in session))
        for name, session in stretch.sessions.items()
    ]
    figures = case_figures(
        cases,
        floor=gate.floor,
        confidence=gate.confidence,
        sided=gate.sided,
        method=METHOD_CASES,
        cases_min=gate.sessions_min,
        runs_min=1,
    )
    # Sessions are of any length: there was one soak, and not as many runs as the longest has events.
    return replace(figures, runs=1, runs_independent=1)


def _cluster(trial: Trial, by: str) -> str:
    if by == "workflow":
        return trial.workflow or trial.case
    return trial.case.partition("[")[0] if by == "test" else trial.case


def _answer(gate: SoakGate, conditions: list[Condition], figures: Figures | None) -> GateDecision:
    asked = f"LCB >= {gate.floor:g}, {gate.days_min} days"
    seen = "nothing" if figures is None else f"{figures.passes}/{figures.trials}"
    when_open = "; ".join(one.reason for one in conditions)
    return decision_of(gate, conditions, figures, when_open, asked=asked, seen=seen)


def _at_least(name: str, enough: bool, reason: str) -> Condition:
    return Condition(name=name, decision=Decision.OPEN if enough else Decision.UNDECIDED, reason=reason)


def _undecided(name: str, reason: str) -> Condition:
    return Condition(name=name, decision=Decision.UNDECIDED, reason=reason)


SOAK: Final = Kind(
    name="soak",
    doc="Over days without a pause the bound over sessions reaches the floor, and no alarm was raised.",
    fields=(
        *SELECTION_FIELDS,
        number(
            "floor",
            "The rate the bound over sessions must reach.",
            above=_FALL,
            below=1.0,
            required=True,
        ),
        text("ledger", "A folder with the soak's ledgers, relative to the project; the run's by default."),
        whole("days_min", "How many times 24 hours from first to last event (7).", least=1, most=365),
        whole("events_min", "Fewest judged trials (300).", least=1, most=1_000_000),
        whole("events_per_day_min", "Fewest in every whole 24 hours (20).", least=1, most=1_000_000),
        choice(
            "cluster",
            "One session: a case with all its trials (case), a test with all its cases, a workflow.",
            CLUSTERS,
        ),
        number("confidence", "The level of the bound.", above=0.5, below=1.0),
        choice("sided", "Sides of the interval whose lower end is the bound (2).", (1, 2)),
        DRY_RUN,
    ),
    build=builder_of(SoakGate),
    judge=judge_soak,
)
