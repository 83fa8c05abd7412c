"""`gate criteria`: a table of what holds, in three forms, with the exit code of the worst."""

from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..small_project import EIGHTY, SmallProject, small_project

CRITERIA = """[criterion.EXIT-01]
says = "Tests | pass"
gates = ["tests"]

[criterion.EXIT-02]
says = "Runbook written"
gates = ["runbook"]

[gate.tests]
kind = "p0"
runs = 1

[gate.runbook]
kind = "artifact"
path = "runbook.md"
"""


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    """A project with two criteria and results of eighty tests."""
    project = small_project(tmp_path)
    project.write("criteria.toml", CRITERIA)
    cases = "".join(f"<testcase name='{number}'/>" for number in range(80))
    project.write("good.xml", f"<testsuite>{cases}</testsuite>")
    project.write("bad.xml", "<testsuite><testcase name='a'><failure/></testcase></testsuite>")
    return project


@pytest.mark.parametrize(
    ("runbook", "results", "code", "answer"),
    [
        ("Call somebody.", "good.xml", 0, "OPEN"),
        ("", "good.xml", 3, "UNDECIDED"),
        ("Call somebody.", "bad.xml", 1, "SHUT"),
        ("", "bad.xml", 1, "SHUT"),
    ],
)
def test_the_worst_criterion_is_the_answer(
    project: SmallProject, runbook: str, results: str, code: int, answer: str
) -> None:
    """Open, undecided and shut have the exit codes that they have everywhere."""
    project.write("runbook.md", runbook)

    said = project.gate("criteria", "criteria.toml", "--ledger", results)

    expect.program(said).ended(code)
    expect.value(said.out.splitlines()[-1]).equals(answer)


def test_the_table_names_criterion_sentence_and_decision(project: SmallProject) -> None:
    """A row a criterion, and the reason of each that does not hold below it."""
    answer = project.gate("criteria", "criteria.toml", "--ledger", "good.xml")

    expect.value(answer.out.splitlines()).equals(
        [
            "criterion  says             decision",
            "EXIT-01    Tests | pass     OPEN",
            "EXIT-02    Runbook written  UNDECIDED",
            "EXIT-02: runbook is undecided: runbook.md: No such file or directory.",
            "UNDECIDED",
        ]
    )


def test_markdown_is_a_table_that_no_text_can_break(project: SmallProject) -> None:
    """The answer, how many hold, then a row a criterion; a bar in a sentence ends no cell."""
    answer = project.gate("criteria", "criteria.toml", "--ledger", "good.xml", "--markdown")

    lines = answer.out.splitlines()
    expect.value(lines[0]).equals("### Criteria: **UNDECIDED** 1 of 2 hold")
    expect.value(lines[2]).equals("| criterion | says | decision | reason |")
    expect.value(lines[4]).contains("Tests \\| pass")


def test_json_has_criteria_gates_and_the_answer(project: SmallProject) -> None:
    """Everything that was decided, for programs."""
    said = project.gate("criteria", "criteria.toml", "--ledger", "good.xml", "--json").json

    expect.value((said["decision"], said["exit_code"])).equals(("undecided", 3))
    expect.value([one["criterion"] for one in said["criteria"]]).equals(["EXIT-01", "EXIT-02"])
    expect.value([one["gate"] for one in said["gates"]]).equals(["tests", "runbook"])


def test_explain_shows_the_gates_too(project: SmallProject) -> None:
    """Below the table stands every condition of every gate."""
    answer = project.gate("criteria", "criteria.toml", "--ledger", "good.xml", "--explain")

    expect.program(answer).said("+ every trial passes: no trial failed or stayed unjudged", on="out")


def test_without_a_ledger_the_latest_run_is_judged(project: SmallProject) -> None:
    """Before the first run its gates are undecided, after it they are decided from its ledger."""
    project.write("test_small.py", EIGHTY.replace("80", "2"))
    expect.program(project.gate("criteria", "criteria.toml")).said(
        "EXIT-01    Tests | pass     UNDECIDED", on="out"
    )

    project.gate("run")

    expect.program(project.gate("criteria", "criteria.toml")).said(
        "EXIT-01    Tests | pass     OPEN", on="out"
    )


@pytest.mark.negative
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("nowhere.toml",), 2, "nowhere.toml: no such file"),
        (("gate.toml",), 2, "no criterion names it"),
        (("criteria.toml", "--json", "--markdown"), 2, "three answers; ask for one"),
        (("criteria.toml", "--ledger", "nowhere"), 3, "no such ledger"),
    ],
)
def test_what_cannot_be_judged_is_told(
    project: SmallProject, arguments: tuple[str, ...], code: int, says: str
) -> None:
    """A wrong file, a wrong option and missing evidence each have their exit code and sentence."""
    answer = project.gate("criteria", *arguments)

    expect.program(answer).ended(code).said(says, on="err")
