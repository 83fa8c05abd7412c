"""What `gate run` leaves for others: a table for a summary, and a signed bundle when it is asked for."""

import shutil
from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..folders import files_in
from ..signed_run import CHAIN, OPEN, TESTS, commit
from ..small_project import SmallProject, small_project


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A committed project with a key."""
    root = tmp_path_factory.mktemp("answers")
    project = small_project(root, TESTS.replace("def ", "@pytest.mark.unit\ndef "), gate_file=OPEN)
    project.write(".gitignore", "__pycache__/\n*.key\n*.pub\n*.json\n*.md\n")
    commit(root)
    assert project.gate("keygen", "ci.key").code == 0
    return project


@pytest.fixture
def project(original: SmallProject, tmp_path: Path) -> SmallProject:
    root = tmp_path / "project"
    shutil.copytree(original.root, root)
    return SmallProject(root=root)


def test_markdown_is_added_to_the_summary(project: SmallProject) -> None:
    """What stands in the file stays, and the decision comes after it."""
    project.write("summary.md", "# Before\n")

    answer = project.gate("run", "--markdown", "summary.md")

    expect.program(answer).ended(0)
    text = (project.root / "summary.md").read_text()
    expect.value(text).matches(r"^# Before\n### Deploy gate: \*\*OPEN\*\* every gate is open\n")
    expect.value(text).contains("| tests | every trial | 3/3 | 100% |")


def test_sign_leaves_what_a_deploy_job_allows(project: SmallProject) -> None:
    """One command runs, decides and signs; the bundle is in the log and the deploy is allowed."""
    answer = project.gate("run", "--sign", "--key", "ci.key", "--json")

    expect.program(answer).ended(0)
    signed = answer.json["signed"]
    check = project.gate("check", signed["bundle"], "--allow", "ci.key.pub", "--chain", CHAIN)
    expect.program(check).ended(0).said("ALLOWED", on="out")


def test_a_shut_gate_is_signed_too(project: SmallProject) -> None:
    """The exit code is the run's, and the bundle says that it is shut."""
    project.write("test_small.py", (project.root / "test_small.py").read_text().replace("pass", "assert n"))
    commit(project.root)

    answer = project.gate("run", "--sign", "--key", "ci.key")

    expect.program(answer).ended(1).said("signed  .autobiz/runs/", "(shut, commit", on="out")


def test_the_key_is_out_of_reach_of_what_is_run(project: SmallProject) -> None:
    """With the key in the environment, no test of the run finds it there."""
    found = "any('SIGNING' in name for name in os.environ)"
    project.write(
        "test_small.py", f"import os, pytest\n@pytest.mark.unit\ndef test_it():\n    assert not {found}\n"
    )
    commit(project.root)

    answer = project.gate("run", "--sign", env={"AUTOBIZ_SIGNING_KEY": (project.root / "ci.key").read_text()})

    expect.program(answer).ended(0)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--sign",), "no key to sign with"),
        (("--sign", "--key", "nowhere.key"), "nowhere.key: no such key file"),
        (("--key", "ci.key"), "--key is for --sign"),
        (("--sign", "--key", "ci.key.pub"), "not a private key"),
    ],
)
def test_a_key_that_cannot_sign_is_told_before_anything_runs(
    project: SmallProject, arguments: tuple[str, ...], says: str
) -> None:
    """Nobody waits for a run whose evidence nobody will sign."""
    answer = project.gate("run", *arguments)

    expect.program(answer).ended(2).said(says, on="err")
    expect.value(files_in(project.root)).lacks(".autobiz/runs")
