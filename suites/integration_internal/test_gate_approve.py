"""`gate approve`: from a key and a sentence to a gate that opens, and back when a file is changed."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..folders import files_in
from ..inner_pytest import ending_of
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
    expect.program(project.gate("evaluate", "a.xml")).ended(3)

    answer = approve(project)
    expect.program(answer).ended(0).said("Ann Lee approves gate design", on="out")
    expect.program(project.gate("evaluate", "a.xml")).ended(0)

    project.write("design.md", "It is designed!")
    shut = project.gate("evaluate", "a.xml")
    expect.program(shut).ended(1).said("design.md was changed since it was approved by Ann Lee", on="out")

    expect.program(approve(project)).ended(0)
    expect.program(project.gate("evaluate", "a.xml")).ended(0)


def test_json_says_what_was_signed(project: SmallProject) -> None:
    """The file, the key, the digests and the days, for scripts."""
    said = approve(project, "--json").json

    expect.value(files_in(project.root)).contains(said["approval"])
    expect.value((said["gate"], said["reviewer"])).equals(("design", "Ann Lee"))
    expect.value(list(said["files"])).equals(["design.md"])


def test_a_gate_of_a_criteria_file_is_approved_alike(project: SmallProject) -> None:
    """--criteria names the file where the gate is."""
    project.write("criteria.toml", CRITERIA)
    (project.root / "gate.toml").unlink()

    expect.program(approve(project, "--criteria", "criteria.toml")).ended(0)


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

    expect.program(answer).ended(code).said(says, on="err")
    expect.value(list(project.root.glob("gates/approvals/**/*.json"))).equals([])


@pytest.mark.negative
def test_a_key_that_may_not_approve_is_refused(project: SmallProject) -> None:
    """A foreign approval would only shut the gate, so it is not made."""
    expect.program(project.gate("keygen", "eve.key")).ended(0)

    answer = project.gate("approve", "design", "--key", "eve.key", *WORDS, "--expires", day(project))

    expect.program(answer).ended(2).said("may not approve gate 'design'; those may: ann.key.pub", on="err")
    expect.value(list(project.root.glob("gates/approvals/**/*.json"))).equals([])


@pytest.mark.negative
def test_a_key_in_the_place_of_another_is_refused(project: SmallProject) -> None:
    """With its id in the gate file, no other key can take the place of the one that was meant."""
    keyid = project.gate("keygen", "eve.key", "--json").json["keyid"]
    project.write("gate.toml", GATE.replace('"ann.key.pub"', f'"ann.key.pub#{keyid}"'))

    answer = approve(project)

    expect.program(answer).ended(2).said("ann.key.pub: is key", f"the gate names {keyid[:16]}", on="err")


@pytest.mark.negative
def test_a_file_that_is_not_there_cannot_be_approved(project: SmallProject) -> None:
    """Nobody reviews what does not exist."""
    (project.root / "design.md").unlink()

    answer = approve(project)

    expect.program(answer).ended(3).said("design.md: no such file", on="err")


HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "approve-and-judge-criteria.md"


def test_the_how_to_is_true(tmp_path: Path) -> None:
    """Every command of the guide, typed one after the other in a project with its criteria, works."""
    text = HOW_TO.read_text()
    criteria, _ = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    project = small_project(tmp_path)
    project.write("exit.toml", criteria)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AUTOBIZ", "PYTEST"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        ["bash", "-ec", "".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))],
        cwd=tmp_path,
        env={**inherited, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    expect.program(ending_of(done)).ended(0)
    expect.value(done.stdout).matches(r"\nOPEN\n\Z")
    expect.value((tmp_path / "summary.md").read_text()).contains("### Criteria: **OPEN** 2 of 2 hold")
