"""The state machine: enumerated where the space is small, sampled where it is large."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates.flakes import (
    BURST,
    PROBATION_PASSES,
    QUARANTINABLE,
    THRESHOLDS,
    Cause,
    DayCame,
    Event,
    Fixed,
    Opened,
    Released,
    Sitting,
    Standing,
    State,
    is_flaky,
    stand,
    step,
)
from autobiz_gates.statistics import clopper_pearson_lower

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR07")]

FIRST = date(2026, 1, 1)


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


def sat(day: int, passes: int, flaws: int = 0, *, agent: int = 0, subject: str | None = None) -> Sitting:
    """A sitting under the day's own commit, unless another is named."""
    return Sitting(day=on(day), subject=subject or f"commit{day}", passes=passes, flaws=flaws, agent=agent)


def nights(first: int, count: int, passes: int = 3) -> list[Event]:
    return [sat(day, passes) for day in range(first, first + count)]


def opened(day: int = 1, lasts: int = 7, cause: Cause = Cause.INFRA) -> Opened:
    return Opened(day=on(day), expires=on(day + lasts), cause=cause)


FLAKE: list[Event] = [sat(0, 2, 1), sat(0, BURST - 1, 1)]


def state_of(*events: Event, priority: str | None = "P1") -> State:
    return stand(events, priority).state


@pytest.mark.parametrize(("flakes", "trials"), THRESHOLDS)
def test_thresholds_are_where_the_exact_bound_leaves_one_percent(flakes: int, trials: int) -> None:
    """Each threshold is the largest window whose 95 % Clopper-Pearson lower bound is above 1 %."""
    assert clopper_pearson_lower(flakes, trials) > 0.01
    assert clopper_pearson_lower(flakes, trials + 1) <= 0.01
    assert is_flaky(trials, flakes)
    assert not is_flaky(trials + 1, flakes)


@pytest.mark.parametrize("trials", range(1, 301))
def test_counts_show_a_flake_exactly_where_the_bound_does(trials: int) -> None:
    """Over all counts up to 300 trials the thresholds say what the exact bound says, but for a lone flake."""
    for flakes in range(min(trials, 12) + 1):
        shown = flakes >= 2 and clopper_pearson_lower(flakes, trials) > 0.01
        assert is_flaky(trials, flakes) is shown


def test_first_disagreement_makes_a_suspect_that_still_gates() -> None:
    """One failure beside a pass under one subject is suspicion, and no more."""
    standing = stand([sat(0, 2, 1)])
    assert standing.state is State.SUSPECT
    assert not standing.due


def test_disagreement_across_two_runs_of_one_subject_counts() -> None:
    """A pass in one run and a failure in another of the same subject disagree, in either order."""
    assert state_of(sat(0, 3, subject="a"), sat(1, 0, 3, subject="a")) is State.SUSPECT
    assert state_of(sat(0, 0, 3, subject="a"), sat(1, 3, subject="a")) is State.SUSPECT


@pytest.mark.negative
def test_failures_without_a_pass_are_no_flake() -> None:
    """A case that fails every trial under one subject, and passes under another, does not disagree."""
    assert state_of(*nights(0, 5), sat(5, 0, 3), *nights(6, 5)) is State.HEALTHY


def test_clean_burst_clears_a_suspect() -> None:
    """32 passes after one flake make it healthy again; 31 do not."""
    assert state_of(sat(0, 2, 1), sat(0, BURST - 1, subject="commit0")) is State.SUSPECT
    assert state_of(sat(0, 2, 1), sat(0, BURST, subject="commit0")) is State.HEALTHY


def test_second_flake_in_the_burst_makes_a_quarantine_due() -> None:
    """Two flakes in 35 trials are due, once the whole burst is in."""
    assert stand(FLAKE).due
    assert stand(FLAKE).state is State.SUSPECT
    assert not stand([sat(0, 2, 1), sat(0, 10, 1)]).due


@pytest.mark.parametrize(
    ("flakes", "gap", "due"),
    [(2, 0, False), (3, 0, True), (3, 1, True), (3, 2, False), (4, 2, True), (4, 3, True), (4, 4, False)],
)
def test_flakes_of_several_nights_add_up(flakes: int, gap: int, due: bool) -> None:
    """Three flakes in 82 trials and four in 137 are due though each burst was clean; more spread are not."""
    events: list[Event] = []
    for number in range(flakes):
        day = number * (gap + 1)
        events += [sat(day, 2, 1), sat(day, BURST), *nights(day + 1, gap)]
    assert stand(events[: len(events) - gap]).due is due


@pytest.mark.parametrize("failures", range(BURST + 1))
def test_burst_that_mostly_fails_is_a_regression(failures: int) -> None:
    """At two thirds of the burst the case is broken and no flake, however many flakes it showed."""
    standing = stand([sat(0, 2, 1), sat(0, BURST - failures, failures)])
    assert (standing.state is State.REGRESSION) is (3 * failures >= 2 * BURST)


def test_quarantine_takes_an_entry() -> None:
    """Evidence alone never quarantines: without an entry in the file the case goes on gating."""
    assert state_of(*FLAKE, *nights(1, 10)) is State.SUSPECT
    assert state_of(*FLAKE, opened()) is State.QUARANTINED


@pytest.mark.negative
@pytest.mark.parametrize("cause", [cause for cause in Cause if cause not in QUARANTINABLE])
def test_agent_and_unknown_are_never_quarantined(cause: Cause) -> None:
    """An entry whose cause is the agent or unknown changes nothing."""
    assert state_of(*FLAKE, opened(cause=cause)) is State.SUSPECT


@pytest.mark.negative
def test_regression_is_never_quarantined() -> None:
    """What mostly fails under one subject stays a regression whatever the file says."""
    assert state_of(sat(0, 2, 1), sat(0, 0, BURST), opened()) is State.REGRESSION


def test_failures_of_the_agent_are_scored_and_not_suspected() -> None:
    """An agent that fails as often as its history says stays healthy."""
    history = [sat(day, 2, agent=1) for day in range(20)]
    assert state_of(*history, sat(20, 1, agent=2)) is State.HEALTHY


def test_surprising_failures_of_the_agent_are_a_regression() -> None:
    """Two failures of three after sixty clean trials are a regression; one is not."""
    assert state_of(*nights(0, 20), sat(20, 1, agent=2)) is State.REGRESSION
    assert state_of(*nights(0, 20), sat(20, 2, agent=1)) is State.HEALTHY


@pytest.mark.parametrize(("passes", "days"), list(product([57, 58, 59, 60], [2, 3, 4])))
def test_probation_takes_59_passes_on_three_days(passes: int, days: int) -> None:
    """Probation ends with 59 passes in a row over at least three days, and not before."""
    shares = [passes // days + (1 if place < passes % days else 0) for place in range(days)]
    trials = [sat(2 + place, share) for place, share in enumerate(shares)]
    state = state_of(*FLAKE, opened(lasts=30), Fixed(day=on(1)), *trials)
    assert (state is State.HEALTHY) is (passes >= PROBATION_PASSES and days >= 3)


@pytest.mark.parametrize("place", range(6))
def test_first_failure_on_probation_goes_back_to_quarantine_with_the_original_expiry(place: int) -> None:
    """Wherever the failure comes, the case is quarantined again until the day it had from the beginning."""
    events: list[Event] = [*FLAKE, opened(lasts=30), Fixed(day=on(1))]
    events += [sat(2 + day, 10, 1 if day == place else 0) for day in range(6)]
    standing = stand(events)
    assert standing.state is State.QUARANTINED
    assert standing.expires == on(31)


def test_expired_gates_again_until_it_is_renewed_or_released() -> None:
    """The last day still counts, the next does not; a later expiry brings it back, release ends it."""
    entry = [*FLAKE, opened(day=1, lasts=7)]
    assert state_of(*entry, DayCame(day=on(8))) is State.QUARANTINED
    assert state_of(*entry, DayCame(day=on(9))) is State.EXPIRED
    assert state_of(*entry, sat(9, 3)) is State.EXPIRED
    assert state_of(*entry, Fixed(day=on(2)), DayCame(day=on(9))) is State.EXPIRED
    assert state_of(*entry, DayCame(day=on(9)), opened(day=9, lasts=5)) is State.QUARANTINED
    assert state_of(*entry, DayCame(day=on(9)), Released(day=on(9))) is State.SUSPECT


def test_who_is_cleared_starts_anew() -> None:
    """After probation the old flakes are no evidence: one new flake is a suspicion again, and not due."""
    served = [*FLAKE, opened(lasts=30), Fixed(day=on(1)), *nights(2, 4, passes=20), Released(day=on(6))]
    assert state_of(*served) is State.HEALTHY
    assert not stand([*served, sat(7, 2, 1), sat(7, BURST)]).due


def test_proven_flake_that_was_never_quarantined_clears_itself_by_the_same_bar() -> None:
    """A suspect that is due leaves by 59 passes over three days, not by one clean burst."""
    assert state_of(*FLAKE, *nights(1, 1, passes=58), sat(2, 0)) is State.SUSPECT
    assert state_of(*FLAKE, *nights(1, 3, passes=20)) is State.HEALTHY


EVENTS = st.one_of(
    st.builds(
        sat,
        st.integers(0, 60),
        st.integers(0, 40),
        st.integers(0, 4),
        agent=st.integers(0, 2),
        subject=st.sampled_from([None, "x"]),
    ),
    st.builds(opened, st.integers(0, 60), st.integers(0, 30), st.sampled_from(list(Cause))),
    st.builds(Fixed, day=st.integers(0, 60).map(on)),
    st.builds(Released, day=st.integers(0, 60).map(on)),
    st.builds(DayCame, day=st.integers(0, 60).map(on)),
)
LIVES = st.lists(EVENTS, max_size=40).map(lambda events: sorted(events, key=lambda event: event.day))


@given(LIVES)
def test_no_life_of_a_p0_case_leads_into_quarantine(events: list[Event]) -> None:
    """Whatever happens to it, a P0 case is healthy, suspect or a regression."""
    standing = Standing(priority="P0")
    for event in events:
        standing = step(standing, event)
        assert standing.state in (State.HEALTHY, State.SUSPECT, State.REGRESSION)


@given(LIVES)
def test_quarantine_is_entered_by_entries_alone_and_left_on_time(events: list[Event]) -> None:
    """A case is quarantined only under an entry with a proven cause, and never past its last day."""
    standing = Standing(priority="P1")
    excused = {State.QUARANTINED, State.PROBATION}
    for event in events:
        before, standing = standing, step(standing, event)
        if standing.state in excused:
            assert standing.expires is not None
            assert event.day <= standing.expires
            if before.state not in excused:
                assert isinstance(event, Opened)
                assert event.cause in QUARANTINABLE
        if before.state in excused and standing.state in excused and not isinstance(event, Opened):
            assert standing.expires == before.expires


@given(LIVES)
def test_memory_is_bounded(events: list[Event]) -> None:
    """A standing holds no more of the past than the widest window can still ask for."""
    standing = stand(events)
    assert standing.window_trials <= max(137, *(trials for trials, _ in standing.window), 0)
    assert len(standing.subjects) <= 16


@given(st.integers(0, 12), st.lists(st.integers(0, 2), max_size=12))
def test_quiet_nights_can_be_told_at_once(quiet: int, flaws: list[int]) -> None:
    """Until a quarantine is due, clean nights weigh the same told one by one or as one long sitting."""
    one_by_one, at_once = Standing(), Standing()
    for number, bad in enumerate(flaws):
        day = number * (quiet + 1)
        for event in nights(day, quiet):
            one_by_one = step(one_by_one, event)
        at_once = step(at_once, sat(day, 3 * quiet))
        for event in [sat(day + quiet, 3 - bad, bad), *([sat(day + quiet, BURST)] if bad else [])]:
            one_by_one, at_once = step(one_by_one, event), step(at_once, event)
        assert (one_by_one.state, one_by_one.due) == (at_once.state, at_once.due)
        if at_once.due:
            return
