"""`gate approve`: from a key and a sentence to a gate that opens, and back when a file is changed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ..small_project import Answer, SmallProject, small_project

GATE = """[gate.design]
kind = "approval"
approvals = "gates/approvals/design"
keys = "ann.key.pub"
files = ["design.md"]

[gate.lint]
kind = "command"
command = ["true"]
"""
CRITERIA = f'{GATE}\n[criterion.ENTRY]\nsays = "It was reviewed"\ngates = ["design", "lint"]\n'
WORDS = ("--reviewer", "Ann Lee", "--statement", "Read it whole, found nothing")


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    """A project with a design, an approval gate and Ann's key."""
    project = small_project(tmp_path, gate_file=GATE)
    project.write("design.md", "It is designed.")
    project.write("a.xml", "<testsuite><testcase name='a'/></testsuite>")
    assert project.gate("keygen", "ann.key").code == 0
    return project


def approve(project: SmallProject, *more: str, gate: str = "design", words: Sequence[str] = WORDS) -> Answer:
    expires = () if "--expires" in more else ("--expires", day(project))
    return project.gate("approve", gate, "--key", "ann.key", *words, *expires, *more)


def day(project: SmallProject) -> str:
    """Today, as this machine has it."""
    from autobiz_harness.clock import utc_now

    return utc_now().date().isoformat()


def test_an_approval_opens_the_gate_until_the_file_is_changed(project: SmallProject) -> None:
    """Undecided before, open after, shut once another byte lies there, open again when approved again."""
    assert project.gate("evaluate", "a.xml").code == 3

    answer = approve(project)
    assert answer.code == 0, answer.err
    assert "Ann Lee approves gate design" in answer.out
    assert project.gate("evaluate", "a.xml").code == 0

    project.write("design.md", "It is designed!")
    shut = project.gate("evaluate", "a.xml")
    assert shut.code == 1
    assert "design.md was changed since it was approved by Ann Lee" in shut.out

    assert approve(project).code == 0
    assert project.gate("evaluate", "a.xml").code == 0


def test_json_says_what_was_signed(project: SmallProject) -> None:
    """The file, the key, the digests and the days, for scripts."""
    said = approve(project, "--json").json

    assert (project.root / said["approval"]).is_file()
    assert (said["gate"], said["reviewer"]) == ("design", "Ann Lee")
    assert list(said["files"]) == ["design.md"]


def test_a_gate_of_a_criteria_file_is_approved_alike(project: SmallProject) -> None:
    """--criteria names the file where the gate is."""
    project.write("criteria.toml", CRITERIA)
    (project.root / "gate.toml").unlink()

    assert approve(project, "--criteria", "criteria.toml").code == 0


@pytest.mark.negative
@pytest.mark.parametrize(
    ("gate", "more", "code", "says"),
    [
        ("desing", (), 2, "Did you mean 'design'?"),
        ("lint", (), 2, "gate 'lint' is of kind 'command'; only kind 'approval' is approved"),
        ("design", ("--expires", "2000-01-01"), 1, "the last day must be one of the next 366 days"),
        ("design", ("--expires", "soon"), 2, "soon"),
        ("design", ("--gate-file", "a.toml", "--criteria", "b.toml"), 2, "not both"),
        ("design", ("--gate-file", "nowhere.toml"), 2, "no such file"),
    ],
)
def test_what_cannot_be_approved_is_refused(
    project: SmallProject, gate: str, more: tuple[str, ...], code: int, says: str
) -> None:
    """A wrong gate, day or file is told in a sentence, and nothing is written."""
    answer = approve(project, *more, gate=gate)

    assert answer.code == code
    assert says in answer.err
    assert not list(project.root.glob("gates/approvals/**/*.json"))


@pytest.mark.negative
def test_a_file_that_is_not_there_cannot_be_approved(project: SmallProject) -> None:
    """Nobody reviews what does not exist."""
    (project.root / "design.md").unlink()

    answer = approve(project)

    assert answer.code == 3
    assert "design.md: no such file" in answer.err
