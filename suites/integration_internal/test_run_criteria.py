"""Criteria that a project configures: answered with every run, shown, signed, and held to be true."""

import base64
import json
import shutil
from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..signed_run import OPEN, TESTS, commit
from ..small_project import ONE_RUN, SmallProject, small_project

CRITERIA = """[criterion.EXIT-01]
says = "Tests pass"
gates = ["tests"]

[criterion.EXIT-02]
says = "Runbook written"
gates = ["runbook", "regressed"]

[gate.tests]
kind = "p0"
runs = 1

[gate.runbook]
kind = "artifact"
path = "runbook.md"

[gate.regressed]
kind = "regression"
baseline = "before"
"""
TOOL = '[tool.autobiz]\ncriteria = "criteria.toml"\n' + ONE_RUN


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A committed project with criteria, a key, and one run."""
    root = tmp_path_factory.mktemp("criteria")
    project = small_project(root, TESTS.replace("def ", "@pytest.mark.unit\ndef "), gate_file=OPEN, tool=TOOL)
    project.write("criteria.toml", CRITERIA)
    project.write(".gitignore", "__pycache__/\n*.key\n*.pub\n*.json\nsummary.md\n")
    commit(root)
    assert project.gate("keygen", "ci.key").code == 0
    answer = project.gate("run", "--markdown", "summary.md")
    assert answer.code == 0, answer.err
    project.write("said.txt.json", answer.out)
    return project


@pytest.fixture
def project(original: SmallProject, tmp_path: Path) -> SmallProject:
    root = tmp_path / "project"
    shutil.copytree(original.root, root)
    return SmallProject(root=root)


def evidence_of(project: SmallProject) -> Path:
    return project.ledger.parent / "evidence.json"


def test_a_run_answers_the_criteria_and_decides_without_them(project: SmallProject) -> None:
    """The gates are open, so the deploy may happen; that a criterion does not hold yet is told beside it."""
    criteria = json.loads(evidence_of(project).read_text())["criteria"]

    expect.value((criteria["file"], len(criteria["sha256"]))).equals(("criteria.toml", 64))
    expect.value([one["decision"] for one in criteria["criteria"]]).equals(["open", "undecided"])
    expect.value((project.root / "said.txt.json").read_text()).contains(
        "1 of 2 criteria hold (criteria.toml)"
    )
    expect.value((evidence_of(project).parent / "report.html").read_text()).contains("Runbook written")
    expect.value((project.root / "summary.md").read_text()).contains(
        "### Criteria: **UNDECIDED** 1 of 2 hold"
    )


def test_the_signed_table_begins_with_the_criteria(project: SmallProject) -> None:
    """What is signed says of each criterion whether it holds, and why not."""
    answer = project.gate("evidence", "--key", "ci.key", "--json")

    expect.program(answer).ended(0)
    envelope = json.loads((project.root / answer.json["bundle"]).read_text())
    own = json.loads(base64.b64decode(envelope["payload"]))["predicate"]["autobiz.evidence/1"]
    expect.value([(row["criterion"], row["holds"]) for row in own["exit_criteria"]]).equals(
        [
            ("EXIT-01 Tests pass", True),
            ("EXIT-02 Runbook written", False),
            ("stage tests, run 1 of 1", True),
            ("gate tests", True),
        ]
    )


@pytest.mark.negative
@pytest.mark.parametrize("change", ["answer", "removed", "file"])
def test_criteria_that_do_not_follow_are_not_signed(project: SmallProject, change: str) -> None:
    """An answer that was made better, a table taken out, a criteria file that is another one now."""
    path = evidence_of(project)
    evidence = json.loads(path.read_text())
    if change == "answer":
        evidence["criteria"]["criteria"][1]["decision"] = "open"
    elif change == "removed":
        evidence["criteria"] = None
    else:
        project.write("criteria.toml", CRITERIA.replace("Runbook written", "Runbook wanted"))
    path.write_text(json.dumps(evidence))

    answer = project.gate("evidence", "--key", "ci.key")

    expect.program(answer).ended(1).said(
        "the criteria of the project come to other answers than it says", on="err"
    )


@pytest.mark.negative
def test_mistakes_in_the_criteria_are_told_before_anything_runs(project: SmallProject) -> None:
    """All of them, with their lines, as with the gate file."""
    project.write("criteria.toml", CRITERIA.replace("says", "say").replace("path", "pat"))
    runs = len(list((project.root / ".autobiz" / "runs").iterdir()))

    answer = project.gate("run")

    expect.program(answer).ended(2).said(
        "criteria.toml:2: criterion 'EXIT-01': unknown key 'say'. Did you mean 'says'?",
        "unknown key 'pat'",
        on="err",
    )
    expect.value(len(list((project.root / ".autobiz" / "runs").iterdir()))).equals(runs)


@pytest.mark.negative
def test_criteria_that_are_not_there_are_told(project: SmallProject) -> None:
    """A file that pyproject.toml names must exist."""
    (project.root / "criteria.toml").unlink()

    answer = project.gate("run")

    expect.program(answer).ended(2).said("criteria.toml: no such file", on="err")
