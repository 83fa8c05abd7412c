"""Large ledgers are gathered by several processes, and the tallies are those of one."""

import json
import random
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autobiz_gates import LedgerError, RunPlan, Shard, Tallies, Trial, fold

from ..ledger_lines import header, plan, trial, write_ledger

pytestmark = pytest.mark.priority("P0")

# Only a process of one thread forks, so these run in one of their own, where a byte is worth a fork.
FOLDS = """
import json, sys
from pathlib import Path
import msgspec
from autobiz_gates import LedgerError, fold, sharing

sharing.SHARE_BYTES_MIN = 1
sharing.os.sched_getaffinity = lambda pid: {0, 1, 2}
forks, fork = [], sharing.os.fork
def counted():
    pid = fork()
    forks.append(pid)
    SPOIL
    return pid
sharing.os.fork = counted
for name in sys.argv[1:]:
    try:
        answer = msgspec.to_builtins(fold([Path(name)]))
    except LedgerError as error:
        answer = str(error)
    print(json.dumps(answer))
print(len(forks), file=sys.stderr)
"""


def folded_apart(*folders: Path, spoil: str = "") -> tuple[list[Any], int]:
    """What several processes make of each folder, and how many forks that took."""
    done = subprocess.run(
        [sys.executable, "-c", FOLDS.replace("SPOIL", spoil), *map(str, folders)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()], int(done.stderr)


def plain(tallies: Tallies) -> Any:
    return json.loads(msgspec.json.encode(asdict(tallies)))


def written(folder: Path, rng: random.Random) -> Path:
    """A folder of some files with plans and trials of a few cases in any order."""
    names = [f"case {number}" for number in range(rng.randint(1, 12))]
    for file in range(rng.randint(1, 3)):
        run, run_id = rng.randint(1, 3), rng.choice(["run-a", "run-b"])
        shard = Shard(index=rng.randint(1, 2), count=2) if rng.random() < 0.3 else None
        lines: list[RunPlan | Trial] = []
        for _ in range(rng.randint(0, 30)):
            if rng.random() < 0.2:
                lines.append(plan(*rng.sample(names, rng.randint(1, len(names))), run_id=run_id, run=run))
            else:
                outcome = rng.choice(["pass", "pass", "fail", "unknown", "skip", "invalid"])
                key, phase = rng.choice([None, None, "x", "y"]), rng.choice(["call", "call", "collect"])
                lines.append(
                    trial(rng.choice(names), outcome, run_id=run_id, run=run, phase=phase, replay=key)
                )
        path = write_ledger(folder / f"{file}.jsonl", header(run_id=run_id, run=run, shard=shard), *lines)
        if rng.random() < 0.3:
            path.write_bytes(path.read_bytes()[: -rng.randint(1, 40)])
    return folder


def test_several_processes_fold_as_one_does(tmp_path: Path) -> None:
    """Wherever files are cut, whatever they hold, and whichever process reads it: the same tallies."""
    rng = random.Random(20260101)
    folders = [written(tmp_path / str(number), rng) for number in range(120)]

    apart, forks = folded_apart(*folders)

    assert apart == [plain(fold([folder])) for folder in folders]
    assert forks > 100


@pytest.mark.negative
@pytest.mark.parametrize("place", [1, 20, 39])
def test_a_spoilt_line_is_named_as_ever(tmp_path: Path, place: int) -> None:
    """Which process meets it makes no difference to the file and line that are named."""
    path = write_ledger(tmp_path / "a.jsonl", header(), plan("a"), *[trial("a")] * 40)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:place], b"{}\n", *lines[place:]]))

    (apart,), forks = folded_apart(tmp_path)

    with pytest.raises(LedgerError) as alone:
        fold([tmp_path])
    assert apart == str(alone.value)
    assert f"a.jsonl:{place + 1}:" in apart
    assert forks or place == 1


@pytest.mark.negative
@pytest.mark.parametrize(
    "spoil",
    [
        "if not pid: sharing.os.kill(sharing.os.getpid(), 9)",
        "if not pid: sharing.os.write(1, b''), sharing.os._exit(0)",
    ],
)
def test_a_process_that_dies_loses_nothing(tmp_path: Path, spoil: str) -> None:
    """What a killed or silent process was to do is done by the one that is left."""
    write_ledger(tmp_path / "a.jsonl", header(), plan("a", "b"), *[trial("a"), trial("b", "fail")] * 40)

    (apart,), forks = folded_apart(tmp_path, spoil=spoil)

    assert apart == plain(fold([tmp_path]))
    assert forks == 2
