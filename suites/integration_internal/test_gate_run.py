"""`gate run`: stages, decision, exit code, evidence, on a project that knows nothing of us."""

import json
import os
import resource
import signal
from pathlib import Path

import pytest

from autobiz_harness.run.config import Stage
from autobiz_harness.run.invocation import Invocation, invoke
from autobiz_harness.run.rundir import RunDir
from autobiz_oracles import expect

from ..folders import files_in
from ..ledgers import trials
from ..small_project import EIGHTY, LITERAL, Answer, SmallProject, alive, small_project
from ..waiting import wait_until

pytestmark = pytest.mark.priority("P0")

THREE_RUNS = LITERAL.replace("runs = 1", "runs = 3")
THIRTY = EIGHTY.replace("80", "30")
FAILING = THIRTY.replace("pass", "assert n != 7")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallProject, Answer]:
    """A project of thirty passing tests, and what its first run of three said."""
    project = small_project(tmp_path_factory.mktemp("opened"), THIRTY, gate_file=THREE_RUNS, tool="")
    return project, project.gate("run", "--json")


def test_enough_clean_trials_open_the_gate(opened: tuple[SmallProject, Answer]) -> None:
    """Thirty passing tests, three runs: 90 of 90, the bound clears the floor, exit 0, everything written."""
    project, answer = opened
    root, report = project.root, answer.json
    expect.program(answer).ended(0)
    expect.value(report["decision"]).equals("open")
    (gate,) = report["gates"]
    expect.value((gate["figures"]["passes"], gate["figures"]["trials"])).equals((90, 90))
    expect.value(gate["figures"]["lcb"]).between(0.9501, 1.0)
    evidence = json.loads((root / report["files"]["evidence"]).read_text())
    expect.value(evidence["gates"]).equals(report["gates"])
    expect.value(set(evidence["ledgers"])).equals(
        {path.name for path in (root / report["files"]["ledger"]).iterdir()}
    )
    page = (root / report["files"]["report"]).read_text()
    expect.value(page).contains("the deploy may happen")


@pytest.mark.requirement("P1-TR06")
def test_three_runs_are_three_seeds(opened: tuple[SmallProject, Answer]) -> None:
    """Each case is tried once in each of three runs, with another seed each time."""
    found = trials(opened[0].ledger)
    expect.value(len({(trial.run, trial.case) for trial in found})).equals(90)
    expect.value(len(found)).equals(90)
    expect.value(len({trial.seed for trial in found})).equals(90)


@pytest.mark.requirement("P1-R10", "P1-TR06")
@pytest.mark.test_id("P1-T18")
def test_a_failing_case_shuts_the_gate(tmp_path: Path) -> None:
    """A case that always fails costs a trial in each run, the floor is missed, exit 1, the case is named."""
    answer = small_project(tmp_path, FAILING, gate_file=THREE_RUNS, tool="").gate("run")

    expect.program(answer).ended(1).said("SHUT", "test_it[7]", on="out")


@pytest.mark.requirement("INV-08")
def test_too_few_trials_are_undecided(tmp_path: Path) -> None:
    """One passing test cannot show 95 %: exit 3, and the answer says how many trials it takes."""
    answer = small_project(tmp_path, "def test_it(): pass").gate("run")

    expect.program(answer).ended(3).said("73", on="out")


@pytest.mark.requirement("INV-08")
def test_nothing_collected_is_never_open(tmp_path: Path) -> None:
    """A project without a test is undecided."""
    answer = small_project(tmp_path, "x = 1").gate("run")

    expect.program(answer).ended(3).said("no test was collected", on="out")


STAGES = """
[[tool.autobiz.stage]]
name = "first"
paths = ["test_first.py"]
[[tool.autobiz.stage]]
name = "second"
runs = 3
"""


def test_a_failed_stage_stops_the_later_ones(tmp_path: Path) -> None:
    """Later stages are told as not run, and not run is not open."""
    project = small_project(tmp_path, tool=STAGES)
    project.write("test_first.py", "def test_it(): assert False")

    report = project.gate("run", "--json").json

    expect.value([stage["status"] for stage in report["stages"]]).equals(
        ["failed", "not run", "not run", "not run"]
    )
    expect.value((report["decision"], report["exit_code"])).equals(("shut", 1))
    expect.value(report["sentence"]).matches("^stage first failed: test_first.py::test_it")


def test_a_stage_by_name_runs_alone(tmp_path: Path) -> None:
    """`gate run second` runs that stage and no other."""
    project = small_project(tmp_path, tool=STAGES)
    project.write("test_first.py", "def test_it(): assert False")

    report = project.gate("run", "second", "--json", "--seed", "5").json

    expect.value({stage["name"] for stage in report["stages"]}).equals({"second"})


def test_a_stage_over_its_limit_is_ended_and_undecided(tmp_path: Path) -> None:
    """A hanging test is ended at the stage's limit and named; exit 3; the trials before it are kept."""
    project = small_project(
        tmp_path,
        "import signal\ndef test_before(): pass\ndef test_hangs(): signal.pause()\n",
        tool='[[tool.autobiz.stage]]\nname = "tests"\nlimit_s = 3\n',
    )

    answer = project.gate("run")

    expect.program(answer).ended(3).said(
        "over its limit of 3 s; without a verdict: test_small.py::test_hangs", on="out"
    )
    expect.value([trial.case for trial in trials(project.ledger)]).equals(["test_small.py::test_before"])


def test_a_test_that_ignores_ctrl_c_is_ended_all_the_same(tmp_path: Path) -> None:
    """A stage over its limit that swallows the interrupt is killed, once its grace is over."""
    rundir = RunDir(path=tmp_path / "run")
    rundir.log("tests", 1).parent.mkdir(parents=True)
    context = {"run_id": "r", "subject": {"commit": "c"}, "gate_file_sha256": None}
    rundir.context_file.write_text(json.dumps(context))
    (tmp_path / "test_stubborn.py").write_text(
        "import os, signal\n"
        "def test_stubborn():\n"
        "    signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "    open('half', 'w').write(str(os.getpid()))\n"
        "    os.rename('half', 'pid')\n"
        "    while True: signal.pause()\n"
    )
    stubborn = Invocation(
        root=tmp_path,
        stage=Stage(name="tests"),
        run=1,
        seed=1,
        rundir=rundir,
        shard=None,
        env=os.environ,
        limit_s=0.0,
        grace_s=0.1,
    )
    pid = tmp_path / "pid"

    ended = invoke(stubborn, lambda: wait_until(pid.exists, "the test ignores Ctrl-C"))

    expect.value([ended.timed_out, ended.code]).equals([True, -signal.SIGKILL])
    expect.value(alive([int(pid.read_text())])).equals([])


@pytest.mark.requirement("INV-08")
def test_a_module_that_does_not_import_leaves_it_undecided(tmp_path: Path) -> None:
    """Tests that could not be collected are missing evidence, even if all others pass."""
    project = small_project(tmp_path)
    project.write("test_broken.py", "import does_not_exist")

    answer = project.gate("run")

    expect.program(answer).ended(3).said("test_broken.py could not be collected", on="out")


def test_a_worker_that_dies_is_told_and_counts_against_the_gate(tmp_path: Path) -> None:
    """A crash of an xdist worker is an unknown trial, which costs like a failure."""
    project = small_project(
        tmp_path,
        "import os, pytest\n@pytest.mark.parametrize('n', range(10))\n"
        "def test_it(n):\n    if n == 3: os._exit(1)\n",
        tool='[[tool.autobiz.stage]]\nname = "tests"\nworkers = 2\n',
    )

    report = project.gate("run", "--json").json

    expect.value(report["exit_code"]).equals(1)
    expect.value(report["stages"][0]["unknown"]).equals(1)
    expect.value(report["stages"][0]["passed"]).equals(9)


def test_pytest_breaking_is_infrastructure(tmp_path: Path) -> None:
    """A plugin that crashes pytest itself is exit 4, not a verdict on the subject."""
    project = small_project(tmp_path)
    project.write("conftest.py", "def pytest_collection_modifyitems(): 1 / 0\n")

    answer = project.gate("run")

    expect.program(answer).ended(4).said(
        "pytest broke (exit code 3): ZeroDivisionError: division by zero", on="out"
    )


def test_a_conftest_that_does_not_import_is_a_configuration_error(tmp_path: Path) -> None:
    """Exit 2, with the end of what pytest said."""
    project = small_project(tmp_path)
    project.write("conftest.py", "import does_not_exist\n")

    answer = project.gate("run")

    expect.program(answer).ended(2).said("does_not_exist", on="err")


def test_a_full_disk_is_infrastructure(tmp_path: Path) -> None:
    """When the ledger cannot grow, the run ends with exit 4 and says that the ledger is at fault."""
    limit = (16_384, resource.RLIM_INFINITY)

    answer = small_project(tmp_path).gate(
        "run", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    )

    expect.program(answer).ended(4)
    expect.value(answer.out + answer.err).contains("ledger")


def test_a_folder_that_cannot_be_written_is_infrastructure(tmp_path: Path) -> None:
    """Where .autobiz cannot be a folder, exit 4 names the path and nothing is run."""
    project = small_project(tmp_path)
    project.write(".autobiz", "in the way")

    answer = project.gate("run")

    expect.program(answer).ended(4).said(".autobiz", on="err").never_said("Traceback", on="err")


@pytest.mark.negative
def test_without_a_gate_file_nothing_is_run(tmp_path: Path) -> None:
    """No gate file is a configuration error that names `gate init`."""
    answer = small_project(tmp_path, gate_file="").gate("run")

    expect.program(answer).ended(2).said("gate init", on="err")
    expect.value(files_in(tmp_path)).lacks(".autobiz")


@pytest.mark.negative
def test_every_mistake_of_the_gate_file_is_told_with_its_line(tmp_path: Path) -> None:
    """Unknown keys come with line and suggestion, all at once, exit 2."""
    answer = small_project(
        tmp_path, gate_file='[gate.refunds]\nkind = "p1"\nfloot = 0.95\n\n[gate.other]\nkind = "p3"\n'
    ).gate("run")

    expect.program(answer).ended(2).said(
        "gate.toml:3: gate 'refunds': unknown key 'floot'. Did you mean 'floor'?",
        "gate.toml:6: gate 'other'",
        on="err",
    )


@pytest.mark.negative
def test_every_mistake_of_the_configuration_is_told_with_its_line(tmp_path: Path) -> None:
    """The same for [tool.autobiz] in pyproject.toml."""
    project = small_project(tmp_path)
    project.write("pyproject.toml", '[[tool.autobiz.stage]]\nname = "tests"\nlimits_s = 3\nruns = 0\n')

    answer = project.gate("run")

    expect.program(answer).ended(2).said(
        "pyproject.toml:3: tool.autobiz.stage.0.limits_s: unknown key.",
        "Did you mean 'limit_s'?",
        "pyproject.toml:4: tool.autobiz.stage.0.runs:",
        on="err",
    )


@pytest.mark.negative
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "nowhere"), "no stage is named 'nowhere'. Known: tests."),
        (("run", "--slice", "quick"), "--slice quick: no [tool.autobiz.slice.quick]"),
        (("run", "--shard", "3/2"), "--shard 3/2: write it as I/N"),
        (("run", "--resume"), "no run to resume here"),
        (("run", "--resume", "--seed", "4"), "leave --seed, --slice and --shard out"),
        (("rum",), "no command is named 'rum'. Did you mean 'run'?"),
    ],
)
def test_wrong_usage_is_exit_2_and_says_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    """Each wrong call is refused before anything runs."""
    answer = small_project(tmp_path).gate(*arguments)

    expect.program(answer).ended(2).said(words, on="err").never_said("Traceback", on="err")
