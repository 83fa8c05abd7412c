"""`gate run --resume`: after kill -9, after Ctrl-C, after nothing at all."""

import signal
import subprocess
from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..ledgers import trials
from ..small_project import Answer, SmallProject, alive, answer_of, small_project
from ..waiting import wait_until

pytestmark = pytest.mark.priority("P0")

# The second run of the golden stage waits in its sixth case until somebody has left `go`.
WAITS = """
import os, pathlib, pytest, signal
HERE = pathlib.Path(__file__).parent
@pytest.mark.parametrize('n', range(12))
def test_it(n, request):
    if request.config.option.gate_run == 2 and n == 6 and not (HERE / 'go').exists():
        (HERE / 'half').write_text(f'{os.getpid()} {os.getppid()}')
        (HERE / 'half').rename(HERE / 'waiting')
        while True: signal.pause()
"""
STAGES = """
[[tool.autobiz.stage]]
name = "unit"
paths = ["test_unit.py"]
[[tool.autobiz.stage]]
name = "golden"
paths = ["test_small.py"]
runs = 3
order = "{order}"
workers = {workers}
"""
GATES = '[gate.all]\nkind = "p1"\nprofile = "literal"\nfloor = 0.8\nruns = 1\n'


def project(path: Path, *, workers: int, order: str = "random") -> SmallProject:
    made = small_project(path, WAITS, gate_file=GATES, tool=STAGES.format(workers=workers, order=order))
    made.write("test_unit.py", "def test_it(): pass")
    return made


def stop_halfway(made: SmallProject, how: int) -> tuple[Answer, list[int]]:
    """Start a run and stop it while the golden stage is in its second run; its answer and its children."""
    process = made.start("run")
    waiting = made.root / "waiting"
    wait_until(waiting.exists, "the golden stage is halfway")
    children = [int(pid) for pid in waiting.read_text().split() if int(pid) != process.pid]
    process.send_signal(how)
    return answer_of(process), children


@pytest.mark.parametrize("workers", [0, 2])
def test_after_kill_9_the_union_is_an_uninterrupted_run(tmp_path: Path, workers: int) -> None:
    """Killed in the golden stage and resumed: every (run, case) once, none missing, same answer."""
    made = project(tmp_path / "killed", workers=workers)
    whole = project(tmp_path / "whole", workers=workers)
    (whole.root / "go").touch()
    reference = whole.gate("run", "--json")

    _, children = stop_halfway(made, signal.SIGKILL)
    wait_until(lambda: not alive(children), "the children of the killed run are gone")
    before = len(trials(made.ledger))
    (made.root / "go").touch()
    resumed = made.gate("run", "--resume", "--json")

    entries = [(trial.run, trial.case) for trial in trials(made.ledger)]
    expect.value(before).between(1, len(entries) - 1)
    expect.value(len(entries)).equals(len(set(entries)))
    expect.value(set(entries)).equals({(trial.run, trial.case) for trial in trials(whole.ledger)})
    expect.value((resumed.code, resumed.json["decision"])).equals((0, "open"))
    expect.value((reference.code, reference.json["decision"])).equals((0, "open"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_with_5_and_can_be_resumed(tmp_path: Path, how: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end the run with exit 5 and the way to go on; nothing keeps running."""
    made = project(tmp_path, workers=0)

    answer, children = stop_halfway(made, how)

    expect.program(answer).ended(5).said("gate run --resume", on="out")
    expect.value(alive(children)).equals([])
    (made.root / "go").touch()
    expect.program(made.gate("run", "--resume")).ended(0)


def test_a_finished_run_resumes_to_the_same_answer(tmp_path: Path) -> None:
    """Resuming what is complete runs no trial and decides the same."""
    made = project(tmp_path, workers=0)
    (made.root / "go").touch()
    first = made.gate("run", "--json")
    entries = len(trials(made.ledger))

    again = made.gate("run", "--resume", "--json")

    expect.value(again.code).equals(0)
    expect.value(first.code).equals(0)
    expect.value(again.json["gates"]).equals(first.json["gates"])
    expect.value(len(trials(made.ledger))).equals(entries)


@pytest.mark.negative
def test_another_subject_is_not_resumed(tmp_path: Path) -> None:
    """When the configuration changed since the run began, resuming is refused: trials would mix."""
    made = project(tmp_path, workers=0)
    (made.root / "go").touch()
    made.gate("run")
    made.write("gate.toml", GATES.replace("0.8", "0.7"))

    answer = made.gate("run", "--resume")

    expect.program(answer).ended(2).said("the subject changed since this run began", on="err")


@pytest.mark.negative
def test_changed_code_is_another_subject(tmp_path: Path) -> None:
    """In a git checkout an uncommitted change is enough to be another subject."""
    made = project(tmp_path, workers=0)
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "1"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (made.root / "go").touch()
    made.gate("run")
    made.write("new_module.py", "x = 1")

    answer = made.gate("run", "--resume")

    expect.program(answer).ended(2).said("the subject changed", on="err")


def test_a_torn_last_line_costs_one_trial_and_no_more(tmp_path: Path) -> None:
    """When the end of a ledger was cut off in the middle of an entry, resuming runs that trial again."""
    made = project(tmp_path, workers=0)
    (made.root / "go").touch()
    made.gate("run")
    last = max(made.ledger.glob("golden-r3-*"), key=lambda path: path.stat().st_mtime)
    with last.open("r+b") as file:
        file.truncate(last.stat().st_size - 20)
    stages = made.ledger.parent / "stages.jsonl"
    stages.write_text("".join(stages.read_text().splitlines(keepends=True)[:-1]))

    answer = made.gate("run", "--resume", "--json")

    expect.program(answer).ended(0)
    expect.value(answer.json["stages"][-1]["passed"]).equals(12)
