"""`gate burst`: a suspect is tried many times, its cause is asked for, and both are recorded."""

import json
import os
import signal
from pathlib import Path

import pytest

from autobiz_harness.clock import utc_now
from autobiz_oracles import expect

from ..folders import files_in
from ..ledger_lines import header, plan, trial, write_ledger
from ..ledgers import trials
from ..signed_run import commit
from ..small_project import LITERAL, ONE_RUN, SmallProject, answer_of, small_project

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR07")]

CASE = "test_small.py::test_it[3]"
# Fails in every third process, whatever its seed is.
MOODY = """
import pathlib, pytest
@pytest.mark.parametrize('n', range(60))
def test_it(n):
    if n == 3:
        tries = pathlib.Path('.autobiz/tries')
        tried = int(tries.read_text()) if tries.exists() else 0
        tries.write_text(str(tried + 1))
        assert tried % 3 != 1
"""
HOOK = """
import json, pathlib
def pytest_gate_{name}(case, failures, times):
    told = [case, [one.outcome for one in failures], times]
    pathlib.Path('.autobiz/{name}.json').write_text(json.dumps(told))
    return {answer}
"""
STEADY = "['fail'] * times"


def project(root: Path, tests: str = MOODY, conftest: str = "") -> SmallProject:
    made = small_project(root, tests, gate_file=LITERAL, tool=ONE_RUN)
    made.write(".gitignore", "__pycache__/\n.autobiz/\n")
    made.write("conftest.py", conftest)
    commit(root)
    (root / ".autobiz").mkdir()
    return made


def hook(name: str, answer: str) -> str:
    return HOOK.format(name=name, answer=answer)


def test_what_disagrees_over_runs_is_a_suspect_that_a_burst_examines(tmp_path: Path) -> None:
    """`gate run` records by itself and names the command; the burst tries exactly what is lacking of 32."""
    made = project(tmp_path)
    made.gate("run")
    again = made.gate("run")
    expect.program(again).said("1 case passed and failed: `gate flakes` says where that stands", on="err")

    for run in range(1, 31):
        tried = trial(CASE, "fail" if run == 9 else "pass", run=run, started_at=utc_now())
        write_ledger(tmp_path / "begun" / f"{run}.jsonl", header(run=run), plan(CASE, run=run), tried)
    made.gate("flakes", "begun")
    ended = made.gate("burst")

    expect.program(ended).ended(0)
    expect.value(ended.err.count("tests run")).equals(2)
    expect.program(ended).said(f"{CASE}: suspect (due)", on="out")
    expect.value(made.gate("burst").out).equals("no suspect lacks trials: nothing to examine\n")


def test_every_trial_of_a_burst_draws_anew(tmp_path: Path) -> None:
    """No two trials of a burst have one seed, and none has that of the run; --seed fixes them."""
    made = project(tmp_path)
    made.gate("run")
    before = {one.seed for one in trials(made.ledger) if one.case == CASE}

    seeds = [
        [one.seed for one in trials(tmp_path / made.gate(*arguments).json["ledger"])]
        for arguments in (
            ("burst", CASE, "--times", "2", "--json"),
            ("burst", CASE, "--times", "2", "--seed", "7", "--json"),
            ("burst", CASE, "--times", "2", "--seed", "7", "--json"),
        )
    ]

    expect.value(len({*seeds[0], *seeds[1], *before})).equals(5)
    expect.value(sorted(seeds[1])).equals(sorted(seeds[2]))


@pytest.mark.parametrize(
    ("conftest", "cause", "reason"),
    [
        (hook("regrade", "['fail'] * 9 + ['pass']"), "oracle", "1 of 10 re-grades"),
        (hook("regrade", STEADY) + hook("replay", "['pass', 'fail'] * 5"), "env", "5 of 10 replays"),
        (hook("regrade", STEADY) + hook("replay", STEADY), "agent", "oracle and environment stayed steady"),
        (hook("regrade", STEADY), "unknown", "there were no replays"),
        (hook("regrade", "None"), "unknown", "only 0 of 10 re-grades"),
        (hook("regrade", "1 / 0"), "unknown", "re-grades of the frozen trace broke: ZeroDivisionError"),
        ("", "unknown", "there were no re-grades"),
    ],
    ids=["oracle", "env", "agent", "no replay", "nothing to judge", "broken", "no hooks"],
)
def test_the_projects_hooks_say_whose_fault_it_is(
    tmp_path: Path, conftest: str, cause: str, reason: str
) -> None:
    """Oracle before environment before agent, what was not shown is unknown, and the history keeps it."""
    made = project(tmp_path, conftest=conftest)

    answer = made.gate("burst", CASE, "--times", "2", "--json")

    (found,) = answer.json["findings"]
    expect.value((found["case"], found["cause"])).equals((CASE, cause))
    expect.value(found["reason"]).contains(reason)
    listed = made.gate("flakes", "--json").json["cases"]
    # What the agent does is no flake, so it makes no suspect.
    expect.value([one["causes"] for one in listed]).equals([] if cause == "agent" else [{cause: 1}])
    if conftest:
        asked = json.loads((tmp_path / ".autobiz" / "regrade.json").read_text())
        expect.value(asked).equals([CASE, ["fail"], 10])


def test_what_always_fails_is_asked_no_cause(tmp_path: Path) -> None:
    """A case that never passed is no flake, so nobody looks for whose fault it is."""
    made = project(tmp_path, "def test_it(): assert 0\n", hook("regrade", STEADY))

    answer = made.gate("burst", "test_small.py::test_it", "--times", "2", "--json")

    expect.program(answer).ended(0)
    expect.value(answer.json["findings"]).equals([])
    expect.value(files_in(tmp_path)).lacks(".autobiz/regrade.json")


def test_a_burst_decides_no_gate(tmp_path: Path) -> None:
    """The trials of a burst are no attempt: the next run does not count them."""
    made = project(tmp_path)
    made.gate("burst", CASE, "--times", "2")

    report = made.gate("run", "--json").json
    expect.value((report["attempts"], report["gates"][0]["figures"]["trials"])).equals(([], 60))


@pytest.mark.negative
def test_a_case_that_is_not_there_is_told_before_anything_runs(tmp_path: Path) -> None:
    """Every name that no stage runs is told at once, and nothing is recorded."""
    made = project(tmp_path)

    answer = made.gate("burst", "gone.py::test_it", CASE, "old.py::test_it")

    expect.program(answer).ended(2).said(
        "gone.py::test_it: no stage of this project runs it", "old.py::test_it: no stage", on="err"
    )
    expect.value(files_in(tmp_path)).lacks(".autobiz/bursts")


@pytest.mark.negative
def test_a_case_that_is_not_collected_ends_the_burst(tmp_path: Path) -> None:
    """A parameter that is gone is no trial: exit 4, with what pytest said."""
    answer = project(tmp_path).gate("burst", "test_small.py::test_it[99]")

    expect.program(answer).ended(4).said("test_it[99]", on="err")
    expect.value(answer.err.count("tests run")).equals(1)


@pytest.mark.negative
def test_a_cause_that_cannot_be_asked_for_loses_no_trial(tmp_path: Path) -> None:
    """Where pytest dies while it is asked, the trials are recorded all the same, and exit 4 says so."""
    made = project(tmp_path, conftest=hook("regrade", "__import__('os')._exit(3)"))

    answer = made.gate("burst", CASE, "--times", "2")

    expect.program(answer).ended(4).said("its cause was not found", on="err")
    expect.value(made.gate("flakes", "--json").json["trials"]).equals(2)


WAITING = """
import os, pathlib, signal
def test_it():
    tries = pathlib.Path('.autobiz/tries')
    if tries.exists():
        os.close(os.open('.autobiz/here', os.O_WRONLY))
        signal.pause()
    tries.touch()
"""


def test_what_was_tried_before_ctrl_c_is_kept(tmp_path: Path) -> None:
    """Interrupted in its second trial, a burst has recorded the first and ends with 5."""
    made = project(tmp_path, WAITING)
    os.mkfifo(tmp_path / ".autobiz" / "here")

    process = made.start("burst", "test_small.py::test_it")
    # Opening waits for the second trial to open the other end.
    (tmp_path / ".autobiz" / "here").read_bytes()
    process.send_signal(signal.SIGINT)
    answer = answer_of(process)

    expect.program(answer).ended(5)
    expect.value(made.gate("flakes", "--json").json["trials"]).equals(1)


@pytest.mark.negative
def test_a_history_that_cannot_be_kept_changes_no_decision(tmp_path: Path) -> None:
    """`gate run` says that it could not record, and decides as it would have."""
    made = project(
        tmp_path, "import pytest\n@pytest.mark.parametrize('n', range(80))\ndef test_it(n): pass\n"
    )

    answer = made.gate("run", env={"AUTOBIZ_HISTORY": str(tmp_path)})

    expect.program(answer).ended(0).said("not recorded for `gate flakes`", on="err")
