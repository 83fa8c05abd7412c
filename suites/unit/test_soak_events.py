"""The events of a soak: in order by their instants, each once, of one subject, without a pause."""

import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import Case, Decision, RunPlan, SoakGate

from ..decided import figures_of
from ..ledger_lines import SUBJECT, header
from ..soaking import BEGAN, DAY, GATE, HOUR, OTHER, decided, event, judged, reasons, week, write

pytestmark = pytest.mark.priority("P0")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("kept", "expected"), [(20, Decision.OPEN), (19, Decision.UNDECIDED), (0, Decision.UNDECIDED)]
)
def test_a_day_with_too_few_events_is_a_pause(tmp_path: Path, kept: int, expected: Decision) -> None:
    """Each whole 24 hours since the first event needs twenty; the day is named."""
    third = [BEGAN + 2 * DAY <= one.started_at < BEGAN + 3 * DAY for one in week()]
    events = [one for n, one in enumerate(week()) if not third[n] or sum(third[:n]) < kept]

    decision = judged(tmp_path, [*events, *(event(900 + n, BEGAN + 4 * DAY) for n in range(48))])

    assert decision.decision is expected
    if expected is Decision.UNDECIDED:
        says = f"the 24 hours from 2026-03-03 22:30 UTC had {kept} events, 20 are needed; start the soak anew"
        assert reasons(decision) == {"every day": says}


def test_an_event_on_the_boundary_belongs_to_the_day_that_begins(tmp_path: Path) -> None:
    """Twenty events at exactly 24 hours are of the second day, and the first has none of them."""
    first = [event(n, BEGAN + n * HOUR / 2) for n in range(19)]
    boundary = [event(100 + n, BEGAN + DAY) for n in range(20)]
    gate = SoakGate(name="s", floor=0.95, ledger="soak", days_min=1)

    decision = judged(tmp_path, [*first, *boundary], gate)

    assert "from 2026-03-01 22:30 UTC had 19 events" in reasons(decision)["every day"]


def test_offsets_from_utc_change_nothing(tmp_path: Path) -> None:
    """The same instants written in three time zones give the same decision, to the letter."""
    zones = [timezone(timedelta(hours=hours)) for hours in (-11, 0, 14)]
    moved = [
        event(n, one.started_at.astimezone(zones[n % 3]), str(one.outcome))
        for n, one in enumerate(week(failing=[3, 50]))
    ]

    assert judged(tmp_path / "moved", moved) == judged(tmp_path / "utc", week(failing=[3, 50]))


@pytest.mark.negative
def test_an_instant_without_an_offset_is_no_instant(tmp_path: Path) -> None:
    """Nobody knows when it was, so the soak stays undecided."""
    decision = judged(tmp_path, [*week(), event(999, datetime(2026, 3, 5, 12))])  # noqa: DTZ001  that is the point

    assert decision.decision is Decision.UNDECIDED
    assert "without its offset from UTC" in reasons(decision)["problems"]


def test_in_one_instant_failures_come_first(tmp_path: Path) -> None:
    """Five failures and five passes at once fire the switch, in whatever order they were written."""
    at = BEGAN + HOUR
    bad, good = (
        [event(100 * place + n, at, outcome) for n in range(5)]
        for place, outcome in enumerate(("fail", "pass"))
    )

    for name, events in (("a", [*bad, *good]), ("b", [*good, *bad])):
        decision = judged(tmp_path / name, [event(0, BEGAN), *events])
        assert "fired at event 6" in reasons(decision)["kill switch"]


@given(st.randoms(use_true_random=False), st.integers(1, 5))
def test_neither_lines_nor_files_have_an_order(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random, files: int
) -> None:
    """Clocks that go backwards from file to file, and lines in any order, give the same decision."""
    events = week(30, failing=[2, 3, 20])
    whole, parts = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("parts")
    expected = judged(whole, events)
    chance.shuffle(events)
    for place in range(files):
        write(parts / "soak" / f"{place}.jsonl", events[place::files])

    assert decided(parts) == expected


def test_a_new_subject_restarts_the_clock(tmp_path: Path) -> None:
    """A week of one commit and a day of the next is one day of soak, and says so."""
    later = [event(n, BEGAN + 8 * DAY + n * HOUR / 2, subject=OTHER, case=f"later-{n}") for n in range(48)]

    decision = judged(tmp_path, [*week(), *later])

    assert decision.decision is Decision.UNDECIDED
    assert figures_of(decision).trials == 48
    assert (
        "the clock restarted with a new subject, 337 events before do not count" in reasons(decision)["days"]
    )


def test_failures_of_an_earlier_subject_do_not_count(tmp_path: Path) -> None:
    """What fired the switch for the old commit is over once the new one has soaked its week."""
    before = [event(n, BEGAN - DAY + n * HOUR, "fail", subject=OTHER, case=f"before-{n}") for n in range(9)]

    assert judged(tmp_path, [*before, *week()]).decision is Decision.OPEN


@pytest.mark.negative
def test_two_subjects_at_once_never_add_up(tmp_path: Path) -> None:
    """Commits that take turns restart each other's clock all the time."""
    mixed = [
        event(n, one.started_at, subject=OTHER if n % 2 else SUBJECT) for n, one in enumerate(week(14 * 24))
    ]

    decision = judged(tmp_path, mixed)

    assert decision.decision is Decision.UNDECIDED
    assert figures_of(decision).trials == 1


@pytest.mark.negative
def test_a_soak_of_another_commit_does_not_open_the_run(tmp_path: Path) -> None:
    """The run and the soak must be of one commit."""
    write(tmp_path / "soak" / "a.jsonl", week())
    run = write(tmp_path / "run.jsonl", [], header(subject=OTHER))

    decision = decided(tmp_path, GATE, (run,))

    assert decision.decision is Decision.UNDECIDED
    assert reasons(decision)["subject"] == "the soak is of commit c0ffee, and the run of 0ther"
    same = write(tmp_path / "same.jsonl", [], header())
    assert decided(tmp_path, GATE, (same,)).decision is Decision.OPEN


def test_without_a_ledger_of_its_own_it_reads_the_runs(tmp_path: Path) -> None:
    """A soak that was recorded as a run is judged from that run."""
    run = write(tmp_path / "run.jsonl", week())

    assert decided(tmp_path, SoakGate(name="s", floor=0.95), (run,)).decision is Decision.OPEN
    assert decided(tmp_path, SoakGate(name="s", floor=0.95)).decision is Decision.UNDECIDED


def test_a_torn_tail_is_as_good_as_no_line(tmp_path: Path) -> None:
    """A writer that was killed leaves half a line, and what it wrote before counts."""
    path = write(tmp_path / "soak" / "a.jsonl", week())
    with path.open("ab") as file:
        file.write(b'{"kind":"trial","schema":"autob')

    assert decided(tmp_path).decision is Decision.OPEN


@pytest.mark.negative
def test_a_planned_trial_without_an_outcome_leaves_it_undecided(tmp_path: Path) -> None:
    """Killed in the middle of a trial: what was planned and is not there is missed."""
    case = Case(case="test_soak.py::test_lost", suite="soak")
    plan = RunPlan.of("run-a", 1, (case, Case(case="unit", suite="unit")))

    decision = judged(tmp_path, [plan, *week()])

    assert decision.decision is Decision.UNDECIDED
    assert reasons(decision)["missing"] == "1 planned trials left no outcome, in case test_soak.py::test_lost"


@pytest.mark.negative
def test_a_ledger_that_lies_there_twice_happened_once(tmp_path: Path) -> None:
    """Copying a file does not make more events of it."""
    few = [one for n, one in enumerate(week()) if n % 2 == 0]
    write(tmp_path / "soak" / "a.jsonl", few)
    write(tmp_path / "soak" / "copy" / "a.jsonl", few)

    assert "has 169 of 300 events" in reasons(decided(tmp_path))["events"]


@pytest.mark.negative
def test_a_trial_that_the_machinery_spoilt_is_missed_until_it_is_tried_again(tmp_path: Path) -> None:
    """An invalid trial is no event, and its case has no outcome before another trial of it has one."""
    name = "test_soak.py::test_spoilt"
    plan = RunPlan.of("run-a", 1, (Case(case=name, suite="soak"),))
    spoilt, again = (
        event(0, BEGAN + n * HOUR, word, case=name) for n, word in enumerate(("invalid", "pass"))
    )

    assert "missing" in reasons(judged(tmp_path / "spoilt", [plan, *week(), spoilt]))
    assert judged(tmp_path / "again", [plan, *week(), spoilt, again]).decision is Decision.OPEN


def test_a_skip_is_no_event(tmp_path: Path) -> None:
    """A week of skips is a week without events."""
    events = [event(n, BEGAN + n * HOUR, "skip") for n in range(7 * 24)]

    assert reasons(judged(tmp_path, events)) == {"events": "no event of suite soak"}


@pytest.mark.negative
@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "soak: no such ledger"), (b"rubbish\n", "not a ledger: the first line is not JSON")],
)
def test_a_ledger_that_cannot_be_read_leaves_it_undecided(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    """No soak, or something else in its place, is no evidence; the place is told relative to the project."""
    if content is not None:
        (tmp_path / "soak").mkdir()
        (tmp_path / "soak" / "a.jsonl").write_bytes(content)

    decision = decided(tmp_path)

    assert decision.decision is Decision.UNDECIDED
    assert says in decision.reason
    assert str(tmp_path) not in decision.reason
