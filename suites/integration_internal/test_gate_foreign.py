"""`gate evaluate` on what other tools wrote, `gate plan`, and the forms a decision is shown in."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..folders import files_in
from ..small_project import SmallProject, small_project

pytestmark = pytest.mark.priority("P0")

THREE_RUNS = '[gate.tests]\nkind = "p1"\nfloor = 0.95\nruns = 3\n'
MIXED = """
import pytest
class TestIt:
    @pytest.mark.parametrize("n", range(80))
    def test_ok(self, n): pass
@pytest.fixture
def broken(): raise RuntimeError("no")
def test_fails(): assert False
def test_errs(broken): pass
def test_skips(): pytest.skip("why not")
"""


def report(cases: int, failing: int = 0) -> str:
    tests = "".join(
        f"<testcase name='c{number}'>{'<failure/>' if number < failing else ''}</testcase>"
        for number in range(cases)
    )
    return f"<testsuite failures='{failing}'>{tests}</testsuite>"


def foreign(root: Path, gate_file: str = THREE_RUNS) -> SmallProject:
    return small_project(root, gate_file=gate_file)


def test_pytests_own_report_is_read_as_pytest_meant_it(tmp_path: Path) -> None:
    """A report that pytest itself wrote gives node ids, and failure, error and skip as they were."""
    project = small_project(tmp_path, MIXED)
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--junitxml=report.xml"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )

    figures = project.gate("evaluate", "report.xml", "--json").json["gates"][0]["figures"]

    expect.value((figures["passes"], figures["failed"], figures["unknown"], figures["skipped"])).equals(
        (80, 1, 1, 1)
    )
    expect.value([case["case"] for case in figures["costing"]]).equals(
        [
            "test_small.py::test_errs",
            "test_small.py::test_fails",
            "test_small.py::test_skips",
        ]
    )


def test_three_runs_of_any_language_open_the_gate(tmp_path: Path) -> None:
    """Three reports named with their runs are three trials a case; one of them alone is undecided."""
    project = foreign(tmp_path)
    named = []
    for run in (1, 2, 3):
        project.write(f"{run}.xml", report(60))
        named += ["--run", str(run), f"{run}.xml"]

    whole = project.gate("evaluate", *named, "--json")
    alone = project.gate("evaluate", "1.xml")

    expect.program(whole).ended(0)
    expect.value(whole.json["gates"][0]["figures"]["trials"]).equals(180)
    expect.program(alone).ended(3).said("3 runs are needed, 1 were made", on="out")


def test_a_folder_of_allure_results_is_decided(tmp_path: Path) -> None:
    """Allure results of three runs are gated like any other."""
    project = foreign(tmp_path)
    named = []
    for run in (1, 2, 3):
        for case in range(60):
            result = {"fullName": f"case {case}", "status": "failed" if case < 9 else "passed"}
            project.write(f"allure-{run}/{case}-result.json", json.dumps(result))
        named += ["--run", str(run), f"allure-{run}"]

    answer = project.gate("evaluate", *named)

    expect.program(answer).ended(1).said("153/180", on="out")
    expect.value(answer.out).matches(r"SHUT\n\Z")


def test_markdown_is_a_table_that_no_case_name_can_break(tmp_path: Path) -> None:
    """The summary of a CI job shows the decision first, and hostile names are only text."""
    project = foreign(tmp_path, '[gate.all]\nkind = "p0"\nruns = 1\n')
    project.write(
        "a.xml", "<testsuite><testcase name='x | &lt;img&gt; `y`'><failure/></testcase></testsuite>"
    )

    answer = project.gate("evaluate", "a.xml", "--markdown")

    expect.program(answer).ended(1)
    expect.value(answer.out).matches(r"^### Deploy gate: \*\*SHUT\*\*\n\n\| gate \|")
    expect.program(answer).never_said("<img>", on="out").said(r"x \| \<img\> \`y\`", on="out")


def test_explain_says_every_condition(tmp_path: Path) -> None:
    """--explain adds the conditions that held to those that did not."""
    project = foreign(tmp_path)
    project.write("a.xml", report(60))

    answer = project.gate("evaluate", "a.xml", "--explain")

    expect.program(answer).ended(3).said("+ broken cases: no case fails most of its trials", on="out")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "name a ledger"),
        (("bad.xml",), 3, "bad.xml:1: declares a DOCTYPE"),
        (("bad.xml", "--json", "--markdown"), 2, "ask for one"),
        (("--run", "0", "bad.xml"), 2, "0 is not in the range"),
        (("--run", "1", "nowhere.xml"), 3, "nowhere.xml: no such ledger"),
        (("gate.toml",), 3, "gate.toml:1: not a ledger"),
    ],
)
def test_what_cannot_be_used_is_told(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """Wrong usage is exit 2, unusable evidence exit 3; neither prints a traceback or opens."""
    project = foreign(tmp_path)
    project.write("bad.xml", "<!DOCTYPE x><testsuite/>")

    answer = project.gate("evaluate", *arguments)

    expect.program(answer).ended(code).said(words, on="err").never_said("Traceback", on="err")


def test_plan_says_how_many_cases_and_how_often_it_errs(tmp_path: Path) -> None:
    """The plan's text and JSON give cases, runs, the false block, the false pass and the curve."""
    project = foreign(tmp_path)

    text = project.gate("plan", "--floor", "0.95", "--true-rate", "0.99")
    planned = project.gate("plan", "--floor", "0.95", "--true-rate", "0.99", "--json").json

    expect.program(text).ended(0).said(
        f"{planned['cases']} x 3 = {planned['trials']}", f"{planned['false_block']:.4f}", on="out"
    )
    chances = [point["chance_open"] for point in planned["curve"]]
    expect.value(chances).equals(sorted(chances))
    expect.value(chances[-1]).equals(pytest.approx(1.0))


def test_the_plot_is_drawn_into_a_file(tmp_path: Path) -> None:
    """--svg leaves a picture that loads nothing from elsewhere."""
    project = foreign(tmp_path)

    answer = project.gate("plan", "--svg", "plan.svg")

    picture = (tmp_path / "plan.svg").read_text()
    expect.program(answer).ended(0)
    expect.value(picture).matches("^<svg xmlns=")
    expect.value(picture).contains("floor 0.95").lacks("href")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--svg", "nowhere/plan.svg"), 4, "nowhere/plan.svg: No such file or directory"),
        (("--svg", "plan.svg", "--true-rate", "0.9"), 2, "nothing to draw"),
    ],
)
def test_a_plot_that_cannot_be_drawn_is_told(
    tmp_path: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    """A folder that is not there and a plan without a suite leave no file."""
    answer = foreign(tmp_path).gate("plan", *arguments)

    expect.program(answer).ended(code).said(says, on="err")
    expect.value(files_in(tmp_path)).lacks("plan.svg")


@pytest.mark.negative
@pytest.mark.parametrize(
    "arguments", [("--floor", "2"), ("--profile", "lax"), ("--icc", "-1"), ("--cases", "0")]
)
def test_a_plan_of_nonsense_is_a_usage_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Rates outside (0, 1), unknown profiles and empty suites are exit 2."""
    expect.program(foreign(tmp_path).gate("plan", *arguments)).ended(2)


def test_a_subject_on_the_floor_gets_no_plan(tmp_path: Path) -> None:
    """Where no suite is enough, the plan says so in a sentence."""
    answer = foreign(tmp_path).gate("plan", "--floor", "0.95", "--true-rate", "0.95")

    expect.program(answer).said("not above the floor", on="out")


def test_the_commands_of_the_guide_are_true(tmp_path: Path) -> None:
    """Every `gate` command that the guide types ends as it says, on the gate file that it shows."""
    guide = (Path(__file__).parents[2] / "docs" / "how-to" / "gate-any-language.md").read_text()
    toml = guide.partition("```toml\n")[2].partition("```")[0]
    project = foreign(tmp_path, "".join(line.strip() + "\n" for line in toml.splitlines()))
    for run in (1, 2, 3):
        project.write(f"run-{run}.xml", report(60))
        project.write(f"run-{run}/a.xml", report(60))
    typed = [
        line.strip().partition(" >>")[0] for line in guide.splitlines() if line.strip().startswith("gate ev")
    ]

    expect.value(len(typed)).equals(3)
    for line in typed:
        expect.program(project.gate(*line.split()[1:])).ended(0)
