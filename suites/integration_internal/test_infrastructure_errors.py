"""Typed errors of the infrastructure make a trial invalid, and `gate run` tries it again at most twice."""

from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..folders import files_in
from ..inner_pytest import QUIET, ending_of, expect_lines
from ..ledgers import outcomes, trials
from ..small_project import LITERAL, ONE_RUN, SmallProject, small_project

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR04")]

INI = "[pytest]\ngate_infrastructure_errors =\n    ssl.SSLError\n    ConnectionError\n"

KINDS = """
import ssl

import pytest

from autobiz_harness import InfrastructureError
from autobiz_harness.stack import StackError


@pytest.fixture
def down():
    raise InfrastructureError("no sandbox to be had")


@pytest.fixture
def gone():
    yield
    raise StackError("the server went away")


@pytest.fixture
def left_over():
    yield
    raise RuntimeError("left over")


def test_passes(): pass
def test_raises(): raise InfrastructureError("no sandbox")
def test_named(): raise ssl.SSLEOFError("cut")
def test_subclass(): raise ConnectionRefusedError("nobody there")
def test_setup(down): pass
def test_teardown(gone): pass
def test_group(): raise ExceptionGroup("two", [InfrastructureError("a"), ConnectionResetError("b")])
def test_mixed_group(): raise ExceptionGroup("two", [InfrastructureError("a"), ValueError("b")])
def test_other_error(): raise TimeoutError("not named")
def test_fails_and_teardown_invalid(gone): assert False
def test_invalid_and_teardown_fails(left_over): raise InfrastructureError("no sandbox")
def test_caught():
    with pytest.raises(InfrastructureError):
        raise InfrastructureError("expected")
@pytest.mark.xfail(raises=InfrastructureError)
def test_expected(): raise InfrastructureError("known")
"""


@pytest.mark.negative
@pytest.mark.parametrize("workers", ["-pno:xdist", "-n0", "-n2"])
def test_only_what_the_infrastructure_alone_spoiled_is_invalid(
    pytester: pytest.Pytester, workers: str
) -> None:
    """Our own error, those that the project names and their subclasses; never with another failure beside."""
    pytester.makeini(INI)
    pytester.makepyfile(test_kinds=KINDS)

    pytester.runpytest(*QUIET, workers, "--gate-ledger=ledger")

    expect.value(outcomes(pytester.path / "ledger")).equals(
        {
            "test_passes": "pass",
            "test_raises": "invalid",
            "test_named": "invalid",
            "test_subclass": "invalid",
            "test_setup": "invalid",
            "test_teardown": "invalid",
            "test_group": "invalid",
            "test_mixed_group": "fail",
            "test_other_error": "fail",
            "test_fails_and_teardown_invalid": "fail",
            "test_invalid_and_teardown_fails": "fail",
            "test_caught": "pass",
            "test_expected": "skip",
        }
    )


@pytest.mark.negative
def test_what_is_no_class_is_refused_before_anything_runs(pytester: pytest.Pytester) -> None:
    """Every entry that cannot name a class is told, with what to write."""
    pytester.makeini("[pytest]\ngate_infrastructure_errors =\n    no class\n    ssl.SSLError\n    a..b\n")
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest(*QUIET, "--gate-ledger=ledger")

    expect.program(ending_of(result)).ended(int(pytest.ExitCode.USAGE_ERROR))
    expect_lines(result.errlines, "*'a..b'*", "*'no class' is no class; write it as module.Class*")
    expect.value(files_in(pytester.path)).lacks("ledger")


SPOILED = """
import pathlib

import pytest

from autobiz_harness import InfrastructureError


@pytest.mark.parametrize("number", range(80))
def test_it(number):
    tries = pathlib.Path(f"tries-{number}")
    tries.open("a").write("x")
    if len(tries.read_text()) <= {1: 1, 2: 2, 3: SPOILED_FOR_CASE_3}.get(number, 0):
        raise InfrastructureError("no sandbox")
"""


def spoiled(root: Path, times: int, *, tool: str = ONE_RUN, gate_file: str = LITERAL) -> SmallProject:
    """A project whose cases 1, 2 and 3 meet a failing infrastructure once, twice and so many times."""
    tests = SPOILED.replace("SPOILED_FOR_CASE_3", str(times))
    return small_project(root, tests, tool=tool, gate_file=gate_file)


def test_invalid_trials_are_tried_again(tmp_path: Path) -> None:
    """What comes good within two more tries counts, nothing else is tried again, and the terminal says so."""
    project = spoiled(tmp_path, 2)

    answer = project.gate("run")

    expect.program(answer).ended(0).said("80/80", on="out").said(
        "3 trials are invalid, the infrastructure failed: trying again",
        "2 trials are invalid, the infrastructure failed: trying again",
        on="err",
    )
    tried = [trial.case.partition("::")[2] for trial in trials(project.ledger)]
    expect.value({case: tried.count(case) for case in tried if tried.count(case) > 1}).equals({
        "test_it[1]": 2, "test_it[2]": 3, "test_it[3]": 3,
    })  # fmt: skip


@pytest.mark.negative
def test_what_stays_invalid_blocks(tmp_path: Path) -> None:
    """After three tries it stays invalid, exit 3, the case is named, and nobody tries it a fourth time."""
    project = spoiled(tmp_path, 99)

    answer = project.gate("run", "--json")

    expect.program(answer).ended(3)
    (stage,) = answer.json["stages"]
    expect.value((stage["status"], stage["passed"], stage["invalid"], stage["missing"])).equals(
        ("invalid", 79, 1, 0)
    )
    expect.value(stage["reason"]).contains("the infrastructure failed 3 times in test_small.py::test_it[3]")
    expect.value((tmp_path / "tries-3").read_text()).equals("xxx")
    expect.program(project.gate("run", "--resume")).ended(3)
    expect.value((tmp_path / "tries-3").read_text()).equals("xxx")


def test_a_repeated_stage_leaves_invalid_trials_to_its_gate(tmp_path: Path) -> None:
    """One invalid trial of 240 is within the two percent that a p1 gate bears."""
    project = spoiled(
        tmp_path,
        3,
        tool='[[tool.autobiz.stage]]\nname = "tests"\nruns = 3\n',
        gate_file=LITERAL.replace("runs = 1", "runs = 3"),
    )

    report = project.gate("run", "--json").json

    expect.value(report["decision"]).equals("open")
    expect.value(report["gates"][0]["figures"]["invalid"]).equals(1)
    expect.value([stage["status"] for stage in report["stages"]]).equals(["invalid", "passed", "passed"])
