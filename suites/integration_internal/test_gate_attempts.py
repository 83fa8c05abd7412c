"""Trying again on the same subject adds trials and replaces none; a new subject begins anew."""

from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..ledgers import trials
from ..signed_run import commit
from ..small_project import LITERAL, ONE_RUN, SmallProject, small_project

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR06")]

FORTY = "import pytest\n@pytest.mark.parametrize('n', range(40))\ndef test_it(n): pass\n"
# Outside of what makes the subject, so that a test can change its mind.
MOODY = """
import pathlib
import pytest

@pytest.mark.parametrize("n", range(80))
def test_it(n):
    assert n or not pathlib.Path("bad-mood").exists()
"""


def project(root: Path, tests: str, *, gate_file: str = LITERAL) -> SmallProject:
    small = small_project(root, tests, gate_file=gate_file, tool=ONE_RUN)
    small.write(".gitignore", "bad-mood\n__pycache__/\n")
    commit(root)
    return small


def test_a_second_attempt_adds_to_the_first(tmp_path: Path) -> None:
    """Forty clean trials are too few; tried again, the eighty of both open the gate, and both are named."""
    small = project(tmp_path, FORTY)

    first = small.gate("run", "--json")
    second = small.gate("run", "--json")

    expect.program(first).ended(3)
    expect.value(first.json["attempts"]).equals([])
    expect.program(second).ended(0)
    expect.value(second.json["attempts"]).equals([first.json["run_id"]])
    expect.value(second.json["gates"][0]["figures"]["trials"]).equals(80)
    expect.program(second).said("1 earlier on this subject", on="err")
    expect.value({trial.run_id for trial in trials(small.ledger)}).equals(
        {first.json["run_id"], second.json["run_id"]}
    )


@pytest.mark.negative
def test_a_failure_is_not_made_good_by_trying_again(tmp_path: Path) -> None:
    """Under kind p0 one failed trial of an earlier attempt shuts, however often the others pass."""
    small = project(tmp_path, MOODY, gate_file='[gate.tests]\nkind = "p0"\nruns = 1\n')
    mood = small.write("bad-mood", "")
    expect.program(small.gate("run")).ended(1)
    mood.unlink()

    again = small.gate("run", "--json")
    third = small.gate("run", "--json")

    expect.program(again).ended(1)
    expect.value(third.code).equals(1)
    expect.value(again.json["sentence"]).contains("1 trials failed")
    expect.value(len(third.json["attempts"])).equals(2)
    expect.value(third.json["gates"][0]["figures"]["trials"]).equals(240)


def test_a_change_makes_a_new_subject(tmp_path: Path) -> None:
    """Evidence about what was before a commit, or an edit, says nothing of what is now."""
    small = project(tmp_path, MOODY)
    mood = small.write("bad-mood", "")
    expect.program(small.gate("run")).ended(1)
    mood.unlink()
    small.write("test_small.py", MOODY + "\n# mended\n")

    edited = small.gate("run", "--json")
    commit(tmp_path)
    committed = small.gate("run", "--json")

    expect.program(edited).ended(0)
    expect.value(edited.json["attempts"]).equals([])
    expect.program(committed).ended(0)
    expect.value(committed.json["attempts"]).equals([])


def test_what_an_attempt_gave_up_is_not_missing(tmp_path: Path) -> None:
    """Of an attempt that was killed only what it tried counts: it owes nothing to the next."""
    killed = "    import os\n    if n == 70 and pathlib.Path('bad-mood').exists(): os._exit(9)\n"
    tests = MOODY.replace("    assert n or not", f"{killed}    assert True or not")
    small = project(tmp_path, tests)
    mood = small.write("bad-mood", "")
    expect.program(small.gate("run")).ended(4)
    mood.unlink()

    answer = small.gate("run", "--json")

    expect.program(answer).ended(0)
    figures = answer.json["gates"][0]["figures"]
    expect.value((figures["trials"], figures["missing"])).equals((150, 0))


def test_pooled_evidence_is_signed_and_verified(tmp_path: Path) -> None:
    """The bundle of a pooled run holds the earlier trials, too, and a change in them is found."""
    small = project(tmp_path, FORTY)
    small.write(".gitignore", "*.key\n*.pub\n__pycache__/\n")
    commit(tmp_path)
    small.gate("run")
    expect.program(small.gate("run")).ended(0)
    expect.program(small.gate("keygen", "ci.key")).ended(0)

    signed = small.gate("evidence", "--key", "ci.key")

    expect.program(signed).ended(0)
    (earlier,) = small.ledger.glob("earlier-*.jsonl")
    earlier.write_bytes(earlier.read_bytes().replace(b'"pass"', b'"fail"', 1))
    refused = small.gate("evidence", "--key", "ci.key")
    expect.program(refused).ended(1).said("changed after the run", on="err")


@pytest.mark.negative
def test_an_attempt_that_cannot_be_read_is_not_left_out(tmp_path: Path) -> None:
    """A spoilt earlier ledger stops the next run: without it the evidence would be a choice."""
    small = project(tmp_path, FORTY)
    small.gate("run")
    (ledger,) = small.ledger.glob("*.jsonl")
    ledger.write_bytes(b"{}\n" + ledger.read_bytes())

    answer = small.gate("run")

    expect.program(answer).ended(2).said("leaving it out would choose the evidence", on="err")


@pytest.mark.negative
@pytest.mark.parametrize("torn", ["", '{"run_id"', "[]", '{"run_id": "x", "subject": {}}'])
def test_an_attempt_whose_subject_cannot_be_read_is_not_left_out(tmp_path: Path, torn: str) -> None:
    """A run that may have been on this subject stops the next one, whatever is wrong with its record."""
    small = project(tmp_path, FORTY)
    small.gate("run")
    (record,) = tmp_path.glob(".autobiz/runs/*/run.json")
    record.write_text(torn, encoding="utf-8")

    answer = small.gate("run")

    expect.program(answer).ended(2).said(
        str(record.parent), "leaving it out would choose the evidence", on="err"
    )
