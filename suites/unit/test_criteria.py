"""Criteria: sets of gates, read with all mistakes at once, and open only when every gate of theirs is."""

import contextlib
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import (
    Criterion,
    Decision,
    GateDecision,
    GateFileError,
    Tallies,
    decide_all,
    decide_criteria,
    fold_criteria,
    read_criteria_file,
)

pytestmark = pytest.mark.priority("P0")

ROOT = Path(__file__).parents[2]
P1 = ROOT / "gates" / "criteria" / "autobiz-p1.toml"
NOTHING = Tallies(cases=(), runs=())
BADNESS = {Decision.OPEN: 0, Decision.UNDECIDED: 1, Decision.SHUT: 2}
GOOD = """[criterion.A]
says = "It is linted"
gates = ["lint", "docs"]

[gate.lint]
kind = "command"
command = ["true"]

[gate.docs]
kind = "artifact"
path = "README.md"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "criteria.toml"
    path.write_text(text)
    return path


def complaints(path: Path) -> list[str]:
    with pytest.raises(GateFileError) as caught:
        read_criteria_file(path)
    return [str(problem).removeprefix(str(path.parent) + os.sep) for problem in caught.value.problems]


def decision(gate: str, answer: Decision, *, dry_run: bool = False) -> GateDecision:
    return GateDecision(
        gate=gate,
        kind="p0",
        decision=answer,
        dry_run=dry_run,
        reason=f"{gate} is {answer}.",
        conditions=(),
        figures=None,
    )


def test_criteria_and_gates_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    """A criterion has a sentence and names gates of its own file."""
    read = read_criteria_file(write(tmp_path, GOOD))

    assert read.criteria == (Criterion(name="A", says="It is linted", gates=("lint", "docs")),)
    assert [gate.name for gate in read.gate_file.gates] == ["lint", "docs"]
    assert len(read.gate_file.sha256) == 64


@pytest.mark.negative
def test_all_mistakes_are_named_at_once_with_their_lines(tmp_path: Path) -> None:
    """Criteria and gates are held to their keys together, and near names are suggested."""
    text = """\
titel = 1
[criterion.A]
say = "x"
gates = ["lnt", "docs", "docs"]
[criterion.B]
says = " "
gates = []
[criterion."C D"]
says = "x"
gates = "docs"
[gate.lint]
kind = "command"
command = ["true"]
[gate.docs]
kind = "artifact"
pat = "README.md"
"""
    assert complaints(write(tmp_path, text)) == [
        "criteria.toml:1: unknown key 'titel'; tables are named [criterion.NAME] or [gate.NAME].",
        "criteria.toml:2: criterion 'A': 'says' is missing: The criterion in a sentence.",
        "criteria.toml:3: criterion 'A': unknown key 'say'. Did you mean 'says'?",
        (
            "criteria.toml:4: criterion 'A': gates name 'lnt', and there is no such gate in this file. "
            "Did you mean 'lint'?"
        ),
        "criteria.toml:4: criterion 'A': gates name a gate twice",
        "criteria.toml:6: criterion 'B': says must be a string that says something, not ' ' (a string)",
        "criteria.toml:7: criterion 'B': gates must name at least one value",
        "criteria.toml:8: criterion 'C D': a name has 1 to 64 letters, digits, dots, dashes or underscores",
        "criteria.toml:11: gate 'lint': no criterion names it, so nobody would see it; remove it or name it",
        "criteria.toml:14: gate 'docs': 'path' is missing: The file, relative to the project.",
        "criteria.toml:16: gate 'docs': unknown key 'pat'. Did you mean 'path'?",
    ]


@pytest.mark.negative
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no gate: nothing would be decided"),
        ("[gate.a]\nkind = 'p0'\n", "no criterion: nothing would be answered"),
        ("[criterion.A]\nsays = 'x'\ngates = 'a'\n", "there is no such gate in this file"),
        (
            "criterion = 3\n[gate.a]\nkind = 'p0'\n",
            "criterion must hold tables named [criterion.NAME], not 3",
        ),
        ("[criterion]\nA = 5\n[gate.a]\nkind = 'p0'\n", "criterion 'A': must be a table of keys, not 5"),
        ("gate = 3\n[criterion.A]\nsays = 'x'\ngates = 'a'\n", "gate must hold tables named [gate.NAME]"),
        ("[criterion.A]\n[criterion.A]\n", "criterion 'A' is declared twice; rename one of the two"),
        ("[criterion.A\n", "not valid TOML"),
    ],
)
def test_a_file_that_answers_nothing_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """Without criteria, without gates, or with something else in their place, nothing is decided."""
    assert any(says in one for one in complaints(write(tmp_path, text)))


@pytest.mark.negative
def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The sentence names the file."""
    assert "criteria.toml: no such file" in complaints(tmp_path / "criteria.toml")[0]


@given(st.text(max_size=200) | st.text(st.sampled_from('[criteongat.Asy]\n="{},'), max_size=60))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """No text makes the reader do anything but return criteria or name mistakes."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with contextlib.suppress(GateFileError):
        assert read_criteria_file(path).criteria


@given(st.lists(st.sampled_from(list(Decision)), min_size=1, max_size=5))
def test_a_criterion_is_as_bad_as_its_worst_gate(answers: list[Decision]) -> None:
    """Open needs every gate open, and the reasons are those of the gates that weigh."""
    gates = [decision(f"g{n}", answer) for n, answer in enumerate(answers)]
    criterion = Criterion(name="A", says="x", gates=tuple(one.gate for one in gates))

    (decided,) = decide_criteria([criterion], gates)

    assert BADNESS[decided.decision] == max(BADNESS[answer] for answer in answers)
    assert all((one.reason in decided.reason) is (one.decision is decided.decision) for one in gates)
    assert fold_criteria([decided]) is decided.decision


@pytest.mark.negative
def test_a_dry_run_proves_nothing() -> None:
    """A criterion of dry runs alone is undecided however open they are; beside another gate they are air."""
    dry, real = decision("dry", Decision.OPEN, dry_run=True), decision("real", Decision.OPEN)
    alone, both = (
        Criterion(name="A", says="x", gates=("dry",)),
        Criterion(name="B", says="y", gates=("dry", "real")),
    )

    decided = decide_criteria([alone, both], [dry, real])

    assert [one.decision for one in decided] == [Decision.UNDECIDED, Decision.OPEN]
    assert "dry runs, which prove nothing" in decided[0].reason


@pytest.mark.negative
def test_no_criteria_are_no_yes() -> None:
    """Of nothing at all the answer is undecided."""
    assert fold_criteria([]) is Decision.UNDECIDED


def test_the_criteria_of_phase_1_are_those_of_its_specification() -> None:
    """Four to begin with and fourteen to leave with, each with its number, in order."""
    entry = [f"P1-ENTRY-{number:02}" for number in range(1, 5)]
    leave = [f"P1-EXIT-{number:02}" for number in range(1, 15)]

    assert [one.name for one in read_criteria_file(P1).criteria] == entry + leave


@pytest.mark.negative
def test_no_criterion_of_phase_1_holds_in_an_empty_project(tmp_path: Path) -> None:
    """Where there is no run, no file and no signature every gate is undecided, and none is a dry run."""
    read = read_criteria_file(P1)

    decisions = decide_all(read.gate_file, NOTHING, date(2026, 1, 1), tmp_path)

    assert {one.decision for one in decisions} == {Decision.UNDECIDED}
    assert not any(gate.dry_run for gate in read.gate_file.gates)


def test_every_file_that_phase_1_names_is_where_such_files_lie() -> None:
    """What is to be written is named in a folder that the project has or is to have, never outside of it."""
    for gate in read_criteria_file(P1).gate_file.gates:
        named = [getattr(gate, "path", ""), *getattr(gate, "files", ()), *getattr(gate, "keys", ())]
        assert not any(Path(name).is_absolute() or ".." in Path(name).parts for name in named)
