"""A repeated stage stops when no further trial can open its gate: the same decision for fewer trials."""

from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..ledgers import trials
from ..small_project import LITERAL, SmallProject, small_project

pytestmark = pytest.mark.priority("P0")

THREE_RUNS = LITERAL.replace("runs = 1", "runs = 3")
TESTS = """
import pytest

@pytest.mark.parametrize("number", range(40))
def test_it(number, request):
    assert number != FAILING
"""


def project(root: Path, *, failing: int = 0, gate_file: str = THREE_RUNS, tool: str = "") -> SmallProject:
    """A project of forty cases of which one fails in every run: 120 trials, of which one may fail."""
    return small_project(root, TESTS.replace("FAILING", str(failing)), gate_file=gate_file, tool=tool)


def test_it_stops_between_runs_with_the_decision_of_the_whole(tmp_path: Path) -> None:
    """Under kind p0 one failure is final: one run of three is made, and the whole three say the same."""
    gate_file = '[gate.tests]\nkind = "p0"\nruns = 3\n'
    small = project(tmp_path, gate_file=gate_file)

    short = small.gate("run", "--json")
    tried = len(trials(small.ledger))
    whole = small.gate("run", "--json", "--all")

    expect.value(short.code).equals(1)
    expect.value(whole.code).equals(1)
    expect.value(short.json["decision"]).equals("shut")
    expect.value(whole.json["decision"]).equals("shut")
    expect.value(short.json["gates"][0]["decision"]).equals("shut")
    expect.value(whole.json["gates"][0]["decision"]).equals("shut")
    expect.value(tried).at_most(40)
    expect.value(len(trials(small.ledger))).equals(120)
    statuses = [stage["status"] for stage in short.json["stages"]]
    expect.value(statuses).contains("curtailed")
    others = sorted(set(statuses) - {"passed", "failed", "curtailed", "not run"})
    expect.complaints(others, about=statuses).none()
    reasons = " ".join(stage["reason"] for stage in short.json["stages"])
    expect.value(reasons).contains("gate tests is shut whatever the rest shows; --all runs it anyway")


def test_a_bound_that_can_still_be_reached_stops_nothing(tmp_path: Path) -> None:
    """With 60 cases two of 180 trials may fail, and a case that fails once is no reason to stop."""
    tests = TESTS.replace("range(40)", "range(60)").replace(
        "number != FAILING", "request.config.option.gate_run != 1 or number"
    )
    small = small_project(tmp_path, tests, gate_file=THREE_RUNS, tool="")

    answer = small.gate("run", "--json")

    expect.program(answer).ended(0)
    expect.value(len(trials(small.ledger))).equals(180)


def test_a_stage_in_progress_is_ended(tmp_path: Path) -> None:
    """A stage whose trials would never end is ended by the failure that settles its gate."""
    endless = "import threading\ndef test_a(): assert False\ndef test_b(): threading.Event().wait()\n"
    small = small_project(tmp_path, endless, gate_file='[gate.tests]\nkind = "p0"\nruns = 3\n', tool="")

    answer = small.gate("run", "--json")

    expect.program(answer).ended(1)
    expect.value(answer.json["decision"]).equals("shut")
    expect.value([trial.case for trial in trials(small.ledger)]).equals(["test_small.py::test_a"])
    expect.value(small.gate("run", "--resume", "--json").json["stages"]).equals(answer.json["stages"])


TWO_STAGES = """
[[tool.autobiz.stage]]
name = "tests"
paths = ["test_small.py"]
runs = 3
[[tool.autobiz.stage]]
name = "later"
paths = ["test_later.py"]
runs = 3
"""


def test_a_bound_waits_for_the_cases_of_later_stages(tmp_path: Path) -> None:
    """What 120 trials could not bear, 720 may: a gate over all stages is not settled by the first."""
    small = project(tmp_path, tool=TWO_STAGES, gate_file=THREE_RUNS)
    small.write("test_later.py", TESTS.replace("40", "200").replace("FAILING", "-1"))

    answer = small.gate("run", "--json")

    expect.program(answer).ended(0)
    expect.value(len(trials(small.ledger))).equals(720)


def test_a_dry_run_gate_stops_nothing(tmp_path: Path) -> None:
    """A gate that never blocks has no say in what is tried."""
    gate_file = THREE_RUNS.replace("tests", "dry") + "dry_run = true\n"
    small = project(tmp_path, gate_file=gate_file + '[gate.other]\nkind = "count"\ncases_min = 1\nruns = 3\n')

    small.gate("run")

    expect.value(len(trials(small.ledger))).equals(120)


@pytest.mark.parametrize("shard", ["1/2", "2/2"])
def test_a_shard_stops_for_nothing(tmp_path: Path, shard: str) -> None:
    """A part of the cases settles no gate over all of them, so each part is tried whole."""
    small = project(tmp_path, gate_file='[gate.tests]\nkind = "p0"\nruns = 3\n')

    small.gate("run", "--shard", shard)

    expect.value({trial.run for trial in trials(small.ledger)}).equals({1, 2, 3})
