"""`gate trace`: the matrix from a registry and a ledger that the plugin wrote, for any project."""

import subprocess
import sys
from pathlib import Path

import pytest

from autobiz_gates.trace import read_registry
from autobiz_oracles import OracleType, expect

from ..small_project import SmallProject, small_project

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-TR04")]

REGISTRY = """
oracle_types = ["Schema"]
[requirement.R1]
says = "A refund happens once"
tests = ["T1"]
[test.T1]
says = "A second refund is refused"
[workflow.W1]
says = "Refund"
"""

TESTS = """
import pytest
from autobiz_oracles import OracleType, Outcome, Verdict, insist

@pytest.mark.test_id("T1")
@pytest.mark.workflow("W1")
def test_it():
    insist(Verdict(type=OracleType.SCHEMA, name="shape", outcome=Outcome.PASS, reason="fine"))
"""


def traced(root: Path, tests: str = TESTS) -> SmallProject:
    """A project with a registry and a ledger."""
    project = small_project(root, tests, gate_file="", tool="[tool.autobiz]\n")
    project.write("registry.toml", REGISTRY)
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--gate-ledger=ledger"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    return project


def test_the_matrix_is_printed_and_complete(tmp_path: Path) -> None:
    """Requirement, test id, oracle type and workflow stand in one line, and --check is content."""
    answer = traced(tmp_path).gate("trace", "ledger", "--check")

    expect.program(answer).ended(0).said(
        "R1      passed  1      T1     Schema   W1         A refund happens once",
        "requirement: 1 of 1 judged",
        on="out",
    ).never_said("NOT TRACED", on="out")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('@pytest.mark.test_id("T1")', "", "requirement R1: no judged test shows it"),
        ('test_id("T1")', 'test_id("T1", "T7")', "test id T7: is not in registry.toml"),
        ("    insist(", "    str(", "oracle Schema: it is declared, and no oracle of this type judged"),
        ('@pytest.mark.workflow("W1")', "", "workflow W1: no judged test goes through it"),
        ("    insist(", "    pytest.skip('later')\n    insist(", "requirement R1: no judged test shows it"),
    ],
)
def test_check_fails_on_each_gap_and_names_it(tmp_path: Path, before: str, after: str, says: str) -> None:
    """Whatever is not traced ends with 1 and is named; without --check it is only shown."""
    project = traced(tmp_path, TESTS.replace(before, after))

    answer = project.gate("trace", "ledger", "--check")

    expect.program(answer).ended(1).said(f"NOT TRACED: {says}", on="out")
    expect.program(project.gate("trace", "ledger")).ended(0)


@pytest.mark.negative
def test_what_is_not_built_yet_is_named_and_never_complete(tmp_path: Path) -> None:
    """A requirement that awaits a component ends --check with 1, under a word of its own, in JSON too."""
    project = traced(tmp_path)
    later = '[requirement.R2]\nsays = "Later"\nawaits = "the ingress"\n'
    project.write("registry.toml", REGISTRY + later)

    told = "requirement R2: nothing can show it yet; it awaits the ingress"
    expect.program(project.gate("trace", "ledger", "--check")).ended(1).said(
        f"NOT BUILT: {told}", on="out"
    ).never_said("NOT TRACED")
    expect.value(project.gate("trace", "ledger", "--json").json["awaited"]).equals([told])


def test_json_says_the_same(tmp_path: Path) -> None:
    """--json prints rows, problems and counts as one object."""
    said = traced(tmp_path).gate("trace", "ledger", "--json").json

    expect.value([(row["kind"], row["id"], row["judgement"], row["cases"]) for row in said["rows"]]).equals(
        [
            ("requirement", "R1", "passed", 1),
            ("test", "T1", "passed", 1),
            ("oracle", "Schema", "passed", 1),
            ("workflow", "W1", "passed", 1),
        ]
    )
    expect.value(said["problems"]).equals([])
    expect.value(said["judged"]["requirement"]).equals({"failed": 0, "passed": 1, "unjudged": 0})


def test_before_the_first_run_nothing_is_judged(tmp_path: Path) -> None:
    """Without a ledger and without a run, every row is unjudged and --check says so."""
    project = small_project(tmp_path, gate_file="", tool="")
    project.write("suites/registry.toml", REGISTRY)

    answer = project.gate("trace", "--check")

    expect.program(answer).ended(1)
    expect.value(answer.out.count("NOT TRACED")).equals(3)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("trace",), 2, "no such file; create it with [requirement.ID]"),
        (("trace", "--registry", "broken.toml"), 2, "broken.toml:2: requirement 'R1': unknown key 'say'"),
        (("trace", "--registry", "good.toml", "nowhere"), 3, "nowhere: no such ledger"),
    ],
)
def test_what_cannot_be_read_is_told(
    tmp_path: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    """A missing or broken registry is a usage error, a missing ledger is missing evidence."""
    project = small_project(tmp_path, gate_file="", tool="")
    project.write("broken.toml", "[requirement.R1]\nsay = 'x'\n")
    project.write("good.toml", REGISTRY)

    answer = project.gate(*arguments)

    expect.program(answer).ended(code).said(says, on="err")


def test_our_own_registry_declares_the_oracles_that_there_are() -> None:
    """The registry of this repository names 58 requirements, 7 workflows and every type of oracle."""
    registry = read_registry(Path(__file__).parents[1] / "registry.toml")

    expect.value(registry.oracle_types).equals(tuple(OracleType))
    expect.value(len(registry.requirements)).equals(58)
    expect.value(len(registry.workflows)).equals(7)
