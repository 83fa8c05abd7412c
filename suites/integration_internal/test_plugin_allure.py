"""Verdicts in Allure: a step for each, with what was judged and what was seen; without Allure nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from autobiz_oracles import expect

from ..inner_pytest import QUIET, expect_outcomes

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-TR05")]

JUDGED = """
import threading

def test_it(expect):
    with expect.softly():
        expect.effects([]).none()
        expect.state({"order": 1}, {"order": 2}).unchanged()
        expect.bounds(None).respected()

def test_in_a_thread(expect):
    thread = threading.Thread(target=lambda: expect.effects([]).none())
    thread.start()
    thread.join()
"""


def results(folder: Path) -> dict[str, dict[str, Any]]:
    """What Allure wrote of each test."""
    read = (json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-result.json"))
    return {one["name"]: one for one in read}


@pytest.mark.oracle("Consistency")
def test_each_verdict_is_a_step(pytester: pytest.Pytester) -> None:
    """A step says type, oracle, outcome and reason, and carries what was seen; unknown is broken."""
    pytester.makepyprojecttoml("[tool.autobiz]\n")
    pytester.makepyfile(JUDGED)

    pytester.runpytest_subprocess(*QUIET, "-p", "no:xdist", "--alluredir=seen")

    steps = results(pytester.path / "seen")["test_it"]["steps"]
    expect.worlds(
        [(one["name"], one["status"]) for one in steps],
        [
            ("SideEffect: no_effect: pass", "passed"),
            ("StateChange: changed_only: fail", "failed"),
            ("Bounds: within_bounds: unknown", "broken"),
        ],
    ).alike()
    told = {one["name"]: one["value"].strip("'") for one in steps[1]["parameters"]}
    expect.worlds(
        told,
        {
            "type": "StateChange",
            "oracle": "changed_only",
            "outcome": "fail",
            "reason": "1 other changes, 0 of 0 did not happen",
        },
    ).alike()
    attached = {
        one["name"]: (pytester.path / "seen" / one["source"]).read_text() for one in steps[1]["attachments"]
    }
    expect.worlds(attached, {"observed": "/order", "expected": "no change", "diff": "/order: 1 -> 2"}).alike()
    expect.value(steps[2]["statusDetails"]["message"]).contains("evidence is missing")


def test_a_verdict_of_a_thread_is_a_step_of_its_test(pytester: pytest.Pytester) -> None:
    """Whoever judges, the step is the test's."""
    pytester.makepyprojecttoml("[tool.autobiz]\n")
    pytester.makepyfile(JUDGED)

    result = pytester.runpytest_subprocess(
        *QUIET, "-p", "no:xdist", "-k", "test_in_a_thread", "--alluredir=seen", "--gate-ledger=ledger"
    )

    expect_outcomes(result, passed=1)
    steps = results(pytester.path / "seen")["test_in_a_thread"]["steps"]
    expect.worlds([one["name"] for one in steps], ["SideEffect: no_effect: pass"]).alike()


@pytest.mark.negative
@pytest.mark.parametrize("options", [(), ("-p", "no:allure_pytest")], ids=["not_asked", "not_there"])
def test_without_allure_nothing_is_written_and_nothing_loaded(
    pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    """Where Allure is absent, or nobody named a folder for it, verdicts are told as ever."""
    pytester.makepyprojecttoml("[tool.autobiz]\n")
    pytester.makepyfile(JUDGED)

    result = pytester.runpytest_subprocess(*QUIET, "-p", "no:xdist", *options)

    expect_outcomes(result, passed=1, failed=1)
    expect.worlds([path.name for path in pytester.path.rglob("*-result.json")] or "none", "none").alike()
