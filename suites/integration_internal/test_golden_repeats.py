"""A golden trial is repeated from its seed: the same providers see the same bytes at the same moments."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autobiz_oracles import expect

ROOT = Path(__file__).resolve().parents[2]
FILES = ["suites/golden/test_refunds.py", "suites/golden/test_approvals.py"]
CHOSEN = "partial-crashed or repeated-reordered or approved-two_decimals"
TRIALS = 3


def played(junit: Path) -> list[str]:
    """Play the trials in a process of their own; return what their providers saw."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = ["pytest", "-q", "-n0", "-p", "no:hypothesispytest", f"--junitxml={junit}"]
    command += ["--gate-run", "2", "--gate-seed", "7", "-k", CHOSEN, *FILES]
    told = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout
    return re.findall(r'name="played" value="([0-9a-f]{64})"', junit.read_text(encoding="utf-8"))


@pytest.mark.priority("P1")
@pytest.mark.requirement("P1-R10")
@pytest.mark.test_id("P1-T18")
def test_the_same_seed_plays_the_same_trial(tmp_path: Path) -> None:
    """With its seed and run a trial is the same in another process, whatever that process is called."""
    first, again = (played(tmp_path / f"{name}.xml") for name in ("first", "again"))
    expect.value(len(set(first))).equals(TRIALS)
    expect.value(again).equals(first)
