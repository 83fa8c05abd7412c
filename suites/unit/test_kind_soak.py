"""Kind soak: a verdict at one fixed end, a switch that fires, and the session as the unit."""

from pathlib import Path

import pytest

from autobiz_gates import Decision, SoakGate, Trial

from ..decided import figures_of
from ..soaking import BEGAN, GATE, HOUR, event, judged, reasons, week

pytestmark = pytest.mark.priority("P0")


def test_a_week_of_passing_events_opens(tmp_path: Path) -> None:
    """Seven times 24 hours with 337 clean events and no pause: open, and the figures count sessions."""
    decision = judged(tmp_path, week())

    assert decision.decision is Decision.OPEN
    assert (decision.asked, decision.seen) == ("LCB >= 0.95, 7 days", "337/337")
    assert (figures_of(decision).cases, figures_of(decision).runs) == (337, 1)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("gate", "events", "condition", "says"),
    [
        (GATE, week(7 * 24), "days", "lasted 6.95 of 7 days since 2026-03-01 22:30 UTC"),
        (SoakGate(name="s", floor=0.95, ledger="soak", events_min=338), week(), "events", "337 of 338"),
        (GATE, [one for n, one in enumerate(week()) if n % 2 == 0], "events", "has 169 of 300 events"),
        (
            SoakGate(name="s", floor=0.95, ledger="soak", cluster="workflow"),
            week(),
            "sessions",
            "has 1 of 73 sessions",
        ),
        (GATE, [], "events", "no event of suite soak"),
    ],
)
def test_too_short_or_too_few_is_undecided(
    tmp_path: Path, gate: SoakGate, events: list[Trial], condition: str, says: str
) -> None:
    """Every lack is told with how much there is and how much is needed."""
    decision = judged(tmp_path, events, gate)

    assert decision.decision is Decision.UNDECIDED
    assert says in reasons(decision)[condition]


@pytest.mark.parametrize(("failures", "expected"), [(9, Decision.OPEN), (10, Decision.SHUT)])
def test_so_many_sessions_may_fail_as_the_bound_allows(
    tmp_path: Path, failures: int, expected: Decision
) -> None:
    """Of 337 sessions 9 may fail at z = 1.96; the tenth shuts the gate at the end."""
    decision = judged(tmp_path, week(failing=range(0, 34 * failures, 34)))

    assert decision.decision is expected
    if expected is Decision.SHUT:
        assert "is at its end below 0.95" in reasons(decision)["bound"]


@pytest.mark.negative
def test_what_comes_after_the_end_cannot_mend_the_bound(tmp_path: Path) -> None:
    """The end is fixed by the gate: another clean week after a failed one changes nothing."""
    events = week(2 * 7 * 24, failing=range(0, 34 * 10, 34))

    decision = judged(tmp_path, events)

    assert decision.decision is Decision.SHUT
    assert figures_of(decision).trials == 337


@pytest.mark.negative
def test_what_comes_after_the_end_can_still_fire_the_switch(tmp_path: Path) -> None:
    """A collapse on the eighth day shuts what had opened on the seventh."""
    events = week(8 * 24, failing=range(360, 372))

    decision = judged(tmp_path, events)

    assert decision.decision is Decision.SHUT
    assert list(reasons(decision)) == ["kill switch"]


@pytest.mark.negative
def test_the_switch_fires_at_five_failures_in_a_row(tmp_path: Path) -> None:
    """Three to the fifth is above a hundred, at whatever time of the soak; four in a row is below."""
    assert judged(tmp_path / "four", week(48, failing=range(4))).decision is Decision.UNDECIDED

    decision = judged(tmp_path / "five", week(48, failing=range(5)))

    assert decision.decision is Decision.SHUT
    assert "the kill switch fired at event 5, 2026-03-02 00:30 UTC" in reasons(decision)["kill switch"]


@pytest.mark.negative
def test_a_subject_that_is_below_the_floor_for_certain_shuts_before_the_end(tmp_path: Path) -> None:
    """With the upper bound below the floor, waiting on would be a formality."""
    decision = judged(tmp_path, week(48, failing=range(0, 95, 5)))

    assert decision.decision is Decision.SHUT
    assert "so is the upper bound" in reasons(decision)["bound"]


@pytest.mark.negative
@pytest.mark.parametrize("outcome", ["unknown", "fail"])
def test_what_could_not_be_judged_counts_like_a_failure(tmp_path: Path, outcome: str) -> None:
    """Five in a row fire the switch, judged or not."""
    events = [event(n, BEGAN + n * HOUR, outcome) for n in range(5)]

    assert judged(tmp_path, events).decision is Decision.SHUT


def test_the_unit_is_the_session(tmp_path: Path) -> None:
    """Sessions that fail whole weigh as one each: five events of one dead session do not shut the bound."""
    events = [
        event(n, one.started_at, "fail" if n // 4 == 7 and n % 4 else "pass", case=f"session-{n // 4}")
        for n, one in enumerate(week())
    ]

    decision = judged(tmp_path, events)

    assert (figures_of(decision).cases, figures_of(decision).trials) == (85, 337)
    assert decision.decision is Decision.SHUT
    assert "over 85 sessions is at its end below 0.95" in reasons(decision)["bound"]
    assert judged(tmp_path / "pooled", week(failing=[28, 29, 30])).decision is Decision.OPEN


@pytest.mark.parametrize(("cluster", "sessions"), [("case", 4), ("test", 2), ("workflow", 1)])
def test_sessions_are_what_the_gate_says(tmp_path: Path, cluster: str, sessions: int) -> None:
    """All trials of a case, all cases of a test, or all of a workflow."""
    names = ["a.py::x[1]", "a.py::x[2]", "a.py::y[1]", "a.py::y[2]"]
    events = [event(n, BEGAN + n * HOUR, case=name) for n, name in enumerate(names * 3)]

    decision = judged(tmp_path, events, SoakGate(name="s", floor=0.95, ledger="soak", cluster=cluster))

    assert figures_of(decision).cases == sessions
