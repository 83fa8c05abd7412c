"""Measure what the plugin costs a pytest run: left out, loaded but unused, and recording every test."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autobiz_gates import fold

MODULES = 50
TESTS_EACH = 100
ARMS = ("absent", "unused", "recording")
TARGETS = {"unused": 1.02, "recording": 1.10}
_PLUGIN = "autobiz_harness.plugin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One process from start to end, with all the processes it waited for."""

    cpu_s: float
    wall_s: float


class BrokenError(Exception):
    """What was measured did not do what it was measured for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the figures never decide the exit code, only something broken does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="measured rounds after one warm-up (7)")
    parser.add_argument("--bare", action="store_true", help="leave all other plugins of this environment out")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error(f"--rounds {options.rounds}: measure at least one round")
    try:
        with tempfile.TemporaryDirectory(prefix="autobiz-overhead-") as folder:
            costs = rounds(Path(folder), options.rounds, bare=options.bare)
    except BrokenError as error:
        print(f"overhead: {error}", file=sys.stderr)
        return 1
    summary = summarise(costs)
    print(json.dumps(summary, indent=2) if options.json else table(summary))
    return 0


def rounds(folder: Path, count: int, *, bare: bool) -> list[dict[str, Cost]]:
    """One warm-up, then `count` rounds of all arms in turn, so that a slow minute slows them all."""
    project = folder / "project"
    write_project(project)
    measured = []
    for number in range(count + 1):
        one = {arm: run(project, folder / f"ledger-{number}", arm, bare=bare) for arm in ARMS}
        if number:
            measured.append(one)
            say = ", ".join(f"{arm} {cost.cpu_s:.2f} s" for arm, cost in one.items())
            print(f"round {number} of {count}: {say}", file=sys.stderr)
    return measured


def write_project(project: Path) -> None:
    """5,000 tests that do nothing, in a committed repository, because the subject is read from git."""
    for number in range(MODULES):
        path = project / "tests" / f"test_module_{number:02}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n\n".join(f"def test_{n:03}():\n    assert True\n" for n in range(TESTS_EACH)))
    (project / ".gitignore").write_text("__pycache__/\n")
    who = ("-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false")
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "tests"]):
        subprocess.run(["git", "-C", project, *command], check=True)


def run(project: Path, ledger: Path, arm: str, *, bare: bool) -> Cost:
    """Measure one pytest process, and see that it did the work."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    env = {name: text for name, text in os.environ.items() if not name.startswith(("PYTEST", "AUTOBIZ"))}
    if bare:
        env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        command += [] if arm == "absent" else ["-p", _PLUGIN]
    elif arm == "absent":
        command += ["-p", "no:autobiz"]
    if arm == "recording":
        command.append(f"--gate-ledger={ledger}")
    log = project.parent / "output.txt"
    cost, code = measure(command, cwd=project, env=env, log=log)
    said = log.read_text(encoding="utf-8", errors="replace")
    if code != 0 or f"{MODULES * TESTS_EACH} passed" not in said:
        raise BrokenError(f"{arm}: pytest ended with {code}: {said[-2000:]}")
    if arm == "recording" and (found := len(fold([ledger]).cases)) != MODULES * TESTS_EACH:
        raise BrokenError(f"the ledger knows {found} cases, not {MODULES * TESTS_EACH}")
    return cost


def measure(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> tuple[Cost, int]:
    """Run a command to its end; the kernel's own account of it is the measurement."""
    with log.open("wb") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - began
    # The child is reaped already; without this, Popen would look for it in vain.
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(cpu_s=used.ru_utime + used.ru_stime, wall_s=wall_s), process.returncode


def summarise(costs: list[dict[str, Cost]]) -> dict[str, Any]:
    """Medians of each arm, and of the ratios to `absent` within each round."""
    return {
        "tests": MODULES * TESTS_EACH,
        "rounds": len(costs),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "versions": {name: version(name) for name in ("autobiz", "pytest")},
        "arms": {arm: {**_compared(costs, arm), "target": TARGETS.get(arm)} for arm in ARMS},
    }


def _compared(costs: list[dict[str, Cost]], arm: str) -> dict[str, Any]:
    cpu = [one[arm].cpu_s for one in costs]
    ratios = [one[arm].cpu_s / one["absent"].cpu_s for one in costs]
    return {
        "cpu_s": round(statistics.median(cpu), 4),
        "wall_s": round(statistics.median(one[arm].wall_s for one in costs), 4),
        "cpu_ratio": round(statistics.median(ratios), 4),
        "cpu_ratio_range": [round(min(ratios), 4), round(max(ratios), 4)],
        # Neighbours on the machine only ever add, so the cheapest run is the least disturbed one.
        "cpu_ratio_of_cheapest": round(min(cpu) / min(one["absent"].cpu_s for one in costs), 4),
        "wall_ratio": round(statistics.median(one[arm].wall_s / one["absent"].wall_s for one in costs), 4),
    }


def table(summary: dict[str, Any]) -> str:
    """The figures for people."""
    where = f"Python {summary['python']}, pytest {summary['versions']['pytest']}"
    heads = ("plugin", "cpu s", "wall s", "cpu ratio", "(range)", "of cheapest", "wall ratio", "target")
    rows = [heads]
    for arm, figures in summary["arms"].items():
        low, high = figures["cpu_ratio_range"]
        rows.append(
            (
                arm,
                f"{figures['cpu_s']:.2f}",
                f"{figures['wall_s']:.2f}",
                f"{figures['cpu_ratio']:.3f}",
                f"({low:.3f}-{high:.3f})",
                f"{figures['cpu_ratio_of_cheapest']:.3f}",
                f"{figures['wall_ratio']:.3f}",
                "" if figures["target"] is None else f"<= {figures['target']:.2f}",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows]
    about = (
        f"{summary['tests']} tests, {summary['rounds']} rounds, {where}, {summary['processors']} processors"
    )
    return "\n".join([about, "", *lines])


if __name__ == "__main__":
    sys.exit(main())
