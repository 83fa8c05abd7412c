"""Kind approval: enough people signed, over exactly these bytes, on a day on which it counts."""

from datetime import date, datetime
from pathlib import Path

import pytest

from autobiz_gates import Decision, decide_all, read_gate_file
from autobiz_gates.evidence import (
    SigningKey,
)

from ...approvals import GATE, NOON, NOTHING, TODAY, approve, decided

pytestmark = pytest.mark.priority("P0")


def test_one_approval_of_these_bytes_opens(project: Path, keys: dict[str, SigningKey]) -> None:
    """Ann may approve and did, so the gate is open and names her."""
    approve(project, keys["ann"], "Ann Lee")

    decision = decided(project)

    assert decision.decision is Decision.OPEN
    assert decision.reason == "design is open: approved by Ann Lee."
    assert (decision.asked, decision.seen) == ("1 approver", "1")


def test_two_people_are_two_keys_and_two_names(project: Path, keys: dict[str, SigningKey]) -> None:
    """Where two are asked for, one is not enough and two different people are."""
    approve(project, keys["ann"], "Ann Lee")
    assert decided(project, "approvers_min = 2").decision is Decision.UNDECIDED

    approve(project, keys["bob"], "Bob Ray")
    assert decided(project, "approvers_min = 2").decision is Decision.OPEN


@pytest.mark.negative
@pytest.mark.parametrize("name", ["Ann Lee", "ann lee", "ANN LEE", "\uff21nn Lee"])
def test_one_person_with_two_keys_is_one(project: Path, keys: dict[str, SigningKey], name: str) -> None:
    """A name that was signed with another key already does not count again, however it is written."""
    approve(project, keys["ann"], "Ann Lee")
    approve(project, keys["bob"], name)

    decision = decided(project, "approvers_min = 2")

    assert decision.decision is Decision.UNDECIDED
    assert (
        "needs 2 approvers, has 1; approvals that share a key or a name are one person's" in decision.reason
    )


@pytest.mark.negative
def test_one_key_under_two_names_is_one(project: Path, keys: dict[str, SigningKey]) -> None:
    """Of several approvals by one key only the latest counts, whatever name it bears."""
    approve(project, keys["ann"], "Ann Lee")
    approve(project, keys["ann"], "Bob Ray", approved_at=NOON.replace(hour=13))

    decision = decided(project, "approvers_min = 2")

    assert decision.decision is Decision.UNDECIDED
    assert decision.seen == "1"


@pytest.mark.negative
def test_a_file_that_was_changed_since_shuts(project: Path, keys: dict[str, SigningKey]) -> None:
    """One byte more in what was reviewed, and the approval is of something else."""
    approve(project, keys["ann"], "Ann Lee")
    (project / "design.md").write_text("It is designed!")

    decision = decided(project)

    assert decision.decision is Decision.SHUT
    assert "design.md was changed since it was approved by Ann Lee" in decision.reason


def test_approving_again_after_a_change_opens_again(project: Path, keys: dict[str, SigningKey]) -> None:
    """The latest approval of a key replaces what it said before."""
    approve(project, keys["ann"], "Ann Lee")
    (project / "design.md").write_text("It is designed better.")
    approve(project, keys["ann"], "Ann Lee", approved_at=NOON.replace(hour=13))

    assert decided(project).decision is Decision.OPEN


def test_enough_others_make_up_for_a_stale_approval(project: Path, keys: dict[str, SigningKey]) -> None:
    """Bob approved what is there now, so what Ann approved before does not matter."""
    approve(project, keys["ann"], "Ann Lee")
    (project / "design.md").write_text("It is designed better.")
    approve(project, keys["bob"], "Bob Ray")

    assert decided(project).decision is Decision.OPEN


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 12, 31), Decision.OPEN),
        (date(2027, 1, 1), Decision.UNDECIDED),
        (date(2026, 6, 15), Decision.OPEN),
        (date(2026, 6, 14), Decision.UNDECIDED),
    ],
)
def test_it_counts_from_its_day_through_its_last(
    project: Path, keys: dict[str, SigningKey], today: date, expected: Decision
) -> None:
    """Expired and future-dated approvals are no approvals; first and last day count whole."""
    approve(project, keys["ann"], "Ann Lee")

    decision = decided(project, today=today)

    assert decision.decision is expected
    if today < TODAY:
        assert "Ann Lee approved in the future" in decision.reason
    elif expected is Decision.UNDECIDED:
        assert "the approval of Ann Lee expired after 2026-12-31" in decision.reason


def test_the_day_of_an_approval_is_that_of_utc(project: Path, keys: dict[str, SigningKey]) -> None:
    """Half past midnight in Auckland is still the day before."""
    approve(project, keys["ann"], "Ann Lee", approved_at=datetime.fromisoformat("2026-06-16T00:30:00+12:00"))

    assert decided(project).decision is Decision.OPEN


@pytest.mark.negative
@pytest.mark.parametrize("lost", ["design.md", "ann.pub", "approvals"])
def test_what_is_not_there_leaves_it_undecided(project: Path, keys: dict[str, SigningKey], lost: str) -> None:
    """Without the file, the key or any approval there is nothing to open with."""
    path = approve(project, keys["ann"], "Ann Lee")
    (path if lost == "approvals" else project / lost).unlink()

    assert decided(project).decision is Decision.UNDECIDED


@pytest.mark.negative
def test_a_file_that_was_not_part_of_the_review_leaves_it_undecided(
    project: Path, keys: dict[str, SigningKey]
) -> None:
    """Asking for one file more needs another review."""
    approve(project, keys["ann"], "Ann Lee", files={})

    decision = decided(project)

    assert decision.decision is Decision.UNDECIDED
    assert "Ann Lee did not review design.md" in decision.reason


def test_a_gate_without_files_is_approved_itself(project: Path, keys: dict[str, SigningKey]) -> None:
    """Where no file is named, the approval is bound to the gate and its days alone."""
    approve(project, keys["ann"], "Ann Lee", files={})
    (project / "gate.toml").write_text(GATE.replace('files = ["design.md"]\n', ""))

    (decision,) = decide_all(read_gate_file(project / "gate.toml"), NOTHING, TODAY, project)

    assert decision.decision is Decision.OPEN
