"""Where a case stands between healthy and quarantined: a pure fold over what happened to it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import reduce
from typing import Final

from autobiz_gates.statistics import clopper_pearson_lower, history_predictive_p

from .cause import QUARANTINABLE, SURPRISE, Cause

# So many flakes in so many trials put the 95 % Clopper-Pearson lower bound of the flake rate above 1 %.
THRESHOLDS: Final = ((2, 35), (3, 82), (4, 137))
FLAKE_RATE: Final = 0.01
BURST: Final = 32
PROBATION_PASSES: Final = 59
PROBATION_DAYS: Final = 3
_TRIALS_MAX: Final = THRESHOLDS[-1][1]
# A subject that was not seen among so many others will hardly come back.
_SUBJECTS_MAX: Final = 16


class State(StrEnum):
    """What is to be done about a case. All but quarantined and probation gate."""

    HEALTHY = "healthy"
    SUSPECT = "suspect"
    QUARANTINED = "quarantined"
    PROBATION = "probation"
    EXPIRED = "expired"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """What a case did in one run under one subject: trials at once, whose order says nothing.

    `flaws` are failures that infrastructure, oracle or environment caused, or whose cause is unknown;
    `agent` are those that were shown to be the agent's.
    """

    day: date
    subject: str
    passes: int = 0
    flaws: int = 0
    agent: int = 0

    @property
    def trials(self) -> int:
        return self.passes + self.flaws + self.agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An entry in the reviewed file came into force."""

    day: date
    expires: date
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """Somebody linked a fix; from the next day on it is on probation."""

    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The entry was taken out of the file."""

    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCame:
    """Nothing happened, but time passed."""

    day: date


Event = Sitting | Opened | Fixed | Released | DayCame


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of a case, and what of its past can still change it.

    `shown`: the counts alone have shown a flake since the suspicion began. `window`: trials and flakes of
    the latest sittings. `subjects`: passes, and flaws that no pass under the same subject has made flakes.
    """

    priority: str | None = None
    state: State = State.HEALTHY
    shown: bool = False
    expires: date | None = None
    window: tuple[tuple[int, int], ...] = ()
    subjects: tuple[tuple[str, int, int], ...] = ()
    trials: int = 0
    agent: int = 0
    burst: int = 0
    burst_failures: int = 0
    streak: int = 0
    streak_days: tuple[date, ...] = ()

    @property
    def due(self) -> bool:
        """Whether the evidence suffices for a quarantine, which an owner and a proven cause can open."""
        return self.state is State.SUSPECT and self.shown and self.burst >= BURST

    @property
    def flakes(self) -> int:
        return sum(flakes for _, flakes in self.window)

    @property
    def window_trials(self) -> int:
        return sum(trials for trials, _ in self.window)


def stand(events: Iterable[Event], priority: str | None = None) -> Standing:
    """Fold a case's events, oldest first."""
    return reduce(step, events, Standing(priority=priority))


def step(now: Standing, event: Event) -> Standing:
    """Return where the case stands after one more event."""
    if (
        now.expires is not None
        and event.day > now.expires
        and now.state in (State.QUARANTINED, State.PROBATION)
    ):
        now = replace(now, state=State.EXPIRED)
    match event:
        case Sitting():
            return _sat(now, event) if event.trials else now
        case Opened():
            return _opened(now, event)
        case Fixed():
            return _fresh(now, State.PROBATION) if now.state is State.QUARANTINED else now
        case Released():
            return _released(now)
    return now


def is_flaky(trials: int, flakes: int) -> bool:
    """Whether these counts alone show a flake rate above 1 %."""
    for flakes_min, trials_max in THRESHOLDS:
        if flakes >= flakes_min and trials <= trials_max:
            return True
    return flakes > THRESHOLDS[-1][0] and clopper_pearson_lower(flakes, trials) > FLAKE_RATE


def _opened(now: Standing, event: Opened) -> Standing:
    """P0 is never quarantined, the agent's own failures never are, and a regression is none of the causes."""
    if now.priority == "P0" or event.cause not in QUARANTINABLE or now.state is State.REGRESSION:
        return now
    state = State.QUARANTINED if event.day <= event.expires else State.EXPIRED
    return replace(_fresh(now, state), expires=event.expires, shown=False)


def _released(now: Standing) -> Standing:
    """Whoever is let out early gates again and stays under suspicion."""
    if now.state not in (State.QUARANTINED, State.PROBATION, State.EXPIRED):
        return replace(now, expires=None)
    return replace(_fresh(now, State.SUSPECT if now.flakes else State.HEALTHY), expires=None)


def _sat(now: Standing, sitting: Sitting) -> Standing:
    surprised = bool(sitting.agent) and (
        history_predictive_p(now.agent, now.trials, sitting.agent, sitting.agent + sitting.passes) < SURPRISE
    )
    now, flaked = _remembered(now, sitting)
    match now.state:
        case State.HEALTHY | State.SUSPECT if surprised:
            return _fresh(now, State.REGRESSION)
        case State.HEALTHY if flaked:
            # The sitting that raised the suspicion is no part of the burst that examines it.
            return _fresh(replace(now, shown=_shown(now.window)), State.SUSPECT)
        case State.SUSPECT:
            return _examined(now, sitting)
        case State.PROBATION if sitting.flaws or sitting.agent:
            return _fresh(now, State.QUARANTINED)
        case State.PROBATION | State.REGRESSION if _proven(now):
            return _cleared(now)
    return now


def _examined(now: Standing, sitting: Sitting) -> Standing:
    """Take the next trials of a suspect: a whole burst decides, but a proven flake takes more to clear."""
    now = replace(
        now,
        burst=now.burst + sitting.trials,
        burst_failures=now.burst_failures + sitting.flaws + sitting.agent,
        shown=now.shown or _shown(now.window),
    )
    if now.shown and _proven(now):
        return _cleared(now)
    if now.burst < BURST:
        return now
    if 3 * now.burst_failures >= 2 * now.burst:
        return _fresh(replace(now, shown=False), State.REGRESSION)
    if now.shown:
        return now
    if not now.burst_failures:
        return _fresh(now, State.HEALTHY)
    return replace(now, burst=0, burst_failures=0)


def _remembered(now: Standing, sitting: Sitting) -> tuple[Standing, bool]:
    """Take a sitting into the window, the subjects and the streak; say whether it held a flake."""
    passes, flaws = sitting.passes, sitting.flaws
    others = []
    for subject in now.subjects:
        if subject[0] == sitting.subject:
            passes, flaws = passes + subject[1], flaws + subject[2]
        else:
            others.append(subject)
    flakes = flaws if passes else 0
    others.append((sitting.subject, passes, flaws - flakes))
    clean = not sitting.flaws and not sitting.agent
    days = (*now.streak_days, sitting.day) if sitting.day not in now.streak_days else now.streak_days
    after = replace(
        now,
        window=_cut((*now.window, (sitting.trials, flakes))),
        subjects=tuple(others[-_SUBJECTS_MAX:]),
        trials=now.trials + sitting.passes + sitting.agent,
        agent=now.agent + sitting.agent,
        streak=now.streak + sitting.passes if clean else 0,
        streak_days=days[-PROBATION_DAYS:] if clean else (),
    )
    return after, bool(flakes)


def _cut(window: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Drop the sittings that no threshold reaches back to; the latest always stays."""
    total = 0
    for place in range(len(window) - 1, -1, -1):
        total += window[place][0]
        if total > _TRIALS_MAX:
            return window[min(place + 1, len(window) - 1) :]
    return window


def _shown(window: tuple[tuple[int, int], ...]) -> bool:
    """Whether the latest sittings, however far back, show a flake."""
    trials = flakes = 0
    for sat, flaked in reversed(window):
        trials, flakes = trials + sat, flakes + flaked
        if is_flaky(trials, flakes):
            return True
    return False


def _proven(now: Standing) -> bool:
    """Whether it passed so often in a row, on so many days, that a flake of 5 % would have shown."""
    return now.streak >= PROBATION_PASSES and len(now.streak_days) >= PROBATION_DAYS


def _fresh(now: Standing, state: State) -> Standing:
    """Enter a state: what it counts begins at nothing."""
    return replace(now, state=state, burst=0, burst_failures=0, streak=0, streak_days=())


def _cleared(now: Standing) -> Standing:
    """Healthy again, and what was before is no evidence any more."""
    return replace(_fresh(now, State.HEALTHY), shown=False, window=(), subjects=())
