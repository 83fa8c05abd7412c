"""Allure result directories, and how results of several runs become one evidence."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autobiz_gates import LedgerError, Tallies, tallies_from

from ..ledger_lines import header, plan, trial, write_ledger

pytestmark = pytest.mark.priority("P0")

PASSING = "<testsuite><testcase name='a'/><testcase name='b'/></testsuite>"


def results(folder: Path, *found: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    for number, result in enumerate(found):
        (folder / f"{number:04}-result.json").write_text(json.dumps(result))
    return folder


def outcomes(tallies: Tallies) -> dict[str, tuple[str, ...]]:
    return {tally.case: tally.outcomes for tally in tallies.cases}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("passed", "pass"),
        ("failed", "fail"),
        ("broken", "unknown"),
        ("skipped", "skip"),
        ("unknown", "unknown"),
        (None, "unknown"),
        ("splendid", "unknown"),
    ],
)
def test_each_status_has_its_outcome(tmp_path: Path, status: str | None, outcome: str) -> None:
    """Only a passed result passes; broken, absent and new words cannot be judged."""
    folder = results(tmp_path / "allure", {"fullName": "a#b", "historyId": "h", "status": status})

    assert outcomes(tallies_from([folder])) == {"a#b": (outcome,)}


def test_attempts_of_one_history_pool_to_the_worst(tmp_path: Path) -> None:
    """A retry that passed does not wash away the attempt that failed."""
    attempts = [{"fullName": "a", "historyId": "h", "status": word} for word in ("failed", "passed")]

    assert outcomes(tallies_from([results(tmp_path / "allure", *attempts)])) == {"a": ("fail",)}


def test_parameters_tell_cases_apart_and_labels_are_facts(tmp_path: Path) -> None:
    """Two parameter sets are two cases; labels give suite, priority, requirement, test id and marks."""
    labels = [
        {"name": "suite", "value": "golden"},
        {"name": "priority", "value": "P1"},
        {"name": "requirement", "value": "R-1"},
        {"name": "as_id", "value": 7},
        {"name": "tag", "value": "slow"},
    ]
    folder = results(
        tmp_path / "allure",
        {"fullName": "a", "historyId": "1", "status": "passed", "parameters": [{"name": "n", "value": "1"}]},
        {
            "fullName": "a",
            "historyId": "2",
            "status": "passed",
            "labels": labels,
            "parameters": [
                {"name": "n", "value": "2"},
                {"name": "at", "value": "0x7f", "excluded": True},
            ],
        },
    )

    first, second = tallies_from([folder]).cases

    assert (first.case, second.case) == ("a[n=1]", "a[n=2]")
    assert (second.suite, second.priority, second.requirements) == ("golden", "P1", ("R-1",))
    assert (second.tests, second.marks) == (("7",), ("slow",))


@pytest.mark.negative
@pytest.mark.parametrize("content", ["{", "[]", '{"status": 1, "fullName": "a"}', '{"status": "passed"}', ""])
def test_what_is_no_result_is_refused_with_its_file(tmp_path: Path, content: str) -> None:
    """One unreadable result refuses the directory: nobody knows what it said."""
    folder = results(tmp_path / "allure", {"fullName": "a", "status": "passed"})
    (folder / "x-result.json").write_text(content)

    with pytest.raises(LedgerError, match=r"x-result\.json"):
        tallies_from([folder])


@settings(max_examples=40)
@given(st.binary(max_size=80))
def test_no_bytes_make_anything_but_a_refusal_or_an_outcome(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes
) -> None:
    """Arbitrary bytes in a result never pass and never crash."""
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "x-result.json").write_bytes(junk)

    with pytest.raises(LedgerError):
        tallies_from([folder])


def test_a_case_absent_from_a_run_is_missing_in_it(tmp_path: Path) -> None:
    """Foreign results hold no plan, so each run is held to what any of them tried."""
    (tmp_path / "1.xml").write_text(PASSING)
    (tmp_path / "2.xml").write_text("<testsuite><testcase name='a'/></testsuite>")

    tallies = tallies_from([], [(1, tmp_path / "1.xml"), (2, tmp_path / "2.xml")])

    assert outcomes(tallies) == {"a": ("pass", "pass"), "b": ("pass", "missing")}


def test_files_without_a_run_are_one_run(tmp_path: Path) -> None:
    """Two reports named without runs pool: a case in both is one trial, at its worst."""
    (tmp_path / "1.xml").write_text(PASSING)
    (tmp_path / "2.xml").write_text("<testsuite><testcase name='a'><failure/></testcase></testsuite>")

    assert outcomes(tallies_from([tmp_path])) == {"a": ("fail",), "b": ("pass",)}


@pytest.mark.negative
def test_one_file_cannot_be_two_runs(tmp_path: Path) -> None:
    """The same report named for two runs would be one trial counted twice."""
    path = tmp_path / "1.xml"
    path.write_text(PASSING)

    with pytest.raises(LedgerError, match="named for run 1 and for run 2"):
        tallies_from([], [(1, path), (2, path)])


@pytest.mark.negative
def test_what_cannot_be_told_apart_is_refused(tmp_path: Path) -> None:
    """Ledgers do not mix with foreign results nor take a run, and a folder of nothing is told."""
    ledger = write_ledger(tmp_path / "a.jsonl", header(), plan("a"), trial("a"))
    report = tmp_path / "a.xml"
    report.write_text(PASSING)
    (tmp_path / "empty").mkdir()

    with pytest.raises(LedgerError, match="evaluate each alone"):
        tallies_from([ledger, report])
    with pytest.raises(LedgerError, match="knows its own runs"):
        tallies_from([], [(1, ledger)])
    with pytest.raises(LedgerError, match="holds ledger and JUnit XML"):
        tallies_from([tmp_path])
    with pytest.raises(LedgerError, match="say its run too"):
        tallies_from([report], [(1, report)])
    with pytest.raises(LedgerError, match="no ledger"):
        tallies_from([tmp_path / "empty"])
    with pytest.raises(LedgerError, match="no such"):
        tallies_from([tmp_path / "nowhere"])
