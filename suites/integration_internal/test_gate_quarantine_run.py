"""A quarantine in a whole run: the case runs and is told, and evidence holds only under the same file."""

import json
import os
import re
import subprocess
import sys
from base64 import b64decode
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from autobiz_harness.clock import utc_now
from autobiz_oracles import expect

from ..folders import files_in
from ..ledger_lines import header, plan, trial, write_ledger
from ..quarantines import quarantine_text
from ..signed_run import commit
from ..small_project import LITERAL, ONE_RUN, SmallProject, small_project

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR07")]

FLAKY = """
import pytest
@pytest.mark.parametrize('n', range(80))
def test_it(n): assert n != 3
"""
CASE = "test_small.py::test_it[3]"
P0_TESTS = FLAKY.replace("@pytest.mark.param", "@pytest.mark.priority('P0')\n@pytest.mark.param")


def project(root: Path, tests: str = FLAKY, text: str | None = None) -> SmallProject:
    made = small_project(root, tests)
    today = utc_now().date()
    made.write("quarantine.toml", quarantine_text(CASE, opened=today) if text is None else text)
    return made


def expired(days: int = 8) -> str:
    opened: date = utc_now().date() - timedelta(days=days)
    return quarantine_text(CASE, opened=opened)


def test_quarantined_case_runs_and_is_told_and_does_not_gate(tmp_path: Path) -> None:
    """The failing case is in the ledger and the report, its stage passes with a reason, the gate is open."""
    ran = project(tmp_path).gate("run", "--json")
    expect.program(ran).ended(0)
    (gate,) = ran.json["gates"]
    expect.value(gate["figures"]["quarantined"]).equals([CASE])
    expect.value((gate["figures"]["passes"], gate["figures"]["trials"])).equals((79, 79))
    expect.value(gate["figures"]["lcb_worst"]).between(0.0, 0.9499)
    expect.value(gate["figures"]["lcb"]).between(0.9501, 1.0)
    (stage,) = ran.json["stages"]
    expect.value((stage["failed"], stage["reason"])).equals((1, f"only quarantined cases failed: {CASE}"))
    page = Path(tmp_path, ran.json["files"]["report"]).read_text()
    expect.value(page).contains("1 quarantined", "quarantine.toml (sha256 ")


def test_evaluate_gives_the_same_gates_on_the_same_day_and_others_later(tmp_path: Path) -> None:
    """`gate evaluate` reads the same quarantine; as of a day after its expiry the case gates again."""
    made = project(tmp_path)
    ran = made.gate("run", "--json")
    evaluated = made.gate("evaluate", str(made.ledger), "--json")
    expect.program(evaluated).ended(0)
    expect.value(evaluated.json["gates"]).equals(ran.json["gates"])
    later = made.gate(
        "evaluate", str(made.ledger), "--json", "--today", str(utc_now().date() + timedelta(days=8))
    )
    expect.program(later).ended(1)
    expect.value(later.json["gates"][0]["figures"]["quarantine_expired"]).equals([CASE])


SOMETIMES = """
import pathlib, pytest
@pytest.mark.parametrize('n', range(80))
def test_it(n):
    if n == 3:
        tries = pathlib.Path('.autobiz/tries')
        tried = int(tries.read_text()) if tries.exists() else 0
        tries.write_text(str(tried + 1))
        assert tried != 1, 'the sandbox timed out'
"""
THREE_RUNS = ONE_RUN + "runs = 3\n"
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "quarantine-a-flake.md"


def typed(root: Path, commands: str) -> str:
    """What a person reads who types these commands."""
    person = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AUTOBIZ", "PYTEST"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", commands],
        cwd=root,
        env={**inherited, **person, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_how_to_is_true(tmp_path: Path) -> None:
    """Every command of quarantine-a-flake.md, typed one after the other, works on a case that flakes."""
    gate_file = LITERAL.replace("0.95\nruns = 1", "0.98\nruns = 3")
    made = small_project(tmp_path, SOMETIMES, gate_file=gate_file, tool=THREE_RUNS)
    made.write(".gitignore", "__pycache__/\n.autobiz/\nburst*\n")
    commit(tmp_path)
    first, *others = re.findall(r"```sh\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    expect.value(typed(tmp_path, first)).contains(f"{CASE}  suspect")
    # One trial of the burst is made as it is written; starting pytest 31 times more would show nothing more.
    for run in range(2, 33):
        tried = trial(CASE, "fail" if run == 9 else "pass", run=run, started_at=utc_now())
        write_ledger(tmp_path / "burst" / f"{run}.jsonl", header(run=run), plan(CASE, run=run), tried)
    typed(tmp_path, "gate flakes burst")

    said = typed(tmp_path, "".join(others))

    expect.value(said).contains(
        f"{CASE}: suspect (due)",
        f"1 quarantined ({CASE})",
        "OPEN: the deploy may happen",
        "OK, quarantined: 1",
    )
    expect.value(said).matches(r"released early: it gates again and stays a suspect\s*\Z")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("tests", "text"), [(FLAKY, expired()), (P0_TESTS, None)], ids=["expired", "a P0 case"]
)
def test_what_must_not_be_excused_shuts(tmp_path: Path, tests: str, text: str | None) -> None:
    """An expired entry and an entry for a P0 case excuse nothing: the run is shut."""
    ran = project(tmp_path, tests, text).gate("run", "--json")
    expect.program(ran).ended(1)
    expect.value(ran.json["gates"][0]["figures"]["quarantined"]).equals([])


@pytest.mark.negative
def test_unreadable_quarantine_is_a_mistake_of_usage_before_anything_runs(tmp_path: Path) -> None:
    """A broken file ends the run with 2 and every mistake, and no run is begun."""
    answer = project(tmp_path, text="[[quarantine]]\ncase = 3\n").gate("run")
    expect.program(answer).ended(2).said(
        "quarantine.toml:2: quarantine 'number 1': case must be a string", "'owner' is missing", on="err"
    )
    expect.value(files_in(tmp_path)).lacks(".autobiz")


def test_evidence_is_bound_to_the_quarantine(tmp_path: Path) -> None:
    """Evidence is signed under the file of the run, and the bundle names the file with its digest."""
    made = project(tmp_path)
    made.gate("keygen", "ci.key")
    made.gate("run")
    signed = made.gate("evidence", "--key", "ci.key", "--json")
    expect.program(signed).ended(0)
    verified = made.gate("verify", signed.json["bundle"], "--allow", "ci.key.pub")
    expect.program(verified).ended(0)
    envelope = json.loads(Path(tmp_path, signed.json["bundle"]).read_bytes())
    statement = json.loads(b64decode(envelope["payload"]))
    digest = sha256((tmp_path / "quarantine.toml").read_bytes()).hexdigest()
    named = {"name": "quarantine.toml", "digest": {"sha256": digest}}
    expect.value(statement["subject"]).contains(named)
    expect.value(statement["predicate"]["configuration"]).contains(named)


@pytest.mark.negative
@pytest.mark.parametrize("change", ["taken away", "extended", "added"])
def test_another_quarantine_is_found_before_signing(tmp_path: Path, change: str) -> None:
    """A file that is gone, was changed or came later is named, and nothing is signed."""
    made = small_project(tmp_path) if change == "added" else project(tmp_path)
    made.gate("keygen", "ci.key")
    expect.program(made.gate("run")).ended(0)
    path = tmp_path / "quarantine.toml"
    if change == "taken away":
        path.unlink()
    else:
        made.write("quarantine.toml", expired() if change == "added" else path.read_text() + "# more\n")
    answer = made.gate("evidence", "--key", "ci.key")
    expect.program(answer).ended(1).said(
        "quarantine.toml: the quarantine is not the one that the run was judged by", on="err"
    )


def test_gate_file_of_another_folder_has_its_own_quarantine(tmp_path: Path) -> None:
    """The quarantine that counts lies beside the gate file, wherever that is."""
    made = small_project(tmp_path, FLAKY, gate_file="")
    made.write("gates/gate.toml", LITERAL)
    made.write("quarantine.toml", quarantine_text(CASE, opened=utc_now().date()))
    expect.program(made.gate("run")).ended(1)
    (tmp_path / "quarantine.toml").rename(tmp_path / "gates" / "quarantine.toml")
    expect.program(made.gate("run")).ended(0)


def test_criteria_leave_out_what_the_gates_leave_out(tmp_path: Path) -> None:
    """A criterion answers as the same gate would, in the run and when it is asked later; then it is over."""
    made = project(tmp_path)
    gate = LITERAL.replace("[gate.tests]", "[gate.same]")
    made.write("criteria.toml", f'{gate}\n[criterion.A]\nsays = "Tests pass"\ngates = ["same"]\n')
    made.write(
        "pyproject.toml",
        (tmp_path / "pyproject.toml").read_text() + '[tool.autobiz]\ncriteria = "criteria.toml"\n',
    )

    ran = made.gate("run", "--json")

    expect.value(ran.json["criteria"]["decision"]).equals("open")
    expect.program(made.gate("criteria", "criteria.toml")).ended(0)
    later = str(utc_now().date() + timedelta(days=8))
    expect.program(made.gate("criteria", "criteria.toml", "--today", later)).ended(1)
