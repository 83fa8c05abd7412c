"""Trying again on the same subject adds trials and replaces none; a new subject begins anew."""

from pathlib import Path

import pytest

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

    assert (first.code, first.json["attempts"]) == (3, [])
    assert second.code == 0, second.json["sentence"]
    assert second.json["attempts"] == [first.json["run_id"]]
    assert second.json["gates"][0]["figures"]["trials"] == 80
    assert "1 earlier on this subject" in second.err
    assert {trial.run_id for trial in trials(small.ledger)} == {first.json["run_id"], second.json["run_id"]}


@pytest.mark.negative
def test_a_failure_is_not_made_good_by_trying_again(tmp_path: Path) -> None:
    """Under kind p0 one failed trial of an earlier attempt shuts, however often the others pass."""
    small = project(tmp_path, MOODY, gate_file='[gate.tests]\nkind = "p0"\nruns = 1\n')
    mood = small.write("bad-mood", "")
    assert small.gate("run").code == 1
    mood.unlink()

    again = small.gate("run", "--json")
    third = small.gate("run", "--json")

    assert (again.code, third.code) == (1, 1)
    assert "1 trials failed" in again.json["sentence"]
    assert len(third.json["attempts"]) == 2
    assert third.json["gates"][0]["figures"]["trials"] == 240


def test_a_change_makes_a_new_subject(tmp_path: Path) -> None:
    """Evidence about what was before a commit, or an edit, says nothing of what is now."""
    small = project(tmp_path, MOODY)
    mood = small.write("bad-mood", "")
    assert small.gate("run").code == 1
    mood.unlink()
    small.write("test_small.py", MOODY + "\n# mended\n")

    edited = small.gate("run", "--json")
    commit(tmp_path)
    committed = small.gate("run", "--json")

    assert (edited.code, edited.json["attempts"]) == (0, [])
    assert (committed.code, committed.json["attempts"]) == (0, [])


def test_what_an_attempt_gave_up_is_not_missing(tmp_path: Path) -> None:
    """Of an attempt that was killed only what it tried counts: it owes nothing to the next."""
    killed = "    import os\n    if n == 70 and pathlib.Path('bad-mood').exists(): os._exit(9)\n"
    tests = MOODY.replace("    assert n or not", f"{killed}    assert True or not")
    small = project(tmp_path, tests)
    mood = small.write("bad-mood", "")
    assert small.gate("run").code == 4
    mood.unlink()

    answer = small.gate("run", "--json")

    assert answer.code == 0, answer.json["sentence"]
    figures = answer.json["gates"][0]["figures"]
    assert (figures["trials"], figures["missing"]) == (150, 0)


def test_pooled_evidence_is_signed_and_verified(tmp_path: Path) -> None:
    """The bundle of a pooled run holds the earlier trials, too, and a change in them is found."""
    small = project(tmp_path, FORTY)
    small.write(".gitignore", "*.key\n*.pub\n__pycache__/\n")
    commit(tmp_path)
    small.gate("run")
    assert small.gate("run").code == 0
    assert small.gate("keygen", "ci.key").code == 0

    signed = small.gate("evidence", "--key", "ci.key")

    assert signed.code == 0, signed.err
    (earlier,) = small.ledger.glob("earlier-*.jsonl")
    earlier.write_bytes(earlier.read_bytes().replace(b'"pass"', b'"fail"', 1))
    refused = small.gate("evidence", "--key", "ci.key")
    assert refused.code == 1
    assert "changed after the run" in refused.err


@pytest.mark.negative
def test_an_attempt_that_cannot_be_read_is_not_left_out(tmp_path: Path) -> None:
    """A spoilt earlier ledger stops the next run: without it the evidence would be a choice."""
    small = project(tmp_path, FORTY)
    small.gate("run")
    (ledger,) = small.ledger.glob("*.jsonl")
    ledger.write_bytes(b"{}\n" + ledger.read_bytes())

    answer = small.gate("run")

    assert answer.code == 2
    assert "leaving it out would choose the evidence" in answer.err


@pytest.mark.negative
@pytest.mark.parametrize("torn", ["", '{"run_id"', "[]", '{"run_id": "x", "subject": {}}'])
def test_an_attempt_whose_subject_cannot_be_read_is_not_left_out(tmp_path: Path, torn: str) -> None:
    """A run that may have been on this subject stops the next one, whatever is wrong with its record."""
    small = project(tmp_path, FORTY)
    small.gate("run")
    (record,) = tmp_path.glob(".autobiz/runs/*/run.json")
    record.write_text(torn, encoding="utf-8")

    answer = small.gate("run")

    assert answer.code == 2
    assert str(record.parent) in answer.err
    assert "leaving it out would choose the evidence" in answer.err
