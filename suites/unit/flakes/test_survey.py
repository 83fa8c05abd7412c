"""The survey: every case that disagrees or is quarantined, as of a day, and the incidents behind several."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates.flakes import (
    BURST,
    Cause,
    HistoryRow,
    Quarantine,
    QuarantineEntry,
    State,
    Survey,
    Suspicion,
    clustered,
    survey,
)

from ...histories import NOON, row

pytestmark = pytest.mark.priority("P1")

TODAY = NOON.date()


def night(
    case: str, outcomes: str, *, day: int = 0, subject: str | None = None, **more: Any
) -> list[HistoryRow]:
    """One run of a case: p and f for each trial."""
    facts: dict[str, Any] = {
        "run_id": f"{day}-{len(outcomes)}-{subject}",
        "at": NOON + timedelta(days=day),
        "subject": subject or f"commit{day}",
    }
    return [
        row(
            case,
            run=number,
            outcome="pass" if letter == "p" else "fail",
            **facts,
            **({} if letter == "p" else more),
        )
        for number, letter in enumerate(outcomes, start=1)
    ]


def entry(case: str, **changed: Any) -> QuarantineEntry:
    given = {
        "case": case, "owner": "ann", "ticket": "OPS-1", "reason": "r", "evidence": "e",
        "cause": Cause.INFRA, "priority": "P1", "opened": TODAY, "expires": TODAY + timedelta(days=7),
        **changed,
    }  # fmt: skip
    return QuarantineEntry(**given)


def surveyed(rows: list[HistoryRow], *entries: QuarantineEntry, day: int = 0) -> Survey:
    rows = sorted(rows, key=lambda row: row.at)
    return survey(rows, (), Quarantine(path="q", entries=entries), TODAY + timedelta(days=day))


FLAKY = [*night("a", "ppf", cause=Cause.INFRA), *night("a", "p" * (BURST - 1) + "f", subject="commit0")]


def test_healthy_cases_are_not_listed() -> None:
    """Who never disagreed and is not quarantined is no news."""
    assert surveyed([*night("a", "ppp"), *night("b", "fff")]).cases == ()


@pytest.mark.parametrize(
    ("rows", "entries", "day", "state", "words"),
    [
        (night("a", "ppf"), [], 0, State.SUSPECT, "tries it 32 more times"),
        (FLAKY, [], 0, State.SUSPECT, "`gate quarantine add 'a' --cause infra ...`"),
        (FLAKY, [entry("a")], 0, State.QUARANTINED, "ann fixes it by 2026-01-08 (OPS-1)"),
        (FLAKY, [entry("a")], 8, State.EXPIRED, "`gate quarantine renew 'a' --approver NAME` once"),
        (FLAKY, [entry("a", renewed_by="bob")], 8, State.EXPIRED, "`gate quarantine release 'a'`"),
        (FLAKY, [entry("a", fixed=TODAY)], 0, State.PROBATION, "59 more passes in a row"),
        ([*FLAKY, *night("a", "p" * 20, day=1)], [entry("a", fixed=TODAY)], 1, State.PROBATION, "39 more"),
        (
            [*FLAKY, *(one for day in (1, 2, 3) for one in night("a", "p" * 20, day=day))],
            [entry("a", fixed=TODAY)],
            3,
            State.HEALTHY,
            "`gate quarantine release 'a'`",
        ),
        ([], [entry("a")], 0, State.QUARANTINED, "ann fixes it"),
        (
            [*night("a", "pff"), *night("a", "f" * BURST, subject="commit0")],
            [],
            0,
            State.REGRESSION,
            "no flake",
        ),
    ],
)
def test_state_and_next_step_follow_from_history_and_file(
    rows: list[HistoryRow], entries: list[QuarantineEntry], day: int, state: State, words: str
) -> None:
    """Each state is told with what a person does next."""
    (one,) = surveyed(rows, *entries, day=day).cases
    assert one.standing.state is state
    assert words in one.next_step


@pytest.mark.negative
def test_p0_is_told_to_be_fixed() -> None:
    """A P0 case that is proven flaky, entry or not, is a suspect that is to be fixed."""
    rows = [
        *night("a", "ppf", priority="P0"),
        *night("a", "p" * (BURST - 1) + "f", subject="commit0", priority="P0"),
    ]
    (one,) = surveyed(rows, entry("a")).cases
    assert one.standing.state is State.SUSPECT
    assert one.next_step == "fix it: a P0 case is never quarantined"


def test_unknown_cause_is_to_be_found_first() -> None:
    """A proven flake whose cause nobody found is not offered for quarantine."""
    rows = [*night("a", "ppf"), *night("a", "p" * (BURST - 1) + "f", subject="commit0")]
    (one,) = surveyed(rows).cases
    assert one.standing.due
    assert "find the cause" in one.next_step


def test_a_day_sees_nothing_of_the_days_after_it() -> None:
    """As of a day, later trials, entries and releases have not happened."""
    rows = [*night("a", "ppf"), *night("b", "ppf", day=5)]
    seen = survey(
        rows,
        [("a", TODAY + timedelta(days=1))],
        Quarantine(entries=(entry("a", opened=TODAY + timedelta(days=1)),)),
        TODAY,
    )
    assert [one.case for one in seen.cases] == ["a"]
    assert seen.cases[0].standing.state is State.SUSPECT


def test_three_new_suspects_of_one_failure_are_one_incident() -> None:
    """Three cases that begin to fail alike within a day are one alert, and each is told not to quarantine."""
    rows = [one for case in "abc" for one in night(case, "ppf", signature="same")]
    seen = surveyed([*rows, *night("d", "ppf", signature="other")])
    (incident,) = seen.clusters
    assert (incident.signature, incident.cases) == ("same", ("a", "b", "c"))
    told = {one.case: one.next_step for one in seen.cases}
    assert told["a"] == "fails like 2 others since 2026-01-01: fix that, quarantine none"
    assert told["d"].startswith("`gate burst 'd'` tries it 32 more times")


@pytest.mark.negative
def test_two_are_no_incident_and_neither_are_three_of_different_failures() -> None:
    """Two cases alike, three unlike, and three without a fingerprint raise no alert."""
    two = [one for case in "ab" for one in night(case, "ppf", signature="same")]
    unlike = [one for case in "abc" for one in night(case, "ppf", signature=case)]
    bare = [one for case in "abc" for one in night(case, "ppf")]
    for rows in (two, unlike, bare):
        assert surveyed(rows).clusters == ()


def test_incident_is_over_when_its_cases_are() -> None:
    """Once its cases have passed their bursts an incident is no alert any more."""
    rows = [one for case in "abc" for one in night(case, "ppf", signature="same")]
    rows += [one for case in "abc" for one in night(case, "p" * BURST, day=1)]
    assert surveyed(rows, day=1).clusters == ()


def suspicion(case: str, hour: float, signature: str = "s") -> Suspicion:
    return Suspicion(case=case, signature=signature, at=NOON + timedelta(hours=hour))


@pytest.mark.parametrize(
    ("hours", "found"),
    [((0, 12, 24), 1), ((0, 12, 24.01), 0), ((0, 0, 0), 1), ((0, 20, 30, 44), 1), ((0, 1, 2, 50, 51, 52), 2)],
)
def test_incident_is_three_cases_within_24_hours(hours: tuple[float, ...], found: int) -> None:
    """Exactly 24 hours still count, chains of full windows are one, and what lies apart is another."""
    told = clustered(suspicion(f"c{number}", hour) for number, hour in enumerate(hours))
    assert len(told) == found


@pytest.mark.negative
def test_one_case_three_times_is_no_incident() -> None:
    """A case that becomes a suspect again and again is one case."""
    assert clustered([suspicion("a", hour) for hour in range(5)]) == ()


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 100), st.sampled_from("xy")), max_size=30)
)
def test_incidents_are_what_a_plain_search_finds(given: list[tuple[str, int, str]]) -> None:
    """A case and moment is in an incident exactly when some 24 hours around it hold three cases alike."""
    told = clustered(suspicion(case, hour, signature) for case, hour, signature in given)
    covered: set[tuple[str, datetime]] = set()
    for case, hour, signature in given:
        for start in {hour_ for _, hour_, alike in given if alike == signature}:
            inside = {c for c, h, alike in given if alike == signature and start <= h <= start + 24}
            if len(inside) >= 3 and start <= hour <= start + 24:
                covered.add((case, NOON + timedelta(hours=hour)))
    members = {
        (case, NOON + timedelta(hours=hour))
        for case, hour, signature in given
        for one in told
        if one.signature == signature and one.first <= NOON + timedelta(hours=hour) <= one.last
    }
    assert members == covered


def test_day_is_that_of_greenwich() -> None:
    """A trial just before midnight in UTC belongs to that day wherever the machine was."""
    late = datetime.fromisoformat("2026-01-01T20:30:00-05:00")
    rows = [row("a", at=late), row("a", run=2, at=late, outcome="fail")]
    assert survey(rows, (), Quarantine(), date(2026, 1, 1)).cases == ()
    assert len(survey(rows, (), Quarantine(), date(2026, 1, 2)).cases) == 1
