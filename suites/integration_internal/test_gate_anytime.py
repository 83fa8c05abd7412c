"""Mode anytime in `gate run`: all runs of a few cases, then of the next, until the bet is won or lost."""

from pathlib import Path

import pytest

from autobiz_gates import registered_place
from autobiz_oracles import expect

from ..inner_pytest import QUIET, ending_of
from ..ledgers import planned, trials
from ..small_project import Answer, SmallProject, small_project

pytestmark = pytest.mark.priority("P0")

GATE_FILE = '[gate.tests]\nkind = "p1"\nprofile = "literal"\nfloor = 0.95\nmode = "anytime"\n'
STAGE = '[[tool.autobiz.stage]]\nname = "tests"\nruns = 3\nbatch = 40\n'
TESTS = """
import pytest

@pytest.mark.parametrize("number", range(150))
def test_it(number):
    assert number not in FAILING
"""


def project(
    root: Path, failing: str = "[]", *, gate_file: str = GATE_FILE, tool: str = STAGE
) -> SmallProject:
    return small_project(root, TESTS.replace("FAILING", failing), gate_file=gate_file, tool=tool)


@pytest.fixture(scope="module")
def won(tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallProject, Answer]:
    """A flawless project, and what its run with seed 11 said."""
    small = project(tmp_path_factory.mktemp("won"))
    return small, small.gate("run", "--json", "--seed", "11")


def test_it_stops_when_the_bet_is_won(won: tuple[SmallProject, Answer]) -> None:
    """A flawless subject needs 73 cases, so two batches of forty do, all three runs of each, and exit 0."""
    small, answer = won
    expect.program(answer).ended(0)
    found = trials(small.ledger)
    order = sorted(set(planned(small.ledger)), key=lambda case: registered_place(11, case))
    expect.value(len(order)).equals(150)
    expect.value({(trial.run, trial.case) for trial in found}).equals(
        {(run, case) for run in (1, 2, 3) for case in order[:80]}
    )
    expect.value(len(found)).equals(240)
    stages = answer.json["stages"]
    expect.value([stage["reason"] for stage in stages]).equals(
        ["stopped after 80 of 150 cases: nothing more is needed"] * 3
    )
    expect.value([(stage["status"], stage["passed"], stage["missing"]) for stage in stages]).equals(
        [("passed", 80, 70)] * 3
    )
    expect.value(answer.json["gates"][0]["reason"]).contains("the bet against 0.95 is worth")


@pytest.mark.parametrize("workers", [0, 2])
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, workers: int) -> None:
    """Killed in a batch and resumed, it tries each case once in each run, as if nothing had happened."""
    tests = TESTS.replace(
        "    assert",
        "    import os, pathlib\n"
        "    if pathlib.Path('bomb').exists() and number == 77: os._exit(9)\n"
        "    assert",
    )
    tool = STAGE.replace("40", "78") + f"workers = {workers}\n"
    small = small_project(tmp_path, tests.replace("FAILING", "[]"), gate_file=GATE_FILE, tool=tool)
    small.write(".gitignore", "bomb\n")
    bomb = small.write("bomb", "")

    broken = small.gate("run")
    bomb.unlink()
    answer = small.gate("run", "--resume", "--json")

    if workers:
        # A dead worker is replaced, and its test is unknown: that is a failure, and it costs.
        expect.value([0, 1]).contains(broken.code)
    else:
        expect.program(broken).ended(4)
        expect.program(answer).ended(0)
    pairs = [(trial.run, trial.case) for trial in trials(small.ledger)]
    expect.value(len(pairs)).equals(len(set(pairs)))


def test_it_stops_when_the_bet_is_lost(tmp_path: Path) -> None:
    """Failures that the cases to come could not make good end the run: shut, as the whole would be."""
    small = project(tmp_path, "range(0, 150, 5)", tool=STAGE.replace("40", "75"))

    answer = small.gate("run", "--json")

    expect.program(answer).ended(1)
    expect.value(answer.json["decision"]).equals("shut")
    expect.value(len(trials(small.ledger))).between(1, 149)
    expect.value(small.gate("run", "--json", "--all").json["gates"][0]["decision"]).equals("shut")
    expect.value(len(trials(small.ledger))).equals(450)


def test_what_another_gate_still_needs_is_run(tmp_path: Path) -> None:
    """A gate that asks for every trial of the same cases keeps the stage from stopping early."""
    every = '[gate.every]\nkind = "p0"\nruns = 3\n'
    small = project(tmp_path, gate_file=GATE_FILE + every, tool=STAGE.replace("40", "75"))

    answer = small.gate("run", "--json")

    expect.program(answer).ended(0)
    expect.value(len(trials(small.ledger))).equals(450)


@pytest.mark.negative
def test_a_rule_changed_after_the_first_trial_opens_nothing(
    won: tuple[SmallProject, Answer], tmp_path: Path
) -> None:
    """Evaluated under another gate file than it was begun with, the same evidence is undecided."""
    small = small_project(tmp_path, gate_file=GATE_FILE.replace("0.95", "0.94"))

    answer = small.gate("evaluate", str(won[0].ledger), "--json")

    expect.program(answer).ended(3)
    expect.value(answer.json["gates"][0]["reason"]).contains("begun under this very gate file")


@pytest.mark.negative
@pytest.mark.parametrize("given", ["0/5", "1/0", "x", "2"])
def test_a_batch_that_is_none_is_refused(pytester: pytest.Pytester, given: str) -> None:
    """The option says how it is written."""
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest(*QUIET, f"--gate-batch={given}")
    expect.program(ending_of(result)).ended(int(pytest.ExitCode.USAGE_ERROR))
    expect.value(result.stderr.str()).matches(r"--gate-batch .*: write it as K/N")
