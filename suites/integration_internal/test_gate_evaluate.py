"""`gate evaluate` and `gate init`: the same decision from ledgers alone, and a file to start from."""

import json
from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..small_project import small_project

pytestmark = pytest.mark.priority("P0")


def test_the_ledgers_alone_give_the_decision_of_the_run(tmp_path: Path) -> None:
    """Evaluating a run's ledger elsewhere gives the same gates, figure by figure."""
    project = small_project(tmp_path)
    ran = project.gate("run", "--json")

    evaluated = project.gate("evaluate", str(project.ledger), "--json")

    expect.value(evaluated.code).equals(0)
    expect.value(ran.code).equals(0)
    expect.value(evaluated.json["gates"]).equals(ran.json["gates"])


def test_shards_fold_together_and_a_lost_one_is_missed(tmp_path: Path) -> None:
    """Two shards make the whole decision; one of them alone is undecided and says which is absent."""
    project = small_project(tmp_path)
    ledgers = []
    for index in (1, 2):
        project.gate("run", "--shard", f"{index}/2")
        ledgers.append(str(project.ledger))

    both = project.gate("evaluate", *ledgers, "--json")
    alone = project.gate("evaluate", ledgers[0])

    expect.program(both).ended(0)
    expect.value(both.json["gates"][0]["figures"]["trials"]).equals(80)
    expect.program(alone).ended(3).said("shard 2/2 is absent", on="out")


def test_two_subjects_do_not_mix(tmp_path: Path) -> None:
    """Ledgers of two different subjects together are undecided, however green both are."""
    project = small_project(tmp_path)
    project.gate("run")
    first = str(project.ledger)
    project.write("pyproject.toml", (tmp_path / "pyproject.toml").read_text() + "\n# changed\n")
    project.gate("run")

    answer = project.gate("evaluate", first, str(project.ledger))

    expect.program(answer).ended(3).said("2 different subjects", on="out")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such ledger"),
        (b'{"kind":"header","schema":"autobiz.ledger/9"}\n', "written in schema 'autobiz.ledger/9'"),
        (b"<xml/>\n", "not a ledger: the first line is not JSON"),
        (b'{"kind":"trial"}\n', "not a ledger line"),
        (b"\xff\xfe\n", "not a ledger"),
    ],
)
def test_what_is_no_ledger_is_undecided_and_told(tmp_path: Path, content: bytes | None, words: str) -> None:
    """A missing, foreign or garbled ledger is exit 3 with the reason, never a traceback and never open."""
    project = small_project(tmp_path)
    ledger = tmp_path / "given.jsonl"
    if content is not None:
        ledger.write_bytes(content)

    answer = project.gate("evaluate", str(ledger))

    expect.program(answer).ended(3).said(words, "given.jsonl", on="err").never_said("Traceback", on="err")


@pytest.mark.negative
def test_an_empty_folder_is_undecided(tmp_path: Path) -> None:
    """A folder without a ledger is exit 3."""
    (tmp_path / "empty").mkdir()

    answer = small_project(tmp_path).gate("evaluate", "empty")

    expect.program(answer).ended(3).said("no ledger (*.jsonl) in this folder", on="err")


def test_init_writes_a_file_that_works_at_once(tmp_path: Path) -> None:
    """`gate init` then `gate run` decides a project that never heard of us."""
    project = small_project(tmp_path, gate_file="", tool="")

    written = project.gate("init", "--json")

    expect.program(written).ended(0)
    expect.value(written.json).equals({"gate_file": "gate.toml", "gates": ["tests"]})
    expect.program(project.gate("run")).ended(0)


@pytest.mark.negative
def test_init_touches_no_existing_file(tmp_path: Path) -> None:
    """An existing gate file is left as it is, exit 2."""
    project = small_project(tmp_path)
    before = (tmp_path / "gate.toml").read_text()

    answer = project.gate("init")

    expect.program(answer).ended(2)
    expect.value((tmp_path / "gate.toml").read_text()).equals(before)


def test_json_is_all_there_is_on_stdout(tmp_path: Path) -> None:
    """With --json, stdout is one JSON object even when the answer is no."""
    answer = small_project(tmp_path, "def test_it(): assert False").gate("run", "--json")

    expect.value(json.loads(answer.out)["exit_code"]).equals(answer.code)
